import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Slice } from '../report.ts'
import { spanOfStep } from '../spans.ts'
import { conditionsOf, head, keyOf } from './slice.ts'

export type Measure = 'fact_to_messenger' | 'kept_to_messenger' | 'accepted_to_paid'

export type Spread = { key: string | null; isTotal: boolean; count: number; medianMs: number; p95Ms: number }

const row = z.object({ ...head, total: z.bigint(), median: z.number(), p95: z.number() })

/** Medians and 95th percentiles read from the histogram of a measure, by the breakdown and over all. */
export async function readSpreads(db: Queryable, slice: Slice, measure: Measure): Promise<Spread[]> {
  const found = await db.many(
    row,
    sql`with steps as (
          select key, is_total, step, n, sum(n) over (partition by is_total, key order by step) as upto,
                 sum(n) over (partition by is_total, key) as total
          from (select key, grouping(key) = 1 as is_total, step, sum(count) as n
                from (select ${keyOf(slice.by)} as key, f.step, f.count from daily_times f
                      where f.measure = ${measure} and ${conditionsOf(slice)}) f
                group by grouping sets ((key, step), (step))) f)
        select key, is_total, total::bigint as total, min(step) filter (where upto >= ceil(total * 0.5)) as median,
               min(step) filter (where upto >= ceil(total * 0.95)) as p95
        from steps group by key, is_total, total order by key`,
  )
  return found.map((each) => ({
    key: each.key,
    isTotal: each.is_total,
    count: Number(each.total),
    medianMs: spanOfStep(each.median),
    p95Ms: spanOfStep(each.p95),
  }))
}
