import { z } from 'zod'
import { type ChannelName, channelNames } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { isPaused } from '../../deliveries/store/pauses.ts'
import { branded, type ClientId, type DeliveryId, type EventId } from '../../lib/ids.ts'

export type RatingNeeds = { db: Queryable; vault: Vault }

/** A payout that was told of, whose client may be asked how it went. */
export type DueRating = {
  event: EventId
  delivery: DeliveryId
  client: ClientId
  channel: ChannelName
  address: string
  zone: string
  branch: string | null
  ownQuiet: { from: number; to: number } | null
  lastWroteAt: Date | undefined
  /** He may still be written to there, and was not asked about this operation before. */
  isWanted: boolean
}

const dueRow = z.object({
  event_id: z.string().transform(branded<'event'>),
  delivery_id: z.string().transform(branded<'delivery'>),
  client_id: z.string().transform(branded<'client'>),
  channel: z.enum(channelNames),
  zone: z.string(),
  branch_code: z.string().nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  address: z.instanceof(Buffer),
  last_wrote_at: z.date().nullable(),
  quiet_from: z.number().nullable(),
  quiet_to: z.number().nullable(),
  is_wanted: z.boolean(),
})

/**
 * Those whose time has come, each to one process and marked as asked before anybody is: a second question would be worse
 * than none.
 */
export async function takeDueRatings({ db, vault }: RatingNeeds, limit: number): Promise<DueRating[]> {
  const rows = await db.many(
    dueRow,
    sql`with taken as (
          update ratings set state = 'asked', asked_at = clock_timestamp() where event_id in (
            select r.event_id from ratings r join deliveries d on d.id = r.delivery_id
            where r.state = 'due' and r.due_at <= statement_timestamp() and not ${isPaused}
            order by r.due_at limit ${limit} for update of r skip locked)
          returning event_id, delivery_id, client_id, due_at)
        select t.event_id, t.delivery_id, t.client_id, d.channel, d.zone, d.branch_code, c.data_key, k.address, k.last_wrote_at,
          s.quiet_from, s.quiet_to,
          (t.due_at > statement_timestamp() - interval '1 day' and k.blocked_reason is null and c.erased_at is null
            and (not d.team_only or k.team)
            and (k.phone_index is null or k.phone_index is not distinct from c.phone_index)
            and coalesce((select w.granted from consents w where w.client_id = d.client_id and w.purpose = 'service'
                  and (w.phone_index is null or w.phone_index is not distinct from c.phone_index)
                  order by w.at desc, w.recorded_at desc limit 1), false)
            and not exists (select 1 from deliveries o join ratings r on r.event_id = o.event_id
                  where o.operation_id = d.operation_id and o.client_id = d.client_id and o.event_id <> d.event_id
                    and r.state in ('asked', 'rated') and d.operation_id is not null)) as is_wanted
        from taken t join deliveries d on d.id = t.delivery_id join clients c on c.id = t.client_id
          join contacts k on k.id = d.contact_id left join client_settings s on s.client_id = t.client_id`,
  )
  return rows.flatMap((row) => {
    const address = vault.open({ id: row.client_id, dataKey: row.data_key }, 'address', row.address)
    if (address === undefined) return []
    return [
      {
        event: row.event_id,
        delivery: row.delivery_id,
        client: row.client_id,
        channel: row.channel,
        address,
        zone: row.zone,
        branch: row.branch_code,
        ownQuiet: row.quiet_from === null || row.quiet_to === null ? null : { from: row.quiet_from, to: row.quiet_to },
        lastWroteAt: row.last_wrote_at ?? undefined,
        isWanted: row.is_wanted,
      },
    ]
  })
}

/** Nobody was asked: later, or never. */
export async function putOffRating(db: Queryable, event: EventId, until: Date | null): Promise<void> {
  await db.run(
    sql`update ratings set state = case when ${until}::timestamptz is null then 'dropped' else 'due' end, asked_at = null,
               due_at = coalesce(${until}::timestamptz, due_at)
        where event_id = ${event} and state = 'asked'`,
  )
}

/** The last mark counts. False when nobody was asked about that delivery. */
export async function saveScore(
  db: Queryable,
  delivery: DeliveryId,
  client: ClientId,
  score: number,
): Promise<boolean> {
  const rated = await db.run(
    sql`update ratings set state = 'rated', score = ${score}, rated_at = clock_timestamp()
        where delivery_id = ${delivery} and client_id = ${client} and state in ('asked', 'rated')`,
  )
  return rated > 0
}
