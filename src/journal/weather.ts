import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'

/** What the calls of one channel came to in the last hour. */
export type HourOfChannel = {
  channel: string
  taken: number
  refused: number
  /** Limits, deferrals and answers about our own settings. */
  putOff: number
  lost: number
  /** From the moment a message about money was accepted to the moment the messenger took it; null without such. */
  medianMs: number | null
  p95Ms: number | null
}

/** Measured over the last hour. Ids of attempts begin with their time, so only that hour is read. */
export async function lastHour(db: Queryable, now = new Date()): Promise<HourOfChannel[]> {
  const since = now.getTime() - 3_600_000
  // Newest partitions only, and in them the newest ids (lib/ids.ts: a UUIDv7 begins with 48 bits of milliseconds).
  const firstId = `att_${since.toString(16).padStart(12, '0')}`
  const rows = await db.many(
    z.object({
      channel: z.string(),
      taken: z.bigint(),
      refused: z.bigint(),
      put_off: z.bigint(),
      lost: z.bigint(),
      median_s: z.number().nullable(),
      p95_s: z.number().nullable(),
    }),
    sql`with calls as (
          select a.channel, a.outcome, d.lane,
                 extract(epoch from a.finished_at - d.created_at)::float8 as took_s
          from attempts a join deliveries d on d.id = a.delivery_id
          where a.id >= ${firstId} and a.started_at >= ${new Date(since)} and not d.test)
        select channel, count(*) filter (where outcome = 'sent') as taken, count(*) filter (where outcome = 'refused') as refused,
               count(*) filter (where outcome in ('limited', 'deferred', 'broken', 'moved')) as put_off,
               count(*) filter (where outcome = 'unknown') as lost,
               percentile_cont(0.5) within group (order by took_s) filter (where outcome = 'sent' and lane = 'money') as median_s,
               percentile_cont(0.95) within group (order by took_s) filter (where outcome = 'sent' and lane = 'money') as p95_s
        from calls group by channel order by channel`,
  )
  return rows.map((row) => ({
    channel: row.channel,
    taken: Number(row.taken),
    refused: Number(row.refused),
    putOff: Number(row.put_off),
    lost: Number(row.lost),
    medianMs: row.median_s === null ? null : Math.round(row.median_s * 1000),
    p95Ms: row.p95_s === null ? null : Math.round(row.p95_s * 1000),
  }))
}
