import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { branded, type ClientId, type DeliveryId, type EventId } from '../../lib/ids.ts'

/** `within`: the branches whose clients and messages may be found; null means all. */
export type SearchNeeds = { db: Queryable; vault: Vault; within: readonly string[] | null }

/** Of a client named `c`: he belongs to one of the branches, or has a message of theirs. */
function isWithin(within: readonly string[] | null): Sql {
  if (within === null) return sql`true`
  return sql`(c.branch_code = any(${within}::text[])
    or exists (select 1 from deliveries d where d.client_id = c.id and d.branch_code = any(${within}::text[])))`
}

export async function maySeeClient(db: Queryable, id: ClientId, within: readonly string[] | null): Promise<boolean> {
  if (within === null) return true
  return (await db.many(z.object({}), sql`select from clients c where c.id = ${id} and ${isWithin(within)}`)).length > 0
}

export async function maySeeEvent(db: Queryable, id: EventId, within: readonly string[] | null): Promise<boolean> {
  if (within === null) return true
  const found = await db.many(
    z.object({}),
    sql`select from events where id = ${id} and branch_code = any(${within}::text[])`,
  )
  return found.length > 0
}

/** Those of the keys that are the number or the id of an operation. */
export async function knownOperations({ db, within }: SearchNeeds, keys: readonly string[]): Promise<string[]> {
  const rows = await db.many(
    z.object({ key: z.string() }),
    sql`select k.key from unnest(${keys}::text[]) as k (key)
        where exists (select from deliveries d where d.operation_number = k.key
                        and (${within}::text[] is null or d.branch_code = any(${within}::text[])))
           or exists (select from deliveries d where d.operation_id = k.key
                        and (${within}::text[] is null or d.branch_code = any(${within}::text[])))`,
  )
  return rows.map((row) => row.key)
}

/** Numbers of operations of the latest deliveries that match this POSIX expression, each once, newest first. */
export async function operationsLike(
  { db, within }: SearchNeeds,
  pattern: string,
  among: number,
  limit: number,
): Promise<string[]> {
  const rows = await db.many(
    z.object({ operation_number: z.string() }),
    sql`select operation_number from (
          select id, operation_number from deliveries
          where ${within}::text[] is null or branch_code = any(${within}::text[]) order by id desc limit ${among}) as latest
        where operation_number ~ ${pattern} group by operation_number order by max(id) desc limit ${limit}`,
  )
  return rows.map((row) => row.operation_number)
}

export async function hasMoreDeliveriesThan(db: Queryable, count: number): Promise<boolean> {
  const { has } = await db.one(
    z.object({ has: z.boolean() }),
    sql`select exists (select from deliveries order by id offset ${count}) as has`,
  )
  return has
}

/** The events that their sender calls so. Walks the few sources there are, since the index begins with them. */
export async function eventsOfSenderId({ db, within }: SearchNeeds, externalId: string): Promise<EventId[]> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`with recursive sources as (
          (select source from events order by source limit 1)
          union all
          select (select e.source from events e where e.source > s.source order by e.source limit 1) from sources s
          where s.source is not null)
        select id from events where source in (select source from sources) and test in (false, true)
          and identity = ${`id:${externalId}`} and (${within}::text[] is null or branch_code = any(${within}::text[])) order by seq desc limit 2`,
  )
  return rows.map((row) => row.id)
}

export async function eventOfDelivery(db: Queryable, id: DeliveryId): Promise<EventId | undefined> {
  const row = await db.maybeOne(
    z.object({ event_id: z.string().transform(branded<'event'>) }),
    sql`select event_id from deliveries where id = ${id}`,
  )
  return row?.event_id
}

export type Person = {
  id: ClientId
  fullName: string | undefined
  phone: string | undefined
  branch: string | null
}

const personRow = z.object({
  id: z.string().transform(branded<'client'>),
  full_name: z.instanceof(Buffer).nullable(),
  phone: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  branch: z.string().nullable(),
})

/** A page of the living, the latest first. */
export async function peopleBefore(needs: SearchNeeds, before: ClientId | undefined, limit: number): Promise<Person[]> {
  const rows = await needs.db.many(
    personRow,
    sql`select c.id, c.full_name, c.phone, c.data_key, coalesce(b.name, c.branch_code) as branch
        from clients c left join branches b on b.code = c.branch_code
        where c.erased_at is null and c.id < ${before ?? 'cli_g'} and ${isWithin(needs.within)} order by c.id desc limit ${limit}`,
  )
  return rows.map((row) => personOf(needs.vault, row))
}

export async function peopleByPhone(needs: SearchNeeds, phone: string): Promise<Person[]> {
  const rows = await needs.db.many(
    personRow,
    sql`select c.id, c.full_name, c.phone, c.data_key, coalesce(b.name, c.branch_code) as branch
        from clients c left join branches b on b.code = c.branch_code
        where c.phone_index = ${needs.vault.index('phone', phone)} and c.erased_at is null and ${isWithin(needs.within)} order by c.id desc limit 51`,
  )
  return rows.map((row) => personOf(needs.vault, row))
}

/** By our own id or by the sender's. */
export async function peopleByIds(needs: SearchNeeds, ids: readonly string[]): Promise<Person[]> {
  const rows = await needs.db.many(
    personRow,
    sql`select c.id, c.full_name, c.phone, c.data_key, coalesce(b.name, c.branch_code) as branch
        from clients c left join branches b on b.code = c.branch_code
        where (c.id = any(${ids}::text[]) or (c.external_id = any(${ids}::text[]) and c.erased_at is null)) and ${isWithin(needs.within)}
        order by c.id desc limit 51`,
  )
  return rows.map((row) => personOf(needs.vault, row))
}

function personOf(vault: Vault, row: z.output<typeof personRow>): Person {
  const owner = { id: row.id, dataKey: row.data_key }
  return {
    id: row.id,
    fullName: vault.open(owner, 'full_name', row.full_name),
    phone: vault.open(owner, 'phone', row.phone),
    branch: row.branch,
  }
}
