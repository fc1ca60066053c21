import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { and, type Sql, sql } from '../../db/sql.ts'
import { branded, type ClientId, type DeliveryId, type EventId, firstIdAt } from '../../lib/ids.ts'
import { type DeliveryState, deliveryStateSchema, type Reason, reasonSchema } from '../delivery.ts'

/** A message that ended without arriving, and should have. */
export type DeadLetter = {
  id: DeliveryId
  eventId: EventId
  clientId: ClientId
  at: Date
  type: string
  source: string
  branchCode: string | null
  operationNumber: string | null
  channel: string | null
  state: DeliveryState
  reason: Reason
}

export type DeadFilter = {
  reasons: readonly Reason[]
  channel?: string | undefined
  type?: string | undefined
  source?: string | undefined
  state?: DeliveryState | undefined
  event?: EventId | undefined
  branches?: readonly string[] | undefined
  from?: Date | undefined
  to?: Date | undefined
  before?: DeliveryId | undefined
}

/** The newest first: only the last delivery of each event, since an earlier one was followed by another try. */
export async function deadLetters(db: Queryable, filter: DeadFilter, limit: number): Promise<DeadLetter[]> {
  const rows = await db.many(
    z.object({
      id: z.string().transform(branded<'delivery'>),
      event_id: z.string().transform(branded<'event'>),
      client_id: z.string().transform(branded<'client'>),
      created_at: z.date(),
      type: z.string(),
      source: z.string(),
      branch_code: z.string().nullable(),
      operation_number: z.string().nullable(),
      channel: z.string().nullable(),
      state: deliveryStateSchema,
      reason: reasonSchema,
    }),
    sql`select d.id, d.event_id, d.client_id, d.created_at, d.type, d.source, d.branch_code, d.operation_number, d.channel, d.state, d.reason
        from deliveries d where ${and(conditionsOf(filter))} order by d.id desc limit ${limit}`,
  )
  return rows.map((row) => ({
    id: row.id,
    eventId: row.event_id,
    clientId: row.client_id,
    at: row.created_at,
    type: row.type,
    source: row.source,
    branchCode: row.branch_code,
    operationNumber: row.operation_number,
    channel: row.channel,
    state: row.state,
    reason: row.reason,
  }))
}

/** How many there are of each reason. */
export async function countDead(db: Queryable, filter: DeadFilter): Promise<{ reason: Reason; count: number }[]> {
  const rows = await db.many(
    z.object({ reason: reasonSchema, count: z.bigint() }),
    sql`select d.reason, count(*) as count from deliveries d where ${and(conditionsOf(filter))} group by d.reason order by count(*) desc`,
  )
  return rows.map((row) => ({ reason: row.reason, count: Number(row.count) }))
}

function conditionsOf(filter: DeadFilter): Sql[] {
  const conditions = [
    sql`d.state in ('failed', 'skipped') and d.move_since is null and d.decided_at is not null and not d.test`,
    sql`d.reason = any(${filter.reasons}::text[])`,
    sql`not exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id)`,
  ]
  if (filter.channel !== undefined) conditions.push(sql`d.channel = ${filter.channel}`)
  if (filter.type !== undefined) conditions.push(sql`d.type = ${filter.type}`)
  if (filter.source !== undefined) conditions.push(sql`d.source = ${filter.source}`)
  if (filter.state !== undefined) conditions.push(sql`d.state = ${filter.state}`)
  if (filter.event !== undefined) conditions.push(sql`d.event_id = ${filter.event}`)
  if (filter.branches) conditions.push(sql`d.branch_code = any(${filter.branches}::text[])`)
  if (filter.from) conditions.push(sql`d.id >= ${firstIdAt('delivery', filter.from)}`)
  if (filter.to) conditions.push(sql`d.id < ${firstIdAt('delivery', filter.to)}`)
  if (filter.before !== undefined) conditions.push(sql`d.id < ${filter.before}`)
  return conditions
}
