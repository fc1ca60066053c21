import { z } from 'zod'
import { type ChannelName, channelNames } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type EventId } from '../../lib/ids.ts'
import type { EventType } from '../event.ts'

export type RecentEvent = {
  id: EventId
  /** Where its message went, or was to go. */
  channel: ChannelName | null
}

export type RecentQuery = {
  type: EventType
  branchCode: string | null
  channel: ChannelName | null
  from?: Date | undefined
  to?: Date | undefined
  limit: number
}

/** Real events of a type, the newest first: no test events, no rehearsals, and none that is held. Null is any branch, any channel. */
export async function recentEvents(db: Queryable, query: RecentQuery): Promise<RecentEvent[]> {
  return await db.many(
    z.object({ id: z.string().transform(branded<'event'>), channel: z.enum(channelNames).nullable() }),
    sql`select e.id, d.channel
        from events e left join lateral
          (select channel from deliveries d where d.event_id = e.id order by id desc limit 1) d on true
        where e.type = ${query.type} and not e.test and e.held_reason is null and d.channel is distinct from 'sandbox'
          and (${query.branchCode}::text is null or e.branch_code = ${query.branchCode})
          and (${query.channel}::text is null or d.channel = ${query.channel})
          and (${query.from ?? null}::timestamptz is null or e.received_at >= ${query.from ?? null})
          and (${query.to ?? null}::timestamptz is null or e.received_at < ${query.to ?? null})
        order by e.received_at desc limit ${query.limit}`,
  )
}
