import type { Channel, ChannelName } from '../channels/channel.ts'
import type { Database } from '../db/database.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { heedLimit, waitForSlot } from './spare-slot.ts'
import { type Alert, type AlertChat, alertChats, giveBackAlert, takeAlerts } from './store/alerts.ts'
import { downChannels } from './store/move.ts'

export type AlertNeeds = {
  db: Database
  channels: ReadonlyMap<ChannelName, Channel>
  /** How many messages a second the bot may send. */
  perSecond(channel: ChannelName): number
  onTold(line: { alert: string; channel: ChannelName; by: ChannelName; outcome: string }): void
}

/** A bot that is stopped for longer is told of by others. */
const longestWaitMs = 60_000

/**
 * Tells the administrators' chats what became of a channel, by the others that work. Each alert is told once at most; one for
 * which no bot had a place is kept for the next time.
 */
export async function tellAlerts(needs: AlertNeeds): Promise<void> {
  const [chats, down] = await Promise.all([alertChats(needs.db), downChannels(needs.db)])
  const reachable = chats.filter(({ channel }) => needs.channels.has(channel) && !down.includes(channel))
  // While all of them are down the alerts are kept: one that is spent on nobody would be told to nobody.
  if (reachable.length === 0) return
  for (const alert of await takeAlerts(needs.db)) {
    const outcomes: string[] = []
    for (const chat of reachable) if (chat.channel !== alert.channel) outcomes.push(await tell(needs, alert, chat))
    if (outcomes.length > 0 && outcomes.every((each) => each === noBudget)) await giveBackAlert(needs.db, alert.id)
  }
}

const noBudget = 'no_budget'

/** What it came to. */
async function tell(needs: AlertNeeds, alert: Alert, chat: AlertChat): Promise<string> {
  const channel = needs.channels.get(chat.channel)
  if (!channel) return 'off'
  const request = {
    address: chat.address,
    deliveryId: alert.id,
    lastWroteAt: undefined,
    message: { text: textOf(alert) },
  }
  const budget = { db: needs.db, channel: chat.channel, perSecond: needs.perSecond(chat.channel) }
  const told = (outcome: string) => {
    needs.onTold({ alert: alert.id, channel: alert.channel, by: chat.channel, outcome })
    return outcome
  }
  for (const deadline = performance.now() + longestWaitMs; ; ) {
    if (!(await waitForSlot(budget, deadline - performance.now()))) return told(noBudget)
    const outcome = await channel.send(request)
    await heedLimit(budget, outcome)
    // Surely not sent: it takes its place once more.
    if (outcome.kind !== 'limited' || outcome.scope !== 'bot') return told(outcome.kind)
  }
}

export function textOf({ channel, turn, description }: Pick<Alert, 'channel' | 'turn' | 'description'>): string {
  const title = channelTitles[channel]
  return turn === 'up'
    ? `Вестник: ${title} снова работает. ${description}`
    : `Вестник: ${title} не принимает сообщения. ${description} Сообщения уходят другими каналами или ждут; ничего не потеряно. Проверьте токен, прокси и страницу «Сегодня».`
}
