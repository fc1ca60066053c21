import { setTimeout as pause } from 'node:timers/promises'
import { answer } from './bot/answer.ts'
import type { ReachOf } from './bot/chat.ts'
import { createUpdates, type Updates } from './bot/receive.ts'
import type { Channel, ChannelName, Door } from './channels/channel.ts'
import { receive } from './deliveries/receipts.ts'
import { faultOf } from './lib/fault.ts'
import type { Services } from './services.ts'
import { noteQueueTrouble } from './workers.ts'

/** The bot's side of every channel: updates are stored, then worked chat by chat. */
export function openUpdates(services: Services): Updates {
  const { db, vault, channels, config, log, metrics } = services
  const brand = { companyName: config.COMPANY_NAME }
  const reachOf = reachIn(services)
  return createUpdates({
    db,
    vault,
    answer: async (name, update) => {
      const channel = channels.get(name)
      if (update.kind === 'receipt') {
        const { address, at } = update
        metrics.receipts.inc({ channel: name, state: update.state })
        await receive(receiptNeeds(services), { channel: name, address, at, receipt: update })
      } else if (channel) await answer({ db, vault, channel, brand, reachOf }, update)
    },
    onUpdate: ({ failed, ...line }) => {
      metrics.updates.inc({ channel: line.channel, kind: line.kind })
      if (failed === undefined) log.info({ msg: 'update.worked', ...line })
      else log.error({ msg: 'update.failed', ...line, ...faultOf(failed) })
    },
  })
}

function reachIn({ branchBrands, config }: Services): ReachOf {
  return async (branch) => {
    const brand = branch && (await branchBrands.read())(branch)
    return { phone: brand?.phone ?? undefined, site: brand?.site ?? config.COMPANY_SITE }
  }
}

function receiptNeeds(services: Services) {
  const { db, vault, queue } = services
  return { db, vault, queue, onQueueTrouble: (error: unknown) => noteQueueTrouble(services, error) }
}

/** The `bot` role: one process polls a bot, the others stand by to take over; a bot with a door is called instead. */
export function startBots(services: Services, updates: Updates, signal: AbortSignal): Promise<void>[] {
  const base = services.config.PUBLIC_URL?.replace(/\/$/, '')
  return [...services.channels.values()].flatMap((channel) => {
    if (channel.door)
      return base === undefined
        ? []
        : [openDoor(services, channel.name, channel.door, `${base}/channels/${channel.name}`, signal)]
    return channel.receive ? [keepPolling(services, updates, channel, signal)] : []
  })
}

/** Until the messenger knows the door; it calls by itself from then on. Where it may forget us it is asked again. */
async function openDoor(
  services: Services,
  channel: ChannelName,
  door: Door,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  let said: string | undefined
  while (door.open && !signal.aborted) {
    const { ok, detail } = await door.open(url)
    if (!ok || detail !== said)
      services.log[ok ? 'info' : 'error']({ msg: ok ? 'bot.door_open' : 'bot.door_shut', channel, detail })
    if (ok && door.reopenEveryMs === undefined) return
    said = detail
    failures = ok ? 0 : failures + 1
    const waitMs = ok ? door.reopenEveryMs : Math.min(60_000, 1_000 * 2 ** failures)
    await pause(waitMs, undefined, { signal }).catch(() => {})
  }
}

async function keepPolling(services: Services, updates: Updates, channel: Channel, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await pollWhileLeading(services, updates, channel, signal)
    } catch (error) {
      services.log.warn({ msg: 'bot.standing_by', channel: channel.name, ...faultOf(error) })
    }
    await pause(3_000, undefined, { signal }).catch(() => {})
  }
}

/** A messenger has one poller a token: whoever holds the lock polls, until its session with the database ends. */
async function pollWhileLeading(
  services: Services,
  updates: Updates,
  channel: Channel,
  signal: AbortSignal,
): Promise<void> {
  await services.db.leading(`bot:${channel.name}`, signal, async (leading) => {
    services.log.info({ msg: 'bot.polling', channel: channel.name })
    await channel.receive?.({
      signal: leading,
      handle: (update) => updates.take(channel.name, update),
      onTrouble: ({ code, description, fatal }) =>
        services.log[fatal ? 'error' : 'warn']({ msg: 'bot.trouble', channel: channel.name, code, description }),
    })
  })
}
