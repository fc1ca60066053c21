import type { ChannelName, WayName } from '../channels/channel.ts'
import { lockClients, type Recipient, recipientsOf } from '../clients/store.ts'
import { databaseNow } from '../db/clock.ts'
import { deliveryJob } from '../deliveries/jobs.ts'
import { again, isAgain, led, messageText } from '../deliveries/message.ts'
import { nextOfClients } from '../deliveries/store/decide.ts'
import { insertNext, type NewDelivery } from '../deliveries/store/insert.ts'
import {
  clientsOf,
  downChannels,
  endMoved,
  keepWaiting,
  lockMoving,
  type MoveKind,
  type Moving,
} from '../deliveries/store/move.ts'
import { earlierFacts, eventsByIds, type StoredEvent } from '../events/store/read.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { type DeliveryId, type EventId, newId } from '../lib/ids.ts'
import { keyBy } from '../lib/list.ts'
import { correctionIn, type PlanNeeds, paidSince } from './plan.ts'
import { forbiddenChannels, orderFor } from './policy.ts'
import { route } from './route.ts'
import { destinationIn, type Wording } from './wording.ts'

export type MoveNeeds = Pick<PlanNeeds, 'db' | 'vault' | 'queue' | 'policy' | 'wording' | 'onQueueTrouble'> & {
  onMoved(line: MovedLine): void
  /** One of several could not be moved: the sweep tries again, until it expires. */
  onTrouble(error: unknown): void
}

/** The one wide line of a message that left a channel. */
export type MovedLine = { event: EventId; from: string; to: WayName | null; kind: MoveKind; reason: string | null }

/**
 * Looks for the next channel of messages whose channel refused them, or is down: the client's next contact that has not
 * been tried. The old delivery ends and the new one begins in one transaction, so that nothing of the client overtakes it
 * and a process that dies in between loses nothing.
 */
export async function moveOn(needs: MoveNeeds, ids: readonly DeliveryId[], kind: MoveKind): Promise<void> {
  if (ids.length === 0) return
  try {
    await moveAll(needs, ids, kind)
  } catch (error) {
    if (ids.length === 1) throw error
    // One that cannot be moved must not hold up the others.
    for (const id of ids) await moveAll(needs, [id], kind).catch(needs.onTrouble)
  }
}

async function moveAll(needs: MoveNeeds, ids: readonly DeliveryId[], kind: MoveKind): Promise<void> {
  const wording = await needs.wording()
  const { moved, lines } = await needs.db.transaction(async (db) => {
    const inside = { db, vault: needs.vault }
    // Whoever links a chat, or keeps the payment of a reminder, waits here, or was before us and is seen below. The client
    // first, as elsewhere.
    await lockClients(inside, await clientsOf(db, ids))
    const moving = await lockMoving(db, ids, kind)
    if (moving.length === 0) return { moved: [], lines: [] }
    const stored = await eventsByIds(
      inside,
      moving.map((each) => each.eventId),
    )
    const events = keyBy(stored, (each) => each.id)
    const now = await databaseNow(db)
    const [paid, recipients, facts, down] = [
      await paidSince(inside, stored),
      await recipientsOf(inside, [...new Set(moving.map((each) => each.clientId))]),
      await earlierFacts(
        db,
        moving.map((each) => each.eventId),
      ),
      await downChannels(db),
    ]
    const moved: { old: Moving; next: NewDelivery | undefined }[] = []
    for (const old of moving) {
      // Of a type that only the next version knows: it stays as it is, for that version to move.
      if (!events.has(old.eventId)) continue
      const recipient = recipients.get(old.clientId)
      // A reminder whose payment came while it was on its way would say something false elsewhere.
      const found =
        recipient && !paid.has(old.eventId)
          ? nextFor(needs, wording, { old, recipient, stored: events.get(old.eventId), down, kind, now })
          : undefined
      const next = found?.(facts.get(old.eventId) ?? [])
      if (next) await insertNext(db, needs.vault, next)
      moved.push({ old, next })
    }
    const stay = moved.filter(({ next }) => kind === 'unread' || (kind === 'waiting' && !next)).map(({ old }) => old.id)
    await keepWaiting(db, stay)
    await endMoved(
      db,
      moved.filter(({ old }) => !stay.includes(old.id)).map(({ old }) => old.id),
    )
    const lines = moved
      .filter(({ old, next }) => next !== undefined || !stay.includes(old.id))
      .map(({ old, next }) => ({
        event: old.eventId,
        from: old.channel,
        to: next?.channel ?? null,
        kind,
        reason: old.reason,
      }))
    return { moved, lines }
  })
  for (const line of lines) needs.onMoved(line)
  const woken = await nextOfClients(needs.db, [...new Set(moved.map(({ old }) => old.clientId))])
  if (woken.length === 0) return
  const wokenBy = `m${Date.now().toString(36)}`
  await needs.queue.add(woken.map((each) => deliveryJob({ ...each, wokenBy }))).catch(needs.onQueueTrouble)
}

type Found = {
  old: Moving
  recipient: Recipient
  stored: StoredEvent | undefined
  down: readonly ChannelName[]
  kind: MoveKind
  now: Date
}

function nextFor(needs: MoveNeeds, wording: Wording, { old, recipient, stored, down, kind, now }: Found) {
  const event = stored?.content?.event
  // An answer never goes to another chat than its question's.
  if (!event || event.type === 'answer' || old.expiresAt <= now || old.test || old.isOvertaken) return undefined
  const { policy } = needs
  const choice = route(
    recipient.contacts.filter(
      (each) => !old.tried.includes(each.id) && !old.closed.some((name) => name === each.channel),
    ),
    {
      order: orderFor(policy, recipient.settings?.channelOrder),
      // A message that can wait for its channel does not go to another that is down as well.
      on: kind !== 'failed' ? policy.channelsOn.filter((name) => !down.includes(name)) : policy.channelsOn,
      forbidden: forbiddenChannels(policy, old.purpose),
      teamOnly: policy.sendMode === 'team' || old.teamOnly,
    },
  )
  if (choice.kind === 'none') return undefined
  const { contact } = choice
  const to = destinationIn(contact.channel, recipient, policy)
  const rendered = wording.render(event, now, to)
  if (!rendered.ok) return undefined
  const isRepeat = kind !== 'unread' && mayHaveCome(needs.vault, old, recipient)
  return (earlier: Parameters<typeof correctionIn>[1]): NewDelivery => ({
    ...old,
    id: newId('delivery'),
    client: recipient.client,
    contactId: contact.id,
    channel: contact.channel,
    state: 'queued',
    reason: null,
    message:
      recipient.client.dataKey === null
        ? null
        : toldAs(old, kind, isRepeat, messageText(rendered.message, correctionIn(event, earlier, rendered.isPrivate))),
    templateVersion: rendered.version,
    nextAttemptAt: now,
    staleAt: kind === 'unread' ? null : rendered.staleAt,
    expiresAt: kind === 'unread' ? earliest(old.expiresAt, rendered.staleAt) : old.expiresAt,
  })
}

/** Nobody may take a copy or a repeat for a second payout, on whatever channel it comes. */
function toldAs({ channel }: Moving, kind: MoveKind, isRepeat: boolean, stored: string): string {
  const told = kind === 'unread' ? led(stored, `Дублируем сообщение из ${channelTitles[channel]}:`) : stored
  return isRepeat ? again(told) : told
}

function mayHaveCome(vault: MoveNeeds['vault'], { repeat, message }: Moving, { client }: Recipient): boolean {
  const stored = vault.open(client, 'message', message)
  return repeat || (stored !== undefined && isAgain(stored))
}

/** Told again it says that it is a copy, which a later wording would not: it leaves while its words are true, or not at all. */
function earliest(a: Date, b: Date | null): Date {
  return b !== null && b < a ? b : a
}
