import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf } from './slice.ts'

const takenRow = z.object({ ...head, channel: z.string().nullable(), taken: count })
const reachRow = z.object({ ...head, due: count, reached: count })

/** How many messages each channel took. */
export async function readTaken(db: Queryable, slice: Slice): Promise<z.output<typeof takenRow>[]> {
  return await db.many(
    takenRow,
    sql`select key, grouping(key) = 1 as is_total, channel, sum(count) as taken
        from (select ${keyOf(slice.by)} as key, f.channel, f.count from daily_facts f
              where ${conditionsOf(slice)} and f.state in ('sent', 'delivered')) f
        group by grouping sets ((key, channel), (channel)) order by key`,
  )
}

/** Of how many clients there was something to tell, and how many of them a messenger reached. */
export async function readReach(db: Queryable, slice: Slice): Promise<z.output<typeof reachRow>[]> {
  return await db.many(
    reachRow,
    sql`with of_client as (
          select key, client_id, bool_or(reached > 0) as is_reached
          from (select ${keyOf(slice.by)} as key, f.client_id, f.reached from daily_clients f
                where ${conditionsOf({ ...slice, channel: undefined, type: undefined })} and f.due > 0) f
          group by key, client_id)
        select key, false as is_total, count(*) as due, count(*) filter (where is_reached) as reached from of_client group by key
        union all
        select null, true, count(*), count(*) filter (where is_reached)
        from (select bool_or(is_reached) as is_reached from of_client group by client_id) c
        order by 1`,
  )
}
