import { z } from 'zod'
import { sql } from '../../db/sql.ts'
import { branded } from '../../lib/ids.ts'
import { lanes, reasonSchema, wayNameSchema } from '../delivery.ts'

/** What is read of a delivery `d` that is to be told once more, by hand or on another channel. */
export const toldColumns = sql`d.id, d.notification_id, d.event_id, d.event_seq, d.client_id, d.source, d.type, d.lane, d.purpose,
  d.test, d.team_only, d.branch_code, d.zone, d.operation_id, d.operation_number, d.channel, d.reason, d.message`

export const toldRow = z.object({
  id: z.string().transform(branded<'delivery'>),
  notification_id: z.string().transform(branded<'notification'>),
  event_id: z.string().transform(branded<'event'>),
  event_seq: z.bigint(),
  client_id: z.string().transform(branded<'client'>),
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
  reason: reasonSchema.nullable(),
  message: z.instanceof(Buffer).nullable(),
})

/** `message` is sealed, as it stands. */
export type Told = ReturnType<typeof toldOf>

export function toldOf(row: z.output<typeof toldRow>) {
  return {
    id: row.id,
    notificationId: row.notification_id,
    eventId: row.event_id,
    eventSeq: row.event_seq,
    clientId: row.client_id,
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
    reason: row.reason,
    message: row.message,
  }
}
