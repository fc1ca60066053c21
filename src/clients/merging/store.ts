import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { named, prepared, type Sql, sql } from '../../db/sql.ts'
import { type ClientId, parseId } from '../../lib/ids.ts'
import type { Client } from '../client.ts'
import { type ClientNeeds, clientByExternalId, clientColumns, clientRow, opened } from '../store.ts'
import type { Vault } from '../vault.ts'
import { onePerClient, owned, type SealedTable } from './sealed.ts'

/** By the sender's id, or by ours (`cli_…`), which leads on from a merged record to the one it went into. */
export async function clientByAnyId(needs: ClientNeeds, text: string): Promise<Client | undefined> {
  const id = parseId('client', text)
  if (id === undefined) return await clientByExternalId(needs, text)
  const row = await needs.db.maybeOne(
    clientRow,
    prepared(sql`select ${clientColumns} from clients own join clients c on c.id = coalesce(own.merged_into, own.id)
        where own.id = ${id} and c.erased_at is null`),
  )
  return row && opened(needs.vault, row)
}

/** The other ids of a client, from records that were merged into his. */
export async function aliasesOf(db: Queryable, client: ClientId): Promise<string[]> {
  const rows = await db.many(
    z.object({ external_id: z.string() }),
    sql`select external_id from client_aliases where client_id = ${client} order by merged_at, external_id`,
  )
  return rows.map((each) => each.external_id)
}

/** Phones that several records have, each with its records; from `after`, a phone's index, on. */
export async function doublesAfter(
  needs: ClientNeeds,
  after: Buffer | undefined,
  limit: number,
): Promise<{ index: Buffer; clients: Client[] }[]> {
  const rows = await needs.db.many(
    clientRow.extend({ phone_index: z.instanceof(Buffer) }),
    prepared(sql`select ${clientColumns}, c.phone_index from clients c join (
          select phone_index from clients where phone_index is not null and erased_at is null and phone_index > ${after ?? Buffer.alloc(0)}
          group by phone_index having count(*) > 1 order by phone_index limit ${limit}) p on p.phone_index = c.phone_index
        where c.erased_at is null order by c.phone_index, c.id`),
  )
  const doubles: { index: Buffer; clients: Client[] }[] = []
  for (const row of rows) {
    const last = doubles.at(-1)
    if (last?.index.equals(row.phone_index)) last.clients.push(opened(needs.vault, row))
    else doubles.push({ index: row.phone_index, clients: [opened(needs.vault, row)] })
  }
  return doubles
}

const rowsAtOnce = 200

/** Seals the rows of one client with the key of another, so many at once; answers how many there were. */
export async function reseal(
  needs: { db: Queryable; vault: Vault },
  from: Client,
  into: Client,
  { table, id, idType, columns }: SealedTable,
): Promise<number> {
  const names = Object.keys(columns)
  const rows = await needs.db.many(
    z.object({ id: z.string(), sealed: z.array(z.instanceof(Buffer).nullable()) }),
    sql`select t.${named(id)}::text as id, array[${listed(names.map((each) => sql`t.${named(each)}`))}]::bytea[] as sealed
        from ${named(table)} t where ${ofClient(table, from.id)} limit ${rowsAtOnce} for update`,
  )
  if (rows.length === 0) return 0
  const anew = names.map((name, at) =>
    rows.map((row) => {
      const field = columns[name] ?? name
      const plain = needs.vault.open(from, field, row.sealed[at] ?? null)
      return plain === undefined ? null : needs.vault.seal(into, field, plain)
    }),
  )
  const places = names.map((name) => ({ column: named(name), value: named(`new_${name}`) }))
  await needs.db.run(
    sql`update ${named(table)} t set client_id = ${into.id}, ${listed(places.map(({ column, value }) => sql`${column} = r.${value}`))}
        from unnest(${rows.map((row) => row.id)}::text[], ${listed(anew.map((values) => sql`${values}::bytea[]`))})
          as r (row_id, ${listed(places.map(({ value }) => value))})
        where t.${named(id)} = r.row_id::${named(idType)} and ${ofClient(table, from.id)}`,
  )
  return rows.length
}

/** Where an index finds them: events by what was planned of them, or is not yet; of changes only what bears words. */
function ofClient(table: string, client: ClientId): Sql {
  switch (table) {
    case 'events':
      return sql`t.client_id = ${client} and t.id in (
        select event_id from deliveries where client_id = ${client}
        union all select id from events where client_id = ${client} and planned_at is null and held_reason is null
        union all select id from events where client_id = ${client} and held_reason is not null)`
    case 'changes':
      return sql`t.client_id = ${client} and t.update_key is not null`
    default:
      return sql`t.client_id = ${client}`
  }
}

function listed(parts: readonly Sql[]): Sql {
  return parts.reduce((all, each) => sql`${all}, ${each}`)
}

/** Rows without anything sealed. Notifications are found by their deliveries, so it comes before those change hands. */
export async function passOn(db: Queryable, from: ClientId, into: ClientId): Promise<void> {
  for (const table of owned) {
    const found =
      table === 'notifications'
        ? sql`t.id in (select notification_id from deliveries where client_id = ${from})`
        : sql`t.client_id = ${from}`
    await db.run(sql`update ${named(table)} t set client_id = ${into} where ${found}`)
  }
  for (const table of onePerClient) {
    const same = table === 'erasure_requests' ? sql`k.state = 'open' and t.state = 'open'` : sql`true`
    await db.run(
      sql`update ${named(table)} t set client_id = ${into} where t.client_id = ${from}
            and not exists (select 1 from ${named(table)} k where k.client_id = ${into} and ${same})`,
    )
  }
}

/** Holds what is on its way to this client; true when one is in a worker's hands, which would write with the old key. */
export async function isSending(db: Queryable, client: ClientId): Promise<boolean> {
  const rows = await db.many(
    z.object({ state: z.string() }),
    sql`select state from deliveries where client_id = ${client} and decided_at is null order by event_seq for update`,
  )
  return rows.some(({ state }) => state === 'sending')
}

/** Of two links of one channel that the same proof made the newer stays; what waits for the other goes to it. */
export async function settleContacts(db: Queryable, from: ClientId, into: ClientId): Promise<void> {
  const pairs = await db.many(
    z.object({ stays: z.string(), ends: z.string() }),
    sql`select case when a.linked_at > b.linked_at then a.id else b.id end as stays,
               case when a.linked_at > b.linked_at then b.id else a.id end as ends
        from contacts a join contacts b on b.client_id = ${into} and b.channel = a.channel and b.phone_index is not distinct from a.phone_index
        where a.client_id = ${from}`,
  )
  for (const { stays, ends } of pairs) {
    await db.run(
      sql`update deliveries set contact_id = ${stays} where contact_id = ${ends} and client_id in (${from}, ${into}) and decided_at is null`,
    )
    await db.run(
      sql`update contacts set unlinked_at = now(), phone_index = ${randomBytes(16)}::bytea || convert_to(id, 'utf8') where id = ${ends}`,
    )
  }
}

/** A reply in a chat of both was noted for each: they stay two, as they were told. */
export async function settleReplies(db: Queryable, from: ClientId): Promise<void> {
  await db.run(
    sql`update changes set update_key = update_key || '/' || client_id where client_id = ${from} and update_key is not null`,
  )
}

/** The old record is empty and leads to the new one, which gets what it did not have, and the other's id. */
export async function closeRecord(needs: ClientNeeds, from: Client, into: Client, by: string): Promise<void> {
  const { db } = needs
  await db.run(
    sql`update clients set merged_into = ${into.id}, erased_at = now(), updated_at = now(), data_key = null, external_id = null,
               phone = null, phone_index = null, full_name = null
        where id = ${from.id}`,
  )
  await db.run(sql`update clients set merged_into = ${into.id} where merged_into = ${from.id}`)
  if (from.externalId === null || into.externalId === null) return
  await db.run(
    sql`insert into client_aliases (external_id, client_id, merged_by) values (${from.externalId}, ${into.id}, ${by})
        on conflict (external_id) do update set client_id = excluded.client_id, merged_at = now(), merged_by = excluded.merged_by`,
  )
}

/** What of this client is still his own. */
export async function leftOf(db: Queryable, client: ClientId): Promise<boolean> {
  const { left } = await db.one(
    z.object({ left: z.boolean() }),
    sql`select exists (select 1 from deliveries where client_id = ${client})
            or exists (select 1 from events where client_id = ${client} and planned_at is null and held_reason is null)
            or exists (select 1 from contacts where client_id = ${client})
            or exists (select 1 from consents where client_id = ${client})
            or exists (select 1 from questions where client_id = ${client})
            or exists (select 1 from schedules where client_id = ${client}) as left`,
  )
  return left
}
