import { z } from 'zod'
import { channelNames, type WayName, wayNames } from '../../channels/channel.ts'
import { repeatsOf } from '../../channels/registry.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { loseAttempts } from '../../journal/record.ts'
import { branded } from '../../lib/ids.ts'
import { type Lane, lanes } from '../delivery.ts'
import { type Decided, decidedRow, nextOfClients } from './decide.ts'
import { isHeld, isPaused } from './pauses.ts'

const withoutRepeat = channelNames.filter((name) => repeatsOf(name) === 'none')

/**
 * Deliveries whose worker died in the middle: the answer is lost, and they follow the rule of lost answers. One whose
 * repeat was in hand, or whose messenger will tell, stays `unknown` for good. Answers what may leave now: the repeats, and whom the decided ones wake.
 */
export async function loseDeadWorkers(database: Database): Promise<Decided[]> {
  return await database.transaction(async (db) => {
    const lost = await db.many(
      z.object({
        id: z.string().transform(branded<'delivery'>),
        client_id: z.string().transform(branded<'client'>),
        attempt_id: z.string().transform(branded<'attempt'>),
      }),
      sql`update deliveries set state = 'unknown', lease_until = null, updated_at = clock_timestamp(),
                 next_attempt_at = case when repeat or channel = any(${withoutRepeat}::text[]) then null else clock_timestamp() end,
                 decided_at = case when repeat or channel = any(${withoutRepeat}::text[]) then clock_timestamp() end
          where id in (select id from deliveries where decided_at is null and state = 'sending' and lease_until < statement_timestamp()
                       limit 500 for update skip locked)
          returning id, client_id, attempt_id`,
    )
    await loseAttempts(
      db,
      lost.map((each) => each.attempt_id),
    )
    return await nextOfClients(
      db,
      lost.map((each) => each.client_id),
    )
  })
}

/** Of a delivery named `d`, in the words of the indices that the sweep has for itself (migrations 0017 and 0018). */
export const isOpen: Sql = sql`coalesce(d.decided_at, 'infinity') = 'infinity'`

/** Ends what could not be delivered in its time, money that somebody paused excepted; a lost answer stays one. */
export async function expire(database: Database): Promise<Decided[]> {
  return await database.transaction(async (db) => {
    const expired = await db.many(
      z.object({ client_id: z.string().transform(branded<'client'>) }),
      sql`update deliveries set decided_at = clock_timestamp(), updated_at = clock_timestamp(), next_attempt_at = null,
                 state = case when state in ('unknown', 'skipped') then state else 'failed' end,
                 reason = case when move_since is null then 'expired' else reason end, move_since = null
          where id in (select d.id from deliveries d where ${isOpen} and d.state <> 'sending' and d.expires_at < statement_timestamp()
                         and not (d.lane = 'money' and ${isPaused})
                       limit 500 for update skip locked)
          returning client_id`,
    )
    return await nextOfClients(
      db,
      expired.map((each) => each.client_id),
    )
  })
}

/** Where deliveries wait: a messenger and a lane. */
export type Way = { channel: WayName; lane: Lane }
export const allWays: readonly Way[] = wayNames.flatMap((channel) => lanes.map((lane) => ({ channel, lane })))

/**
 * Deliveries of these ways that stand first in their client's line, are due, and have not been hinted lately: their job was
 * lost, or the queue was away. The caller hints the queue of them.
 */
export async function overdueDeliveries(db: Queryable, olderThanMs: number, ways: readonly Way[]): Promise<Decided[]> {
  return await db.many(
    decidedRow,
    sql`update deliveries set hinted_at = clock_timestamp() where id in (
          select o.id
          from unnest(${ways.map((each) => each.channel)}::text[], ${ways.map((each) => each.lane)}::text[]) as w (channel, lane)
          cross join lateral (
            select d.id from deliveries d
            where d.channel = w.channel and d.lane = w.lane and ${isOpen} and d.state in ('queued', 'waiting', 'unknown')
              and coalesce(d.next_attempt_at, d.created_at) < statement_timestamp() - ${olderThanMs} * interval '1 millisecond'
              and not ${isHeld}
              and (d.hinted_at is null or d.hinted_at < statement_timestamp() - interval '20 seconds')
              and not exists (select 1 from deliveries e where e.client_id = d.client_id and e.decided_at is null
                                and e.event_seq < d.event_seq and e.lane = d.lane
                                and (e.channel = 'sandbox') is not distinct from (d.channel = 'sandbox'))
            order by coalesce(d.next_attempt_at, d.created_at) limit 500 for update skip locked) o
          -- A queue that stands still may be long.
          where not exists (select 1 from queue_pauses p where p.mode = 'paused' and w.channel <> 'sandbox' and p.queue in (w.channel, w.lane)))
        returning id, channel, lane, attempts`,
  )
}
