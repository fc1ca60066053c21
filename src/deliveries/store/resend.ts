import { z } from 'zod'
import type { WayName } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import {
  branded,
  type ClientId,
  type ContactId,
  type DeliveryId,
  type EventId,
  type NotificationId,
} from '../../lib/ids.ts'
import {
  type DeliveryState,
  deliveryStateSchema,
  type Lane,
  lanes,
  type Reason,
  reasonSchema,
  wayNameSchema,
} from '../delivery.ts'

/** A delivery whose words somebody wants to be said once more. */
export type Resendable = {
  id: DeliveryId
  notificationId: NotificationId
  eventId: EventId
  eventSeq: bigint
  clientId: ClientId
  contactId: ContactId | null
  source: string
  type: string
  lane: Lane
  purpose: 'service' | 'advertising'
  test: boolean
  teamOnly: boolean
  branchCode: string | null
  zone: string
  operationId: string | null
  operationNumber: string | null
  channel: WayName | null
  state: DeliveryState
  reason: Reason | null
  /** Sealed, as it stands. */
  message: Buffer | null
  templateVersion: string | null
  staleAt: Date | null
  /** Nothing more will be tried. */
  isEnded: boolean
  /** The same event was told after it, by hand or on another channel. */
  isFollowed: boolean
  /** One of the deliveries of its event came, or may have come. */
  mayHaveCome: boolean
  /** A later fact of the same operation is known. */
  isOvertaken: boolean
}

export async function ownerOf(
  db: Queryable,
  id: DeliveryId,
): Promise<{ clientId: ClientId; source: string; branchCode: string | null } | undefined> {
  const row = await db.maybeOne(
    z.object({
      client_id: z.string().transform(branded<'client'>),
      source: z.string(),
      branch_code: z.string().nullable(),
    }),
    sql`select client_id, source, branch_code from deliveries where id = ${id}`,
  )
  return row && { clientId: row.client_id, source: row.source, branchCode: row.branch_code }
}

/** The delivery that this one was resent as, if it was. */
export async function resentAs(
  db: Queryable,
  id: DeliveryId,
): Promise<{ id: DeliveryId; channel: WayName } | undefined> {
  return await db.maybeOne(
    z.object({ id: z.string().transform(branded<'delivery'>), channel: wayNameSchema }),
    sql`select id, channel from deliveries where resent_from = ${id}`,
  )
}

/** Held until the transaction ends; its client must be held before. */
export async function lockResendable(db: Queryable, id: DeliveryId): Promise<Resendable | undefined> {
  const row = await db.maybeOne(
    resendableRow,
    sql`select d.id, d.notification_id, d.event_id, d.event_seq, d.client_id, d.contact_id, d.source, d.type, d.lane, d.purpose, d.test,
          d.team_only, d.branch_code, d.zone, d.operation_id, d.operation_number, d.channel, d.state, d.reason, d.message,
          d.template_version, d.stale_at, d.decided_at is not null and d.move_since is null as is_ended,
          exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id) as is_followed,
          exists (select 1 from deliveries t where t.event_id = d.event_id
                    and (t.state in ('sending', 'sent', 'delivered', 'unknown') or t.repeat)) as may_have_come,
          exists (select 1 from events v where v.source = d.source and v.operation_id = d.operation_id and v.seq > d.event_seq
                    and v.test = d.test and v.held_reason is null and v.id <> d.event_id)
          or d.operation_id is null and exists (
            select 1 from events v where v.client_id = d.client_id and v.operation_number = d.operation_number and v.seq > d.event_seq
              and v.test = d.test and v.held_reason is null) as is_overtaken
        from deliveries d where d.id = ${id} for update of d`,
  )
  return (
    row && {
      id: row.id,
      notificationId: row.notification_id,
      eventId: row.event_id,
      eventSeq: row.event_seq,
      clientId: row.client_id,
      contactId: row.contact_id,
      source: row.source,
      type: row.type,
      lane: row.lane,
      purpose: row.purpose,
      test: row.test,
      teamOnly: row.team_only,
      branchCode: row.branch_code,
      zone: row.zone,
      operationId: row.operation_id,
      operationNumber: row.operation_number,
      channel: row.channel,
      state: row.state,
      reason: row.reason,
      message: row.message,
      templateVersion: row.template_version,
      staleAt: row.stale_at,
      isEnded: row.is_ended,
      isFollowed: row.is_followed,
      mayHaveCome: row.may_have_come,
      isOvertaken: row.is_overtaken,
    }
  )
}

const resendableRow = z.object({
  id: z.string().transform(branded<'delivery'>),
  notification_id: z.string().transform(branded<'notification'>),
  event_id: z.string().transform(branded<'event'>),
  event_seq: z.bigint(),
  client_id: z.string().transform(branded<'client'>),
  contact_id: z
    .string()
    .transform(branded<'contact'>)
    .nullable(),
  source: z.string(),
  type: z.string(),
  lane: z.enum(lanes),
  purpose: z.enum(['service', 'advertising']),
  test: z.boolean(),
  team_only: z.boolean(),
  branch_code: z.string().nullable(),
  zone: z.string(),
  operation_id: z.string().nullable(),
  operation_number: z.string().nullable(),
  channel: wayNameSchema.nullable(),
  state: deliveryStateSchema,
  reason: reasonSchema.nullable(),
  message: z.instanceof(Buffer).nullable(),
  template_version: z.string().nullable(),
  stale_at: z.date().nullable(),
  is_ended: z.boolean(),
  is_followed: z.boolean(),
  may_have_come: z.boolean(),
  is_overtaken: z.boolean(),
})
