import { z } from 'zod'
import type { WayName } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId, type ContactId, type DeliveryId } from '../../lib/ids.ts'
import { type DeliveryState, deliveryStateSchema, wayNameSchema } from '../delivery.ts'
import { type Told, toldColumns, toldOf, toldRow } from './told.ts'

/** A delivery whose words somebody wants to be said once more. */
export type Resendable = Told & {
  contactId: ContactId | null
  state: DeliveryState
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
    sql`select ${toldColumns}, d.contact_id, d.state, d.template_version, d.stale_at,
          d.decided_at is not null and d.move_since is null as is_ended,
          exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id) as is_followed,
          exists (select 1 from deliveries t where t.event_id = d.event_id
                    and (t.state in ('sending', 'sent', 'delivered', 'unknown') or t.repeat)) as may_have_come,
          exists (select 1 from events v where v.source = d.source and v.operation_id = d.operation_id and v.seq > d.event_seq
                    and v.test = d.test and v.held_reason is null and ${makesOld})
          or d.operation_id is null and exists (
            select 1 from events v where v.client_id = d.client_id and v.operation_number = d.operation_number and v.seq > d.event_seq
              and v.test = d.test and v.held_reason is null and ${makesOld}) as is_overtaken
        from deliveries d where d.id = ${id} for update of d`,
  )
  return (
    row && {
      ...toldOf(row),
      contactId: row.contact_id,
      state: row.state,
      templateVersion: row.template_version,
      staleAt: row.stale_at,
      isEnded: row.is_ended,
      isFollowed: row.is_followed,
      mayHaveCome: row.may_have_come,
      isOvertaken: row.is_overtaken,
    }
  )
}

/** Money that came stays true whatever comes after it, unless the same payment is told anew; all else is a state that passes. */
const makesOld = sql`(d.type not in ('payout.paid', 'payout.partial')
  or v.type = d.type and v.stage is not distinct from (select o.stage from events o where o.id = d.event_id))`

const resendableRow = toldRow.extend({
  contact_id: z
    .string()
    .transform(branded<'contact'>)
    .nullable(),
  state: deliveryStateSchema,
  template_version: z.string().nullable(),
  stale_at: z.date().nullable(),
  is_ended: z.boolean(),
  is_followed: z.boolean(),
  may_have_come: z.boolean(),
  is_overtaken: z.boolean(),
})
