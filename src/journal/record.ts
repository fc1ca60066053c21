import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import type { ChannelName } from '../lib/channel-name.ts'
import { type AttemptId, type DeliveryId, newId } from '../lib/ids.ts'

export type OpenedAttempt = {
  id: AttemptId
  deliveryId: DeliveryId
  channel: ChannelName
  number: number
  repeat: boolean
  startedAt: Date
}

/** Written before the call: whatever happens to the worker, the journal knows that a call was on its way. */
export async function openAttempts(db: Queryable, attempts: readonly OpenedAttempt[]): Promise<void> {
  if (attempts.length === 0) return
  await db.run(
    sql`insert into attempts (id, delivery_id, channel, number, repeat, started_at)
        select * from unnest(${attempts.map((a) => a.id)}::text[], ${attempts.map((a) => a.deliveryId)}::text[],
          ${attempts.map((a) => a.channel)}::text[], ${attempts.map((a) => a.number)}::int[],
          ${attempts.map((a) => a.repeat)}::boolean[], ${attempts.map((a) => a.startedAt)}::timestamptz[])`,
  )
}

export type ClosedAttempt = {
  id: AttemptId
  startedAt: Date
  durationMs: number
  outcome: string
  code: string | null
  description: string | null
  providerMessageId: string | null
}

export async function closeAttempts(db: Queryable, attempts: readonly ClosedAttempt[]): Promise<void> {
  if (attempts.length === 0) return
  await db.run(
    sql`update attempts a set finished_at = a.started_at + c.duration_ms * interval '1 millisecond', outcome = c.outcome, code = c.code,
               description = c.description, provider_message_id = c.provider_message_id
        from unnest(${attempts.map((a) => a.id)}::text[], ${attempts.map((a) => a.startedAt)}::timestamptz[],
          ${attempts.map((a) => a.durationMs)}::int[], ${attempts.map((a) => a.outcome)}::text[], ${attempts.map((a) => a.code)}::text[],
          ${attempts.map((a) => a.description)}::text[], ${attempts.map((a) => a.providerMessageId)}::text[])
          as c (id, started_at, duration_ms, outcome, code, description, provider_message_id)
        where a.id = c.id and a.started_at = c.started_at`,
  )
}

/** The worker that made these calls is gone: their answers are lost. */
export async function loseAttempts(db: Queryable, ids: readonly AttemptId[]): Promise<void> {
  if (ids.length === 0) return
  await db.run(
    sql`update attempts set finished_at = now(), outcome = 'unknown', code = 'worker_lost',
               description = 'the worker stopped before it could note the answer'
        where id = any(${ids}::text[]) and finished_at is null`,
  )
}

export async function recordReceipt(
  db: Queryable,
  receipt: { deliveryId: DeliveryId; state: 'delivered' | 'read' | 'failed'; at: Date },
): Promise<void> {
  await db.run(
    sql`insert into receipts (id, delivery_id, state, at) values (${newId('receipt')}, ${receipt.deliveryId}, ${receipt.state}, ${receipt.at})`,
  )
}
