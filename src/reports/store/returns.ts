import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf } from './slice.ts'

const row = z.object({ ...head, is_told: z.boolean(), clients: count, returned: count, early: count })

/**
 * Each client's first visit of the period, and whether he came on another day within the watch. Only those whose watch is
 * over are counted; `early` are the others. Told: a messenger took a message of ours on that day or within two more.
 */
export async function readReturns(db: Queryable, slice: Slice, watchDays: number): Promise<z.output<typeof row>[]> {
  const within = conditionsOf({ ...slice, channel: undefined, type: undefined })
  return await db.many(
    row,
    sql`with firsts as (
          select distinct on (f.client_id) ${keyOf(slice.by)} as key, f.client_id, f.day
          from daily_clients f where ${within} and f.visits > 0 order by f.client_id, f.day, f.branch_code),
        watched as (
          select v.key, v.day + ${watchDays}::int < (select max(day) - 1 from fact_days) as is_over, t.client_id is not null as is_told,
                 r.client_id is not null as is_back
          from firsts v
          left join (select distinct x.client_id from daily_clients g join firsts x on x.client_id = g.client_id
                     where g.day between ${slice.from}::date and ${slice.to}::date + 2 and g.reached > 0
                       and g.day between x.day and x.day + 2) t on t.client_id = v.client_id
          left join (select distinct x.client_id from daily_clients g join firsts x on x.client_id = g.client_id
                     where g.day > ${slice.from}::date and g.day <= ${slice.to}::date + ${watchDays}::int and g.visits > 0
                       and g.day > x.day and g.day <= x.day + ${watchDays}::int) r on r.client_id = v.client_id)
        select key, grouping(key) = 1 as is_total, is_told, count(*) filter (where is_over) as clients,
               count(*) filter (where is_over and is_back) as returned, count(*) filter (where not is_over) as early
        from watched group by grouping sets ((key, is_told), (is_told)) order by key`,
  )
}
