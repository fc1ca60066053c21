import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf } from './slice.ts'

const row = z.object({ ...head, kind: z.string(), count })

/** What is only counted, by kind; `type` and `source` say nothing of it. */
export async function readCounts(
  db: Queryable,
  slice: Slice,
  measure: 'opt_out' | 'answer' | 'rating',
): Promise<z.output<typeof row>[]> {
  return await db.many(
    row,
    sql`select key, grouping(key) = 1 as is_total, kind, sum(count) as count
        from (select ${keyOf(slice.by)} as key, f.kind, f.count from daily_counts f
              where f.measure = ${measure} and ${conditionsOf({ ...slice, type: undefined, source: undefined })}) f
        group by grouping sets ((key, kind), (kind)) order by key`,
  )
}
