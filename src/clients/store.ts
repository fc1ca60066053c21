import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { prepared, sql } from '../db/sql.ts'
import { type ChannelName, channelNames } from '../lib/channel-name.ts'
import { branded, type ClientId, newId } from '../lib/ids.ts'
import { groupBy, keyBy } from '../lib/list.ts'
import { type Client, type Consent, type Contact, type LinkedBy, linkedBys } from './client.ts'
import { consentOf, consentRow } from './consents/store.ts'
import type { ClientSettings } from './settings/settings.ts'
import { settingsOf } from './settings/store.ts'
import type { Vault } from './vault.ts'

export { consentsOf, type NewConsent, recordConsent, wordingHash } from './consents/store.ts'

export type ClientNeeds = { db: Queryable; vault: Vault }

export const clientRow = z.object({
  id: z.string().transform(branded<'client'>),
  external_id: z.string().nullable(),
  phone: z.instanceof(Buffer).nullable(),
  full_name: z.instanceof(Buffer).nullable(),
  branch_code: z.string().nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  created_at: z.date(),
  erased_at: z.date().nullable(),
})

/**
 * Of a client named `c`. Never `*`: a connection that has prepared such a statement fails for good once the next version has
 * added a column (Postgres: "cached plan must not change result type").
 */
export const clientColumns = sql`c.id, c.external_id, c.phone, c.full_name, c.branch_code, c.data_key, c.created_at, c.erased_at`

export async function clientById(needs: ClientNeeds, id: ClientId): Promise<Client | undefined> {
  const row = await needs.db.maybeOne(clientRow, prepared(sql`select ${clientColumns} from clients c where id = ${id}`))
  return row && opened(needs.vault, row)
}

export async function clientByExternalId(needs: ClientNeeds, externalId: string): Promise<Client | undefined> {
  const row = await needs.db.maybeOne(
    clientRow,
    prepared(sql`select ${clientColumns} from clients c where external_id = ${externalId} and erased_at is null
        union all
        select ${clientColumns} from client_aliases a join clients c on c.id = a.client_id
        where a.external_id = ${externalId} and c.erased_at is null limit 1`),
  )
  return row && opened(needs.vault, row)
}

export async function clientsByPhone(needs: ClientNeeds, phone: string): Promise<Client[]> {
  const rows = await needs.db.many(
    clientRow,
    prepared(
      sql`select ${clientColumns} from clients c where phone_index = ${needs.vault.index('phone', phone)} and erased_at is null order by id`,
    ),
  )
  return rows.map((row) => opened(needs.vault, row))
}

export type NewClient = {
  externalId?: string | undefined
  phone?: string | undefined
  fullName?: string | undefined
  branchCode?: string | undefined
}

/**
 * Makes clients in one statement; answers those it made. What another process has made at the same time is left out:
 * look again. Sorted, so that two processes that make the same clients wait for each other instead of dying of a deadlock.
 */
export async function insertClients(needs: ClientNeeds, inputs: readonly NewClient[]): Promise<Client[]> {
  const { vault } = needs
  const rows = inputs
    .map((input) => {
      const id = newId('client')
      const owner = { id, dataKey: vault.newKey(id) }
      const sealed = (field: string, text?: string) => (text === undefined ? null : vault.seal(owner, field, text))
      return {
        ...owner,
        externalId: input.externalId ?? null,
        phoneIndex: input.phone === undefined ? null : vault.index('phone', input.phone),
        phone: sealed('phone', input.phone),
        fullName: sealed('full_name', input.fullName),
        branchCode: input.branchCode ?? null,
      }
    })
    .sort((a, b) => sortKey(a).localeCompare(sortKey(b)))
  const made = await needs.db.many(
    clientRow,
    prepared(sql`insert into clients as c (id, external_id, phone_index, phone, full_name, branch_code, data_key)
        select * from unnest(${rows.map((r) => r.id)}::text[], ${rows.map((r) => r.externalId)}::text[],
          ${rows.map((r) => r.phoneIndex)}::bytea[], ${rows.map((r) => r.phone)}::bytea[], ${rows.map((r) => r.fullName)}::bytea[],
          ${rows.map((r) => r.branchCode)}::text[], ${rows.map((r) => r.dataKey)}::bytea[])
        on conflict do nothing returning ${clientColumns}`),
  )
  return made.map((row) => opened(vault, row))
}

function sortKey(row: { externalId: string | null; phoneIndex: Buffer | null }): string {
  return `${row.externalId ?? ''}/${row.phoneIndex?.toString('hex') ?? ''}`
}

/** Every living client with one of these ids or phones; who has both comes once, since each row is opened. */
export async function findClients(
  needs: ClientNeeds,
  wanted: { externalIds: string[]; phones: string[] },
): Promise<Client[]> {
  const rows = await needs.db.many(
    clientRow.extend({ alias: z.string().nullable() }),
    prepared(sql`select ${clientColumns}, null as alias from clients c where external_id = any(${wanted.externalIds}::text[]) and erased_at is null
        union all
        select ${clientColumns}, a.external_id from client_aliases a join clients c on c.id = a.client_id
        where a.external_id = any(${wanted.externalIds}::text[]) and c.erased_at is null
        union all
        select ${clientColumns}, null from clients c where phone_index = any(${wanted.phones.map((each) => needs.vault.index('phone', each))}::bytea[])
          and erased_at is null and (external_id is null or external_id <> all(${wanted.externalIds}::text[]))`),
  )
  const aliases = groupBy(
    rows.filter((row) => row.alias !== null),
    (row) => row.id,
  )
  return [...keyBy(rows, (row) => row.id).values()].map((row) => ({
    ...opened(needs.vault, row),
    aliases: (aliases.get(row.id) ?? []).flatMap(({ alias }) => alias ?? []),
  }))
}

/**
 * Holds these clients until the transaction ends: whatever is kept for one of them gets its place in line here. Answers
 * them as they are now that they are held; those who were erased meanwhile are missing.
 */
export async function lockClients(needs: ClientNeeds, ids: readonly ClientId[]): Promise<Client[]> {
  const rows = await needs.db.many(
    clientRow,
    prepared(
      sql`select ${clientColumns} from clients c where id = any(${ids}::text[]) and erased_at is null order by id for no key update`,
    ),
  )
  return rows.map((row) => opened(needs.vault, row))
}

export type ClientChange = {
  externalId?: string | undefined
  phone?: string | undefined
  fullName?: string | undefined
  branchCode?: string | undefined
}

/** Writes the fields that are given; the others stay. */
export async function updateClient(needs: ClientNeeds, client: Client, change: ClientChange): Promise<void> {
  const sealed = (field: string, text: string | undefined) =>
    text === undefined ? null : needs.vault.seal(client, field, text)
  await needs.db.run(
    sql`update clients set
          external_id = coalesce(${change.externalId ?? null}, external_id),
          phone_index = coalesce(${change.phone === undefined ? null : needs.vault.index('phone', change.phone)}, phone_index),
          phone = coalesce(${sealed('phone', change.phone)}, phone),
          full_name = coalesce(${sealed('full_name', change.fullName)}, full_name),
          branch_code = coalesce(${change.branchCode ?? null}, branch_code),
          updated_at = now()
        where id = ${client.id}`,
  )
}

export function opened(vault: Vault, row: z.output<typeof clientRow>): Client {
  const owner = { id: row.id, dataKey: row.data_key }
  return {
    id: row.id,
    externalId: row.external_id,
    phone: vault.open(owner, 'phone', row.phone),
    fullName: vault.open(owner, 'full_name', row.full_name),
    branchCode: row.branch_code,
    dataKey: row.data_key,
    erasedAt: row.erased_at,
    createdAt: row.created_at,
  }
}

const contactRow = z.object({
  id: z.string().transform(branded<'contact'>),
  channel: z.enum(channelNames),
  address: z.instanceof(Buffer),
  team: z.boolean(),
  linked_by: z.enum(linkedBys),
  linked_at: z.date(),
  blocked_reason: z.enum(['blocked', 'not_found']).nullable(),
  is_current: z.boolean(),
})

export async function contactsOf(needs: ClientNeeds, client: Client): Promise<Contact[]> {
  const rows = await needs.db.many(
    contactRow,
    sql`select k.id, k.channel, k.address, k.team, k.linked_by, k.linked_at, k.blocked_reason,
               (k.phone_index is null or k.phone_index is not distinct from c.phone_index) as is_current
        from contacts k join clients c on c.id = k.client_id where k.client_id = ${client.id} and k.channel <> 'sandbox' and k.unlinked_at is null order by k.channel, k.linked_at desc`,
  )
  return rows.flatMap((row) => contactOf(needs.vault, client, row))
}

/** None when the client was erased. */
function contactOf(vault: Vault, client: Client, row: z.output<typeof contactRow>): Contact[] {
  const address = vault.open(client, 'address', row.address)
  if (address === undefined) return []
  return [
    {
      id: row.id,
      channel: row.channel,
      address,
      team: row.team,
      linkedBy: row.linked_by,
      linkedAt: row.linked_at,
      blockedReason: row.blocked_reason,
      isCurrent: row.is_current,
    },
  ]
}

export type NewContact = {
  channel: ChannelName
  address: string
  team?: boolean | undefined
  linkedBy: LinkedBy
  /** The phone that proved the link, when one did. */
  provedBy?: string
}

/** The newest link of a channel is used. A new address takes the place of the old one, and a block ends with a new link. */
export async function linkContact(needs: ClientNeeds, client: Client, contact: NewContact): Promise<void> {
  const { vault } = needs
  await needs.db.run(
    sql`insert into contacts (id, client_id, channel, address, address_index, phone_index, linked_by, team)
        values (${newId('contact')}, ${client.id}, ${contact.channel}, ${vault.seal(client, 'address', contact.address)},
                ${addressIndex(vault, contact.channel, contact.address)},
                ${contact.provedBy === undefined ? null : vault.index('phone', contact.provedBy)}, ${contact.linkedBy}, ${contact.team ?? false})
        on conflict (client_id, channel, phone_index) do update set
          address = excluded.address, address_index = excluded.address_index, phone_index = excluded.phone_index,
          linked_by = excluded.linked_by, linked_at = now(), blocked_at = null, blocked_reason = null,
          last_wrote_at = case when contacts.address_index = excluded.address_index then contacts.last_wrote_at end,
          team = coalesce(${contact.team ?? null}, contacts.team)`,
  )
}

export function addressIndex(vault: Vault, channel: ChannelName, address: string): Buffer {
  return vault.index('address', `${channel}:${address}`)
}

/** Marks every contact behind that address; null makes it reachable again. */
export async function markAddress(
  needs: ClientNeeds,
  channel: ChannelName,
  address: string,
  reason: 'blocked' | 'not_found' | null,
): Promise<void> {
  await needs.db.run(
    sql`update contacts set blocked_reason = ${reason}, blocked_at = case when ${reason}::text is null then null else now() end
        where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
}

/** The clients who are linked to that address. */
export async function clientsByAddress(needs: ClientNeeds, channel: ChannelName, address: string): Promise<Client[]> {
  const rows = await needs.db.many(
    clientRow,
    prepared(sql`select ${clientColumns} from clients c join contacts k on k.client_id = c.id
        where k.channel = ${channel} and k.address_index = ${addressIndex(needs.vault, channel, address)}
          and c.erased_at is null and (k.phone_index is null or k.phone_index is not distinct from c.phone_index)
        order by c.id`),
  )
  return rows.map((row) => opened(needs.vault, row))
}

/** Without `settings` he has chosen nothing. */
export type Recipient = {
  client: Client
  contacts: Contact[]
  consents: Consent[]
  settings?: ClientSettings | undefined
}

/** Everything a plan must know of its clients, in four statements at once; `asIfPhone`: as if that were their phone already. */
export async function recipientsOf(needs: ClientNeeds, ids: readonly ClientId[], asIfPhone?: string) {
  const phoneIndex = asIfPhone === undefined ? null : needs.vault.index('phone', asIfPhone)
  const [clients, contacts, consents, settings] = await Promise.all([
    needs.db.many(clientRow, prepared(sql`select ${clientColumns} from clients c where id = any(${ids}::text[])`)),
    needs.db.many(
      contactRow.extend({ client_id: z.string() }),
      sql`select k.client_id, k.id, k.channel, k.address, k.team, k.linked_by, k.linked_at, k.blocked_reason,
               (k.phone_index is null or k.phone_index is not distinct from coalesce(${phoneIndex}::bytea, c.phone_index)) as is_current
        from contacts k join clients c on c.id = k.client_id where k.client_id = any(${ids}::text[]) and k.channel <> 'sandbox' and k.unlinked_at is null order by k.linked_at desc`,
    ),
    needs.db.many(
      consentRow.extend({ client_id: z.string() }),
      sql`select distinct on (s.client_id, s.purpose, s.given_by) s.client_id, s.id, s.purpose, s.granted, s.at, s.given_by, s.channel,
               s.act, s.chat_index, s.wording_hash
        from consents s join clients c on c.id = s.client_id
        where s.client_id = any(${ids}::text[]) and (s.phone_index is null or s.phone_index is not distinct from coalesce(${phoneIndex}::bytea, c.phone_index))
        order by s.client_id, s.purpose, s.given_by, s.at desc, s.recorded_at desc`,
    ),
    settingsOf(needs.db, ids),
  ])
  const contactsByClient = groupBy(contacts, (row) => row.client_id)
  const consentsByClient = groupBy(consents, (row) => row.client_id)
  return new Map<ClientId, Recipient>(
    clients.map((row) => {
      const client = opened(needs.vault, row)
      return [
        row.id,
        {
          client,
          contacts: (contactsByClient.get(row.id) ?? []).flatMap((each) => contactOf(needs.vault, client, each)),
          consents: (consentsByClient.get(row.id) ?? [])
            .map((each) => consentOf(each))
            .sort((a, b) => b.at.getTime() - a.at.getTime()),
          settings: settings.get(row.id),
        },
      ]
    }),
  )
}
