import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Numbers, Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf, numbersOf } from './slice.ts'

const row = z.object({
  ...head,
  total: count,
  sent: count,
  delivered: count,
  pending: count,
  unknown: count,
  moved: count,
  failed: count,
  skipped: count,
})

export async function readDeliveries(db: Queryable, slice: Slice): Promise<Numbers> {
  const found = await db.many(
    row,
    sql`select key, grouping(key) = 1 as is_total, sum(count) as total,
               sum(count) filter (where state = 'sent') as sent, sum(count) filter (where state = 'delivered') as delivered,
               sum(count) filter (where state in ('queued', 'waiting', 'sending')) as pending,
               sum(count) filter (where state = 'unknown') as unknown, sum(count) filter (where state = 'moved') as moved,
               sum(count) filter (where state = 'failed') as failed, sum(count) filter (where state = 'skipped') as skipped
        from (select ${keyOf(slice.by)} as key, f.state, f.count from daily_facts f where ${conditionsOf(slice)}) f
        group by grouping sets ((key), ()) order by key`,
  )
  return numbersOf(found, ({ key: _key, is_total: _total, ...numbers }) => numbers)
}
