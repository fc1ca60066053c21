import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ChannelName } from '../../src/channels/channel.ts'
import type { Client } from '../../src/clients/client.ts'
import { sql } from '../../src/db/sql.ts'
import type { DeliveryState, Reason } from '../../src/deliveries/delivery.ts'
import { messageText } from '../../src/deliveries/message.ts'
import { insertPlans } from '../../src/deliveries/store/insert.ts'
import { type Event, eventSchema } from '../../src/events/event.ts'
import { rememberBranches } from '../../src/events/store/branches.ts'
import { keepEvents } from '../../src/events/store/keep.ts'
import { eventsByIds } from '../../src/events/store/read.ts'
import { recordReceipt } from '../../src/journal/record.ts'
import { branded, type DeliveryId, type EventId, firstIdAt, newId } from '../../src/lib/ids.ts'
import { paid } from '../support/people.ts'
import type { TestDashboard } from './open.ts'

export type MessageSeed = {
  client: Client
  event?: Record<string, unknown>
  state: DeliveryState
  reason?: Reason
  channel?: ChannelName | null
  at?: Date
  text?: string
  test?: boolean
  isDecided?: boolean
  nextAttemptAt?: Date
  attempts?: { outcome: string; code?: string; description?: string; durationMs?: number }[]
  receipts?: { state: 'delivered' | 'read' | 'failed' }[]
  engagement?: 'read' | 'tapped' | 'replied'
  zone?: string
}

export type Seeded = { id: DeliveryId; eventId: EventId; event: Event }

let made = 0

/** A message as the service would have left it in the journal, through the very functions that keep it. */
export async function makeMessage({ services }: Pick<TestDashboard, 'services'>, seed: MessageSeed): Promise<Seeded> {
  const { db, vault } = services
  const event = eventOf(seed)
  const at = seed.at ?? new Date()
  const eventId = await keep(services, { event, at, test: seed.test ?? false })
  await rememberBranches(db, [event])
  const [stored] = await eventsByIds({ db, vault }, [eventId])
  if (!stored) throw new Error('the event is gone')
  const id = branded<'delivery'>(`${firstIdAt('delivery', at).slice(0, 16)}${randomBytes(10).toString('hex')}`)
  const notificationId = newId('notification')
  const channel = seed.channel === undefined ? 'telegram' : seed.channel
  await insertPlans(db, vault, [
    {
      id,
      notificationId,
      eventId,
      eventSeq: stored.seq,
      client: seed.client,
      contactId: null,
      source: '1c',
      type: event.type,
      lane: 'money',
      purpose: 'service',
      test: seed.test ?? false,
      teamOnly: false,
      zone: seed.zone ?? 'Europe/Moscow',
      branchCode: event.branch?.code ?? null,
      operationId: event.operation?.id ?? null,
      operationNumber: event.operation?.number ?? null,
      channel,
      state: 'queued',
      reason: null,
      message: messageText({
        text: seed.text ?? 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК.',
      }),
      templateVersion: null,
      nextAttemptAt: seed.nextAttemptAt ?? null,
      staleAt: null,
      expiresAt: new Date(at.getTime() + 3 * 24 * 3_600_000),
    },
  ])
  const isDecided = seed.isDecided ?? !['queued', 'waiting', 'sending'].includes(seed.state)
  await db.run(
    sql`update deliveries set state = ${seed.state}, reason = ${seed.reason ?? null}, engagement = ${seed.engagement ?? null},
               created_at = ${at}, attempts = ${seed.attempts?.length ?? 0}, decided_at = case when ${isDecided} then ${at}::timestamptz end
        where id = ${id}`,
  )
  if (channel !== null) await makeAttempts(services, id, channel, at, seed.attempts ?? [])
  for (const { state } of seed.receipts ?? [])
    await recordReceipt(db, { deliveryId: id, state, at: new Date(at.getTime() + 2_000) })
  return { id, eventId, event }
}

/** An event that nobody has planned yet. */
export async function keepOnly(
  { services }: TestDashboard,
  seed: Pick<MessageSeed, 'client' | 'event'>,
): Promise<EventId> {
  return await keep(services, { event: eventOf(seed), at: new Date(), test: false })
}

async function keep(
  { db, vault }: TestDashboard['services'],
  { event, at, test }: { event: Event; at: Date; test: boolean },
): Promise<EventId> {
  const incoming = { source: '1c', keyId: 'env', teamOnly: false, test, event, warnings: [], receivedAt: at }
  const [kept] = await db.transaction((tx) => keepEvents({ db: tx, vault }, [incoming]))
  if (!kept) throw new Error('the event was not kept')
  // What is kept now is of now, whatever the clock of a process says: a day that is over has to be written in.
  await db.run(sql`update events set received_at = ${at} where id = ${kept.id}`)
  return kept.id
}

function eventOf({ client, event }: Pick<MessageSeed, 'client' | 'event'>): Event {
  made++
  return eventSchema.parse(
    paid({
      id: `document-${made}/paid/1`,
      client: {
        ...(client.externalId === null ? {} : { id: client.externalId }),
        ...(client.phone === undefined ? {} : { phone: client.phone }),
        ...(client.fullName === undefined ? {} : { fullName: client.fullName }),
      },
      ...event,
    }),
  )
}

async function makeAttempts(
  { db }: TestDashboard['services'],
  deliveryId: DeliveryId,
  channel: string,
  at: Date,
  attempts: NonNullable<MessageSeed['attempts']>,
): Promise<void> {
  for (const [index, { outcome, code, description, durationMs = 180 }] of attempts.entries()) {
    const startedAt = new Date(at.getTime() + index * 1_000)
    await db.run(
      sql`insert into attempts (id, delivery_id, channel, number, repeat, started_at, finished_at, outcome, code, description)
          values (${newId('attempt')}, ${deliveryId}, ${channel}, ${index + 1}, false, ${startedAt},
                  ${new Date(startedAt.getTime() + durationMs)}, ${outcome}, ${code ?? null}, ${description ?? null})`,
    )
  }
}

export async function countOf({ services }: TestDashboard, table: 'sessions' | 'users'): Promise<number> {
  const query = table === 'sessions' ? sql`select count(*) as n from sessions` : sql`select count(*) as n from users`
  return Number((await services.db.one(z.object({ n: z.bigint() }), query)).n)
}
