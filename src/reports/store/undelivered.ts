import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf } from './slice.ts'

const row = z.object({ ...head, undelivered: count, failed: count, skipped: count, of: count })
export type Undelivered = z.output<typeof row>

/** A cause has no messages of its own that did arrive: there the whole is all messages of the slice. */
export async function readUndelivered(db: Queryable, slice: Slice): Promise<Undelivered[]> {
  return await db.many(
    row,
    sql`select key, grouping(key) = 1 as is_total, sum(count) filter (where is_lost) as undelivered,
               sum(count) filter (where is_lost and state = 'failed') as failed,
               sum(count) filter (where is_lost and state = 'skipped') as skipped, sum(count) as of
        from (select ${keyOf(slice.by)} as key, f.state, f.count,
                     f.state in ('failed', 'skipped') and f.reason is distinct from 'superseded' and f.reason is distinct from 'test_mode'
                       and not (f.state = 'skipped' and f.reason is null) as is_lost
              from daily_facts f where ${conditionsOf(slice)} and f.state <> 'moved') f
        group by grouping sets ((key), ()) order by undelivered desc nulls last, key`,
  )
}
