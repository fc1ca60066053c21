import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { and, type Sql, sql } from '../../db/sql.ts'
import { firstIdAt } from '../../lib/ids.ts'
import type { Dimension, Slice } from '../report.ts'
import { count, head } from './slice.ts'

const row = z.object({ ...head, trial: z.enum(['told', 'held']), clients: count, returned: count, early: count })

/** Those drawn for advertising within the period, by what the lot said, and who came within the watch after it. */
export async function readHoldout(db: Queryable, slice: Slice, watchDays: number): Promise<z.output<typeof row>[]> {
  return await db.many(
    row,
    sql`with drawn as (
          select distinct on (d.client_id, d.type) ${keyIn(slice.by)} as key, d.client_id, d.trial,
                 ${dayDrawn} as day
          from deliveries d where ${conditionsIn(slice)} order by d.client_id, d.type, d.id),
        watched as (
          select d.key, d.trial, d.day + ${watchDays}::int < (select max(day) - 1 from fact_days) as is_over,
                 exists (select 1 from daily_clients v where v.client_id = d.client_id and v.visits > 0
                           and v.day > d.day and v.day <= d.day + ${watchDays}::int) as is_back
          from drawn d)
        select key, grouping(key) = 1 as is_total, trial, count(*) filter (where is_over) as clients,
               count(*) filter (where is_over and is_back) as returned, count(*) filter (where not is_over) as early
        from watched group by grouping sets ((key, trial), (trial)) order by key`,
  )
}

/** The day of the message's own zone, as everywhere in the daily tables. Postgres may not know a zone that we know. */
const dayDrawn = sql`(d.created_at at time zone case when d.zone in (select name from pg_timezone_names) then d.zone else 'UTC' end)::date`

const dayMs = 24 * 3_600_000

function conditionsIn({ from, to, branches, type, source }: Slice): Sql {
  return and([
    // Ids are of UTC: a day of any zone lies within the one before to the one after it.
    sql`d.trial is not null and not d.test and d.id >= ${firstIdAt('delivery', new Date(from), -dayMs)}
        and d.id < ${firstIdAt('delivery', new Date(to), 2 * dayMs)}
        and ${dayDrawn} between ${from}::date and ${to}::date`,
    ...(branches === undefined ? [] : [sql`d.branch_code = any(${branches}::text[])`]),
    ...(type === undefined ? [] : [sql`d.type = ${type}`]),
    ...(source === undefined ? [] : [sql`d.source = ${source}`]),
  ])
}

function keyIn(by: Dimension): Sql {
  return by === 'branch' ? sql`d.branch_code` : sql`d.type`
}
