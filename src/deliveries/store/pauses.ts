import { z } from 'zod'
import { databaseNow } from '../../db/clock.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import type { QueueName } from '../queues.ts'

export const pauseModes = ['paused', 'draining'] as const
export type PauseMode = (typeof pauseModes)[number]

export type QueuePause = { queue: string; mode: PauseMode; at: Date; by: string }

/** Of a delivery named `d`: somebody paused its channel or its lane, in whatever way. Rehearsals leave nobody's hands. */
export const isPaused: Sql = sql`(d.channel is distinct from 'sandbox'
  and exists (select 1 from queue_pauses p where p.queue = d.channel or p.queue = d.lane))`

/** And it may not leave now: of a queue that is drained, what was begun goes on. */
export const isHeld: Sql = sql`(d.channel is distinct from 'sandbox'
  and exists (select 1 from queue_pauses p where (p.queue = d.channel or p.queue = d.lane) and (p.mode = 'paused' or d.attempts = 0)))`

export async function queuePauses(db: Queryable): Promise<QueuePause[]> {
  const rows = await db.many(
    z.object({ queue: z.string(), mode: z.enum(pauseModes), paused_at: z.date(), paused_by: z.string() }),
    sql`select queue, mode, paused_at, paused_by from queue_pauses order by queue`,
  )
  return rows.map((row) => ({ queue: row.queue, mode: row.mode, at: row.paused_at, by: row.paused_by }))
}

/** A pause that is on keeps its moment; only its way may change. */
export async function pauseQueue(db: Queryable, queue: QueueName, mode: PauseMode, by: string): Promise<void> {
  await db.run(
    sql`insert into queue_pauses (queue, mode, paused_by) values (${queue}, ${mode}, ${by})
        on conflict (queue) do update set mode = excluded.mode, paused_by = excluded.paused_by`,
  )
}

/** What waited is worded anew and gets this long at least, as after a night: an end that came meanwhile would lose it. */
const afterPauseHours = 6
const batchSize = 2_000

/** Lets the queue go; false when it was not paused. What waits is made ready first, so that the sweep ends none of it. */
export async function resumeQueue(db: Database, queue: QueueName): Promise<boolean> {
  const paused = await db.maybeOne(
    z.object({ paused_at: z.date() }),
    sql`select paused_at from queue_pauses where queue = ${queue}`,
  )
  if (!paused) return false
  const resumedAt = await databaseNow(db)
  while ((await makeReady(db, queue, resumedAt)) === batchSize) {
    // a part at a time: a long pause leaves many
  }
  return (await db.run(sql`delete from queue_pauses where queue = ${queue}`)) > 0
}

async function makeReady(db: Queryable, queue: QueueName, at: Date): Promise<number> {
  return await db.run(
    sql`update deliveries set stale_at = least(stale_at, ${at}::timestamptz), hinted_at = null,
               expires_at = case when lane = 'money' then greatest(expires_at, ${at}::timestamptz + ${afterPauseHours} * interval '1 hour')
                                 else expires_at end
        where id in (select d.id from deliveries d
                     where d.decided_at is null and (d.channel = ${queue} or d.lane = ${queue}) and d.channel is distinct from 'sandbox'
                       and d.state in ('queued', 'waiting') and d.created_at < ${at}
                       and (d.stale_at is null or d.stale_at > ${at}
                            or (d.lane = 'money' and d.expires_at < ${at}::timestamptz + ${afterPauseHours} * interval '1 hour'))
                     limit ${batchSize} for update skip locked)`,
  )
}

export type QueueLoad = {
  channel: string
  lane: string
  /** With the messenger at this moment. */
  inHand: number
  /** Tried before: a retry or a repeat is coming. */
  begun: number
  waiting: number
  oldestAt: Date | null
}

/** What is on its way, a line a channel and lane. */
export async function queueLoads(db: Queryable): Promise<QueueLoad[]> {
  const rows = await db.many(
    z.object({
      channel: z.string(),
      lane: z.string(),
      in_hand: z.bigint(),
      begun: z.bigint(),
      waiting: z.bigint(),
      oldest_at: z.date().nullable(),
    }),
    sql`select channel, lane, count(*) filter (where state = 'sending') as in_hand,
               count(*) filter (where state <> 'sending' and attempts > 0) as begun,
               count(*) filter (where state <> 'sending' and attempts = 0) as waiting, min(created_at) as oldest_at
        from deliveries where decided_at is null and channel is not null and channel <> 'sandbox' group by channel, lane`,
  )
  return rows.map((row) => ({
    channel: row.channel,
    lane: row.lane,
    inHand: Number(row.in_hand),
    begun: Number(row.begun),
    waiting: Number(row.waiting),
    oldestAt: row.oldest_at,
  }))
}
