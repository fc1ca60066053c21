import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { and, sql } from '../../db/sql.ts'
import { type EventType, eventTypes } from '../event.ts'

/** An event as two sides compare it: nothing of it needs the client's key. */
export type KeptFact = {
  id: string
  externalId: string | null
  type: EventType
  amount: bigint | null
  occurredAt: Date | null
  receivedAt: Date
  operationId: string | null
  operationNumber: string | null
  infobase: string | null
  isHeld: boolean
}

/** Whose events are compared; tests and ready texts never are. */
export type Sender = { source: string; branchCode: string | null }

const factRow = z
  .object({
    id: z.string(),
    external_id: z.string().nullable(),
    type: z.enum(eventTypes),
    amount_kopecks: z.bigint().nullable(),
    occurred_at: z.date().nullable(),
    received_at: z.date(),
    operation_id: z.string().nullable(),
    operation_number: z.string().nullable(),
    infobase: z.string().nullable(),
    held_reason: z.string().nullable(),
  })
  .transform(
    (row): KeptFact => ({
      id: row.id,
      externalId: row.external_id,
      type: row.type,
      amount: row.amount_kopecks,
      occurredAt: row.occurred_at,
      receivedAt: row.received_at,
      operationId: row.operation_id,
      operationNumber: row.operation_number,
      infobase: row.infobase,
      isHeld: row.held_reason !== null,
    }),
  )

/**
 * The events that bear these ids, the sender's or ours, whenever they came. What a copy of the infobase posted is among
 * them, since nothing of it is lost; where its original has posted the same, that one stands first.
 */
export async function keptByIds(db: Queryable, sender: Sender, ids: readonly string[]): Promise<KeptFact[]> {
  return await db.many(
    factRow,
    sql`with wanted as (
          select id from events where source = ${sender.source} and not test and type <> 'sms'
            and identity = any(${ids.map((each) => `id:${each}`)}::text[])
          union select id from events where id = any(${ids}::text[]) and source = ${sender.source} and not test and type <> 'sms'
          union select id from events where held_reason is not null and external_id = any(${ids}::text[])
            and source = ${sender.source} and not test and type <> 'sms'
        )
        select e.id, e.external_id, e.type, e.amount_kopecks, e.occurred_at, e.received_at, e.operation_id, e.operation_number,
               e.infobase, e.held_reason
        from events e join wanted w on w.id = e.id where ${ofBranch(sender)} order by e.held_reason is not null, e.seq`,
  )
}

/** What came in [from, to) under other ids than these, oldest first. */
export async function keptBeside(
  db: Queryable,
  sender: Sender,
  span: { from: Date; to: Date },
  ids: readonly string[],
  limit: number,
): Promise<KeptFact[]> {
  return await db.many(
    factRow,
    sql`select e.id, e.external_id, e.type, e.amount_kopecks, e.occurred_at, e.received_at, e.operation_id, e.operation_number,
               e.infobase, e.held_reason
        from events e
        where e.source = ${sender.source} and e.received_at >= ${span.from} and e.received_at < ${span.to} and not e.test and e.type <> 'sms'
          and not exists (select 1 from unnest(${ids}::text[]) as named (id) where named.id = e.external_id)
          and not exists (select 1 from unnest(${ids}::text[]) as named (id) where named.id = e.id)
          and ${ofBranch(sender)}
        order by e.received_at, e.seq limit ${limit}`,
  )
}

function ofBranch({ branchCode }: Sender) {
  return branchCode === null ? and([]) : sql`e.branch_code = ${branchCode}`
}
