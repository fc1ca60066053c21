import { z } from 'zod'
import { type ChannelName, channelNames, type WayName } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { branded, type ClientId, type ContactId, type DeliveryId } from '../../lib/ids.ts'
import { wayNameSchema } from '../delivery.ts'
import { isOpen } from './overdue.ts'
import { isPaused } from './pauses.ts'
import { type Told, toldColumns, toldOf, toldRow } from './told.ts'

/** A delivery that is to go on by another channel. */
export type Moving = Told & {
  channel: WayName
  expiresAt: Date
  /** Channels that did not take this message themselves, whatever the contact. */
  closed: readonly WayName[]
  /** Every contact that it has tried. */
  tried: readonly ContactId[]
  /** What was said may have come all the same: its answer was lost, or somebody sent it once more. */
  repeat: boolean
  /** It was said to have left, later messages of its client have, and only then it failed: it would come as news. */
  isOvertaken: boolean
}

/**
 * `failed`: its channel has refused it. `waiting`: its channel is only slow or down, and it has not left yet. `unread`: it
 * was taken and not read for as long as its branch waits; it stays, and is told elsewhere as well.
 */
export type MoveKind = 'failed' | 'waiting' | 'unread'

/** Whose they are. */
export async function clientsOf(db: Queryable, ids: readonly DeliveryId[]): Promise<ClientId[]> {
  const rows = await db.many(
    z.object({ client_id: z.string().transform(branded<'client'>) }),
    sql`select distinct client_id from deliveries where id = any(${ids}::text[])`,
  )
  return rows.map((each) => each.client_id)
}

/** Those that are still to be moved, held until the transaction ends. One that may have arrived is never among them. */
export async function lockMoving(db: Queryable, ids: readonly DeliveryId[], kind: MoveKind): Promise<Moving[]> {
  const rows = await db.many(
    movingRow,
    sql`select ${toldColumns}, d.expires_at, d.repeat,
          array(select distinct t.channel from deliveries t where t.event_id = d.event_id and t.channel is not null
                  and (t.id = d.id and ${kind} in ('waiting', 'unread')
                       or t.reason in ('channel_off', 'channel_forbidden', 'rejected_by_channel', 'channel_down'))) as closed,
          array(select distinct t.contact_id from deliveries t where t.event_id = d.event_id and t.contact_id is not null) as tried,
          d.decided_at is not null and exists (
            select 1 from deliveries l where l.client_id = d.client_id and l.event_seq > d.event_seq and not l.test
              and l.state in ('sending', 'sent', 'delivered', 'unknown')) as is_overtaken
        from deliveries d
        where d.id = any(${ids}::text[])
          and case when ${kind} = 'failed' then d.move_since is not null
                   when ${kind} = 'unread' then d.state in ('sent', 'delivered') and d.engagement is null
                     and not exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id)
                   else d.decided_at is null and d.state in ('queued', 'waiting') and not d.repeat end
        for update of d skip locked`,
  )
  return rows.map((row) => ({
    ...toldOf(row),
    channel: row.channel,
    expiresAt: row.expires_at,
    closed: row.closed,
    tried: row.tried,
    repeat: row.repeat,
    isOvertaken: row.is_overtaken,
  }))
}

const movingRow = toldRow.extend({
  channel: wayNameSchema,
  expires_at: z.date(),
  closed: z.array(wayNameSchema),
  tried: z.array(z.string().transform(branded<'contact'>)),
  repeat: z.boolean(),
  is_overtaken: z.boolean(),
})

/** Ends those whose message goes on elsewhere, or nowhere; one that only waited failed because its channel was down. */
export async function endMoved(db: Queryable, ids: readonly DeliveryId[]): Promise<void> {
  await db.run(
    sql`update deliveries set reason = case when state in ('queued', 'waiting') then 'channel_down' else reason end,
               state = case when state in ('queued', 'waiting') then 'failed' else state end,
               decided_at = coalesce(decided_at, clock_timestamp()), updated_at = clock_timestamp(),
               next_attempt_at = null, move_since = null
        where id = any(${ids}::text[])`,
  )
}

/** They stay as they are: there is no other channel yet, or the other was told as well. */
export async function keepWaiting(db: Queryable, ids: readonly DeliveryId[]): Promise<void> {
  await db.run(sql`update deliveries set looked_at = clock_timestamp() where id = any(${ids}::text[])`)
}

/** What a worker left between a failure and the next channel, of the types that this version knows. */
export async function leftMoving(db: Queryable, olderThanMs: number, types: readonly string[]): Promise<DeliveryId[]> {
  const rows = await db.many(
    idRow,
    sql`select id from deliveries where move_since < statement_timestamp() - ${olderThanMs} * interval '1 millisecond'
          and type = any(${types}::text[])
        order by move_since limit 200`,
  )
  return rows.map((each) => each.id)
}

export type Patience = readonly { type: string; ms: number }[]

/** What was taken and not read for as long as its branch waits, of the last hours; each is looked at once. */
export async function unreadTooLong(db: Queryable, on: readonly ChannelName[]): Promise<DeliveryId[]> {
  const rows = await db.many(
    idRow,
    sql`select d.id from deliveries d join branches b on b.code = d.branch_code
        where d.engagement is null and d.state in ('sent', 'delivered') and d.channel in ('vk', 'whatsapp')
          and d.decided_at between statement_timestamp() - (b.also_if_unread_minutes + 120) * interval '1 minute'
                               and statement_timestamp() - b.also_if_unread_minutes * interval '1 minute'
          and d.purpose = 'service' and not d.test and d.looked_at is null
          and not exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id)
          and exists (select 1 from contacts k where k.client_id = d.client_id and k.channel <> d.channel
                        and k.channel = any(${on}::text[]) and k.blocked_reason is null)
        order by d.decided_at limit 200`,
  )
  return rows.map((each) => each.id)
}

/** Whom to look at: the owner's channels that are on, and those of them that take nothing at present. */
export type Roads = { on: readonly ChannelName[]; down: readonly ChannelName[] }

/**
 * What waits for a channel that is down, or has been tried for longer than its type has patience, while its client can be
 * reached elsewhere. Only the first of each client's line: the others follow when their turn comes.
 */
export async function outOfPatience(db: Queryable, patience: Patience, roads: Roads): Promise<DeliveryId[]> {
  const stuck =
    roads.down.length === 0
      ? []
      : await waitingOn(
          db,
          sql`d.channel = any(${roads.down}::text[])
                and (coalesce(d.next_attempt_at, d.created_at) <= statement_timestamp() or d.reason is not null)`,
          roads,
        )
  const slow = await waitingOn(
    db,
    sql`d.reason is not null and (select min(a.started_at) from attempts a where a.delivery_id = d.id) < statement_timestamp() -
          (select p.ms from unnest(${patience.map((each) => each.type)}::text[], ${patience.map((each) => each.ms)}::bigint[]) as p (type, ms)
           where p.type = d.type) * interval '1 millisecond'`,
    roads,
  )
  return [...new Set([...stuck, ...slow])]
}

async function waitingOn(db: Queryable, condition: Sql, { on, down }: Roads): Promise<DeliveryId[]> {
  const rows = await db.many(
    idRow,
    sql`select d.id from deliveries d join clients c on c.id = d.client_id
        where ${isOpen} and d.state in ('queued', 'waiting') and not d.repeat and not d.test and not ${isPaused} and ${condition}
          and (d.looked_at is null or d.looked_at < statement_timestamp() - interval '30 seconds')
          and exists (select 1 from contacts k where k.client_id = d.client_id and k.channel <> d.channel
                        and k.channel = any(${on}::text[]) and k.channel <> all(${down}::text[]) and k.blocked_reason is null
                        and (k.phone_index is null or k.phone_index is not distinct from c.phone_index)
                        and not exists (select 1 from deliveries t where t.event_id = d.event_id and t.contact_id = k.id))
          and not exists (select 1 from deliveries e where e.client_id = d.client_id and e.decided_at is null
                            and e.event_seq < d.event_seq and e.lane = d.lane
                            and (e.channel = 'sandbox') is not distinct from (d.channel = 'sandbox'))
        order by d.lane, d.event_seq limit 200`,
  )
  return rows.map((each) => each.id)
}

/** Channels that take nothing at present: their token or their payload was refused, or nobody answers there. */
export async function downChannels(db: Queryable): Promise<ChannelName[]> {
  const rows = await db.many(
    z.object({ channel: z.enum(channelNames) }),
    sql`select channel from channel_limits where broken_count > 0 and paused_until > statement_timestamp() and channel <> 'sandbox'`,
  )
  return rows.map((each) => each.channel)
}

const idRow = z.object({ id: z.string().transform(branded<'delivery'>) })
