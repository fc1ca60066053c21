import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { and, type Sql, sql } from '../db/sql.ts'
import { branded, type ClientId, type DeliveryId, idAt } from '../lib/ids.ts'

/** Opens what is sealed with a client's key; undefined once the client was erased. */
export type Opener = {
  open(owner: { id: ClientId; dataKey: Buffer | null }, field: string, sealed: Buffer | null): string | undefined
}

export type JournalFilter = {
  from?: Date | undefined
  to?: Date | undefined
  source?: string | undefined
  branch?: string | undefined
  channel?: string | undefined
  type?: string | undefined
  state?: string | undefined
  /** Any of these. */
  states?: readonly string[] | undefined
  reason?: string | undefined
  /** Any of these; a filter of what somebody may see, beside the one that was asked for. */
  branches?: readonly string[] | undefined
  /** Ids or numbers, or messages of `clients`. */
  operations?: readonly string[] | undefined
  /** Blind index of a phone. */
  phoneIndex?: Buffer | undefined
  /** Id or number of the operation. */
  operation?: string | undefined
  clients?: readonly ClientId[] | undefined
  before?: DeliveryId | undefined
}

const entryRow = z.object({
  id: z.string().transform(branded<'delivery'>),
  event_id: z.string(),
  notification_id: z.string(),
  created_at: z.date(),
  source: z.string(),
  branch_code: z.string().nullable(),
  client_id: z.string().transform(branded<'client'>),
  external_id: z.string().nullable(),
  phone: z.instanceof(Buffer).nullable(),
  full_name: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  type: z.string(),
  operation_id: z.string().nullable(),
  operation_number: z.string().nullable(),
  channel: z.string().nullable(),
  state: z.string(),
  reason: z.string().nullable(),
  engagement: z.string().nullable(),
  attempts: z.number(),
  repeat: z.boolean(),
  provider_message_id: z.string().nullable(),
  message: z.instanceof(Buffer).nullable(),
  template_version: z.string().nullable(),
  test: z.boolean(),
})

/** One line of the journal: a delivery, or the record of why there was none. */
export type JournalEntry = {
  id: DeliveryId
  eventId: string
  notificationId: string
  at: Date
  source: string
  branch: string | null
  client: { id: ClientId; externalId: string | null; phone: string | undefined; fullName: string | undefined }
  type: string
  operation: { id: string | null; number: string | null }
  channel: string | null
  state: string
  reason: string | null
  engagement: string | null
  attempts: number
  repeat: boolean
  providerMessageId: string | null
  /** The stored message, as deliveries/message.ts wrote it. */
  message: string | undefined
  /** The text it was made of: the owner's version, or one that ships. */
  template: string | null
  test: boolean
}

/** Newest first, by keyset: a page costs the same wherever it is. */
export async function searchJournal(
  needs: { db: Queryable; vault: Opener },
  filter: JournalFilter,
  limit: number,
): Promise<JournalEntry[]> {
  const rows = await needs.db.many(
    entryRow,
    sql`select d.id, d.event_id, d.notification_id, d.created_at, d.source, d.branch_code, d.client_id, c.external_id, c.phone,
               c.full_name, c.data_key, d.type, d.operation_id, d.operation_number, d.channel, d.state, d.reason, d.engagement,
               d.attempts, d.repeat, d.provider_message_id, d.message, d.template_version, d.test
        from deliveries d join clients c on c.id = d.client_id
        where ${and(conditionsOf(filter))} order by d.id desc limit ${limit}`,
  )
  return rows.map((row) => entryOf(needs.vault, row))
}

export async function journalOfEvents(
  needs: { db: Queryable; vault: Opener },
  eventIds: readonly string[],
): Promise<JournalEntry[]> {
  const rows = await needs.db.many(
    entryRow,
    sql`select d.id, d.event_id, d.notification_id, d.created_at, d.source, d.branch_code, d.client_id, c.external_id, c.phone,
               c.full_name, c.data_key, d.type, d.operation_id, d.operation_number, d.channel, d.state, d.reason, d.engagement,
               d.attempts, d.repeat, d.provider_message_id, d.message, d.template_version, d.test
        from deliveries d join clients c on c.id = d.client_id where d.event_id = any(${eventIds}::text[]) order by d.id`,
  )
  return rows.map((row) => entryOf(needs.vault, row))
}

const aroundMs = 60_000

function conditionsOf(filter: JournalFilter): Sql[] {
  const conditions: Sql[] = []
  // Ids begin with the moment they were made, just before the row: a span of time is a span of the primary key.
  if (filter.from)
    conditions.push(sql`d.created_at >= ${filter.from} and d.id >= ${idAt(new Date(filter.from.getTime() - aroundMs))}`)
  if (filter.to) conditions.push(sql`d.created_at < ${filter.to} and d.id < ${idAt(filter.to)}`)
  if (filter.states) conditions.push(sql`d.state = any(${filter.states}::text[])`)
  if (filter.reason !== undefined) conditions.push(sql`d.reason = ${filter.reason}`)
  if (filter.branches) conditions.push(sql`d.branch_code = any(${filter.branches}::text[])`)
  if (filter.source !== undefined) conditions.push(sql`d.source = ${filter.source}`)
  if (filter.branch !== undefined) conditions.push(sql`d.branch_code = ${filter.branch}`)
  if (filter.channel !== undefined) conditions.push(sql`d.channel = ${filter.channel}`)
  if (filter.type !== undefined) conditions.push(sql`d.type = ${filter.type}`)
  if (filter.state !== undefined) conditions.push(sql`d.state = ${filter.state}`)
  if (filter.phoneIndex)
    conditions.push(
      sql`d.client_id in (select id from clients where phone_index = ${filter.phoneIndex} and erased_at is null)`,
    )
  if (filter.operation !== undefined) {
    conditions.push(sql`(d.operation_id = ${filter.operation} or d.operation_number = ${filter.operation})`)
  }
  const { clients, operations } = filter
  if (clients || operations) {
    conditions.push(sql`(d.client_id = any(${clients ?? []}::text[]) or d.operation_number = any(${operations ?? []}::text[])
      or d.operation_id = any(${operations ?? []}::text[]))`)
  }
  if (filter.before !== undefined) conditions.push(sql`d.id < ${filter.before}`)
  return conditions
}

function entryOf(vault: Opener, row: z.output<typeof entryRow>): JournalEntry {
  const owner = { id: row.client_id, dataKey: row.data_key }
  return {
    id: row.id,
    eventId: row.event_id,
    notificationId: row.notification_id,
    at: row.created_at,
    source: row.source,
    branch: row.branch_code,
    client: {
      id: row.client_id,
      externalId: row.external_id,
      phone: vault.open(owner, 'phone', row.phone),
      fullName: vault.open(owner, 'full_name', row.full_name),
    },
    type: row.type,
    operation: { id: row.operation_id, number: row.operation_number },
    channel: row.channel,
    state: row.state,
    reason: row.reason,
    engagement: row.engagement,
    attempts: row.attempts,
    repeat: row.repeat,
    providerMessageId: row.provider_message_id,
    template: row.template_version,
    message: vault.open(owner, 'message', row.message),
    test: row.test,
  }
}

export type AttemptRecord = {
  number: number
  at: Date
  outcome: string | null
  code: string | null
  description: string | null
  durationMs: number | null
}

export async function attemptsOf(
  db: Queryable,
  deliveries: readonly DeliveryId[],
): Promise<Map<string, AttemptRecord[]>> {
  const rows = await db.many(
    z.object({
      delivery_id: z.string(),
      number: z.number(),
      started_at: z.date(),
      finished_at: z.date().nullable(),
      outcome: z.string().nullable(),
      code: z.string().nullable(),
      description: z.string().nullable(),
    }),
    sql`select delivery_id, number, started_at, finished_at, outcome, code, description from attempts
        where delivery_id = any(${deliveries}::text[]) order by delivery_id, number`,
  )
  return grouped(rows, (row) => ({
    number: row.number,
    at: row.started_at,
    outcome: row.outcome,
    code: row.code,
    description: row.description,
    durationMs: row.finished_at === null ? null : row.finished_at.getTime() - row.started_at.getTime(),
  }))
}

export async function receiptsOf(
  db: Queryable,
  deliveries: readonly DeliveryId[],
): Promise<Map<string, { at: Date; state: string }[]>> {
  const rows = await db.many(
    z.object({ delivery_id: z.string(), at: z.date(), state: z.string() }),
    sql`select delivery_id, at, state from receipts where delivery_id = any(${deliveries}::text[]) order by at`,
  )
  return grouped(rows, ({ at, state }) => ({ at, state }))
}

function grouped<R extends { delivery_id: string }, T>(rows: readonly R[], make: (row: R) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(row.delivery_id, [...(groups.get(row.delivery_id) ?? []), make(row)])
  return groups
}
