import { setTimeout as pause } from 'node:timers/promises'
import { answer } from './bot/answer.ts'
import { createUpdates, type Updates } from './bot/receive.ts'
import type { Channel } from './channels/channel.ts'
import { faultOf } from './lib/fault.ts'
import type { Services } from './services.ts'

/** The bot's side of every channel: updates are stored, then worked chat by chat. */
export function openUpdates(services: Services): Updates {
  const { db, vault, channels, config, log, metrics } = services
  return createUpdates({
    db,
    vault,
    answer: async (name, update) => {
      const channel = channels.get(name)
      if (channel) await answer({ db, vault, channel, brand: { companyName: config.COMPANY_NAME } }, update)
    },
    onUpdate: ({ failed, ...line }) => {
      metrics.updates.inc({ channel: line.channel, kind: line.kind })
      if (failed === undefined) log.info({ msg: 'update.worked', ...line })
      else log.error({ msg: 'update.failed', ...line, ...faultOf(failed) })
    },
  })
}

/** The `bot` role: one process polls a bot, the others stand by to take over. */
export function startBots(services: Services, updates: Updates, signal: AbortSignal): Promise<void>[] {
  return [...services.channels.values()]
    .filter((each) => each.receive !== undefined)
    .map((each) => keepPolling(services, updates, each, signal))
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
