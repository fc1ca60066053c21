import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { isHeld } from '../../deliveries/store/pauses.ts'
import { branded, type ClientId, type EventId, firstIdAt } from '../../lib/ids.ts'

/** The branches whose messages may be counted; null means all. */
export type Within = readonly string[] | null

function isWithin(within: Within): Sql {
  return within === null ? sql`true` : sql`branch_code = any(${within}::text[])`
}

export type Count = { state: string; reason: string | null; isDecided: boolean; recent: number; today: number }

/** Messages made since `recent`, and of them since `today`; test messages are left out. */
export async function countMessages(
  db: Queryable,
  since: { recent: Date; today: Date },
  within: Within,
): Promise<Count[]> {
  const rows = await db.many(
    z.object({
      state: z.string(),
      reason: z.string().nullable(),
      is_decided: z.boolean(),
      recent: z.bigint(),
      today: z.bigint(),
    }),
    sql`select state, reason, decided_at is not null as is_decided, count(*) as recent,
               count(*) filter (where id >= ${firstIdAt('delivery', since.today)}) as today
        from deliveries where id >= ${firstIdAt('delivery', since.recent)} and not test and ${isWithin(within)} group by 1, 2, 3`,
  )
  return rows.map((row) => ({
    state: row.state,
    reason: row.reason,
    isDecided: row.is_decided,
    recent: Number(row.recent),
    today: Number(row.today),
  }))
}

/** What clients wait for: answers, and an end to their data. */
export async function countAsked(db: Queryable, within: Within): Promise<{ questions: number; erasures: number }> {
  const row = await db.one(
    z.object({ questions: z.bigint(), erasures: z.bigint() }),
    sql`select (select count(*) from questions q join clients c on c.id = q.client_id where q.state = 'open'
                  and (${within}::text[] is null or coalesce(q.branch_code, c.branch_code) = any(${within}::text[]))) as questions,
               (select count(*) from erasure_requests r join clients c on c.id = r.client_id where r.state = 'open'
                  and (${within}::text[] is null or c.branch_code = any(${within}::text[]))) as erasures`,
  )
  return { questions: Number(row.questions), erasures: Number(row.erasures) }
}

export async function countEvents(db: Queryable, since: Date, within: Within): Promise<number> {
  const { count } = await db.one(
    z.object({ count: z.bigint() }),
    sql`select count(*) as count from events where id >= ${firstIdAt('event', since)} and not test and ${isWithin(within)}`,
  )
  return Number(count)
}

export async function countPending(db: Queryable, within: Within): Promise<number> {
  const { count } = await db.one(
    z.object({ count: z.bigint() }),
    sql`select count(*) as count from deliveries where decided_at is null and state in ('queued', 'waiting', 'sending') and ${isWithin(within)}`,
  )
  return Number(count)
}

export type Waiting = {
  eventId: EventId
  clientId: ClientId
  createdAt: Date
  state: string
  reason: string | null
  nextAttemptAt: Date | null
  decidedAt: null
  isPaused: boolean
}

/** The message that has waited longest; one whose hour has simply not come yet does not count. */
export async function oldestWaiting(db: Queryable, within: Within): Promise<Waiting | undefined> {
  const row = await db.maybeOne(
    z.object({
      event_id: z.string().transform(branded<'event'>),
      client_id: z.string().transform(branded<'client'>),
      created_at: z.date(),
      state: z.string(),
      reason: z.string().nullable(),
      next_attempt_at: z.date().nullable(),
      is_paused: z.boolean(),
    }),
    sql`select event_id, client_id, created_at, state, reason, next_attempt_at, ${isHeld} as is_paused from deliveries d
        where decided_at is null and (reason is not null or attempts > 0 or coalesce(next_attempt_at, created_at) <= statement_timestamp())
          and ${isWithin(within)}
        order by created_at limit 1`,
  )
  return (
    row && {
      eventId: row.event_id,
      clientId: row.client_id,
      createdAt: row.created_at,
      state: row.state,
      reason: row.reason,
      nextAttemptAt: row.next_attempt_at,
      decidedAt: null,
      isPaused: row.is_paused,
    }
  )
}
