import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { and, type Sql, sql } from '../../db/sql.ts'
import { branded, type ClientId, type DeliveryId, type EventId, idAt } from '../../lib/ids.ts'

export type JournalNeeds = { db: Queryable; vault: Vault }

/** One line of the operator's journal: a delivery, or the record of why there was none. */
export type Line = {
  id: DeliveryId
  eventId: EventId
  at: Date
  source: string
  branch: string | null
  client: { id: ClientId; phone: string | undefined; fullName: string | undefined; isErased: boolean }
  type: string
  operationNumber: string | null
  channel: string | null
  state: string
  reason: string | null
  engagement: string | null
  attempts: number
  repeat: boolean
  /** The stored message, as deliveries/message.ts wrote it. */
  message: string | undefined
  test: boolean
  nextAttemptAt: Date | null
  decidedAt: Date | null
  purpose: 'service' | 'advertising'
  /** The same event was told after it, by hand or on another channel. */
  isFollowed: boolean
}

export type LineFilter = {
  /** Any of these: the clients' lines, or those of the operations. */
  clients?: readonly ClientId[]
  operations?: readonly string[]
  event?: EventId
  states?: readonly string[] | undefined
  reason?: string | undefined
  channel?: string | undefined
  type?: string | undefined
  branch?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  before?: DeliveryId | undefined
  /** What whoever asks may see; null means all. */
  within?: readonly string[] | null | undefined
}

const lineRow = z.object({
  id: z.string().transform(branded<'delivery'>),
  event_id: z.string().transform(branded<'event'>),
  created_at: z.date(),
  source: z.string(),
  branch: z.string().nullable(),
  client_id: z.string().transform(branded<'client'>),
  phone: z.instanceof(Buffer).nullable(),
  full_name: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  erased_at: z.date().nullable(),
  type: z.string(),
  operation_number: z.string().nullable(),
  channel: z.string().nullable(),
  state: z.string(),
  reason: z.string().nullable(),
  engagement: z.string().nullable(),
  attempts: z.number(),
  repeat: z.boolean(),
  message: z.instanceof(Buffer).nullable(),
  test: z.boolean(),
  next_attempt_at: z.date().nullable(),
  decided_at: z.date().nullable(),
  purpose: z.enum(['service', 'advertising']),
  is_followed: z.boolean(),
})

/** Newest first, by keyset. Ids begin with the moment they were made, so a span of days is a span of the primary key. */
export async function findLines(needs: JournalNeeds, filter: LineFilter, limit: number): Promise<Line[]> {
  const rows = await needs.db.many(
    lineRow,
    sql`select d.id, d.event_id, d.created_at, d.source, coalesce(b.name, d.branch_code) as branch, d.client_id, c.phone, c.full_name,
               c.data_key, c.erased_at, d.type, d.operation_number, d.channel, d.state, d.reason, d.engagement, d.attempts, d.repeat,
               d.message, d.test, d.next_attempt_at, d.decided_at, d.purpose,
               exists (select 1 from deliveries t where t.event_id = d.event_id and t.id > d.id) as is_followed
        from deliveries d join clients c on c.id = d.client_id left join branches b on b.code = d.branch_code
        where ${and(conditionsOf(filter))} order by d.id desc limit ${limit}`,
  )
  return rows.map((row) => lineOf(needs.vault, row))
}

function conditionsOf(filter: LineFilter): Sql[] {
  const conditions: Sql[] = []
  const { clients = [], operations = [] } = filter
  if (clients.length > 0 || operations.length > 0) {
    conditions.push(
      sql`(d.client_id = any(${clients}::text[]) or d.operation_number = any(${operations}::text[])
           or d.operation_id = any(${operations}::text[]))`,
    )
  }
  if (filter.event !== undefined) conditions.push(sql`d.event_id = ${filter.event}`)
  if (filter.states) conditions.push(sql`d.state = any(${filter.states}::text[])`)
  if (filter.reason !== undefined) conditions.push(sql`d.reason = ${filter.reason}`)
  if (filter.channel !== undefined) conditions.push(sql`d.channel = ${filter.channel}`)
  if (filter.type !== undefined) conditions.push(sql`d.type = ${filter.type}`)
  if (filter.branch !== undefined) conditions.push(sql`d.branch_code = ${filter.branch}`)
  if (filter.from) conditions.push(sql`d.id >= ${idAt(filter.from)}`)
  if (filter.to) conditions.push(sql`d.id < ${idAt(filter.to)}`)
  if (filter.within) conditions.push(sql`d.branch_code = any(${filter.within}::text[])`)
  if (filter.before !== undefined) conditions.push(sql`d.id < ${filter.before}`)
  return conditions
}

function lineOf(vault: Vault, row: z.output<typeof lineRow>): Line {
  const owner = { id: row.client_id, dataKey: row.data_key }
  return {
    id: row.id,
    eventId: row.event_id,
    at: row.created_at,
    source: row.source,
    branch: row.branch,
    client: {
      id: row.client_id,
      phone: vault.open(owner, 'phone', row.phone),
      fullName: vault.open(owner, 'full_name', row.full_name),
      isErased: row.erased_at !== null,
    },
    type: row.type,
    operationNumber: row.operation_number,
    channel: row.channel,
    state: row.state,
    reason: row.reason,
    engagement: row.engagement,
    attempts: row.attempts,
    repeat: row.repeat,
    message: vault.open(owner, 'message', row.message),
    test: row.test,
    nextAttemptAt: row.next_attempt_at,
    decidedAt: row.decided_at,
    purpose: row.purpose,
    isFollowed: row.is_followed,
  }
}

export async function branchName(db: Queryable, code: string): Promise<string> {
  const row = await db.maybeOne(
    z.object({ name: z.string().nullable() }),
    sql`select name from branches where code = ${code}`,
  )
  return row?.name ?? code
}

export type Branch = { code: string; name: string }

export async function branchesOf(db: Queryable, within: readonly string[] | null = null): Promise<Branch[]> {
  return await db.many(
    z.object({ code: z.string(), name: z.string() }),
    sql`select code, coalesce(name, code) as name from branches
        where ${within}::text[] is null or code = any(${within}::text[]) order by 2 limit 1000`,
  )
}
