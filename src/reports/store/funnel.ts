import { z } from 'zod'
import { registry } from '../../channels/registry.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Numbers, Slice } from '../report.ts'
import { conditionsOf, count, head, keyOf, numbersOf, share } from './slice.ts'

const row = z.object({
  ...head,
  taken: count,
  delivered: count,
  delivered_of: count,
  read: count,
  read_of: count,
  tapped: count,
  tapped_of: count,
})

function tellers(what: 'delivered' | 'read'): string[] {
  return Object.entries(registry).flatMap(([name, { canTell }]) => (canTell[what] ? [name] : []))
}

/** Each step is counted over those messages only that could have told of it. */
export async function readFunnel(db: Queryable, slice: Slice): Promise<Numbers> {
  const found = await db.many(
    row,
    sql`select key, grouping(key) = 1 as is_total, sum(count) as taken,
               sum(count) filter (where tells_delivered) as delivered_of,
               sum(count) filter (where tells_delivered and (state = 'delivered' or engagement is not null)) as delivered,
               sum(count) filter (where tells_read) as read_of,
               sum(count) filter (where tells_read and engagement is not null) as read,
               sum(count) filter (where tells_tap) as tapped_of,
               sum(count) filter (where tells_tap and engagement in ('tapped', 'replied')) as tapped
        from (select ${keyOf(slice.by)} as key, f.count, f.state, f.engagement, f.tells_tap,
                     f.channel = any(${tellers('delivered')}::text[]) as tells_delivered,
                     f.channel = any(${tellers('read')}::text[]) as tells_read
              from daily_facts f where ${conditionsOf(slice)} and f.state in ('sent', 'delivered')) f
        group by grouping sets ((key), ()) order by key`,
  )
  return numbersOf(found, (each) => ({
    taken: each.taken,
    delivered: each.delivered_of === 0 ? null : each.delivered,
    deliveredOf: each.delivered_of,
    deliveredShare: share(each.delivered, each.delivered_of),
    read: each.read_of === 0 ? null : each.read,
    readOf: each.read_of,
    readShare: share(each.read, each.read_of),
    tapped: each.tapped_of === 0 ? null : each.tapped,
    tappedOf: each.tapped_of,
    tappedShare: share(each.tapped, each.tapped_of),
  }))
}
