import { setTimeout as pause } from 'node:timers/promises'
import { answer } from './bot/answer.ts'
import type { AnswerNeeds, ReachOf } from './bot/chat.ts'
import { askForRatings } from './bot/rating/ask.ts'
import { createUpdates, type Updates } from './bot/receive.ts'
import { createFlood } from './bot/talk/flood.ts'
import { mayAnswer, type VoiceNeeds, voiceIn } from './bot/talk/voice.ts'
import type { Channel, ChannelName, Door } from './channels/channel.ts'
import { receive } from './deliveries/receipts.ts'
import { catalog } from './events/catalog.ts'
import { faultOf } from './lib/fault.ts'
import { forbiddenChannels } from './notifications/policy.ts'
import type { Services } from './services.ts'
import { chooseTemplate } from './templates/choose.ts'
import { publishedTemplates } from './templates/store/versions.ts'
import { catchUpIn, guardOf, limitsOf, noteQueueTrouble, policyOf } from './workers.ts'

/** The bot's side of every channel: updates are stored, then worked chat by chat. */
export function openUpdates(services: Services): Updates {
  const { db, vault, channels, config, log, metrics } = services
  const shared = {
    brand: { companyName: config.COMPANY_NAME },
    reachOf: reachIn(services),
    timezone: config.TIMEZONE,
    keepsPrivate: keepsPrivateIn(services),
    catchUp: catchUpIn(services),
    onLink: (line: Parameters<AnswerNeeds['onLink']>[0]) => metrics.links.inc(line),
    flood: createFlood({ answers: 20, windowMs: 60_000 }),
    onRefused: ({ channel, why }: Parameters<AnswerNeeds['onRefused']>[0]) => metrics.botRefused.inc({ channel, why }),
  }
  return createUpdates({
    db,
    vault,
    answer: async (name, update, saidAt) => {
      const channel = channels.get(name)
      if (update.kind === 'receipt') {
        const { address, at } = update
        metrics.receipts.inc({ channel: name, state: update.state })
        await receive(receiptNeeds(services), { channel: name, address, at, receipt: update })
      } else if (channel) await answer({ ...voiceNeeds(services, channel), ...shared, saidAt }, update)
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
    return {
      phone: brand?.phone ?? undefined,
      site: brand?.site ?? config.COMPANY_SITE,
      name: brand?.name ?? config.COMPANY_NAME,
    }
  }
}

function voiceNeeds(services: Services, channel: Channel): VoiceNeeds {
  const { db, vault, config, metrics } = services
  return {
    db,
    vault,
    channel,
    limits: limitsOf(services, channel.name),
    sendMode: config.SEND_MODE,
    isForbidden: forbiddenChannels(policyOf(services), 'service').includes(channel.name),
    onAnswer: ({ channel, result }) => metrics.botAnswers.inc({ channel, result }),
  }
}

/** The owner keeps a messenger free of sums by a private text: then the bot names none there either. */
function keepsPrivateIn({ db }: Services): AnswerNeeds['keepsPrivate'] {
  let known: { published: Awaited<ReturnType<typeof publishedTemplates>>; readAt: number } | undefined
  return async (channel, branchCode) => {
    if (!known || performance.now() - known.readAt > 3_000)
      known = { published: await publishedTemplates(db), readAt: performance.now() }
    const { published } = known
    return Object.values(catalog).some(({ type, urgency, class: typeClass }) => {
      const own = chooseTemplate(published, { type, typeClass, channel, branchCode, advertising: false })
      return urgency === 'money' && own?.isPrivate === true
    })
  }
}

/** Asks for marks, from the sweep. */
export async function askRatings(services: Services): Promise<void> {
  const { db, vault, channels, log } = services
  await askForRatings({
    db,
    vault,
    guard: () => guardOf(services),
    voiceIn: async (name, address) => {
      const channel = channels.get(name)
      const needs = channel && voiceNeeds(services, channel)
      return needs && (await mayAnswer(needs, address)) ? await voiceIn(needs, address) : undefined
    },
    onTrouble: (error) => log.warn({ msg: 'rating.not_asked', ...faultOf(error) }),
  })
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
      handle: (update) => updates.take(channel.name, [update]),
      onTrouble: ({ code, description, fatal }) =>
        services.log[fatal ? 'error' : 'warn']({ msg: 'bot.trouble', channel: channel.name, code, description }),
    })
  })
}
