import { z } from 'zod'
import type { Client } from '../clients/client.ts'
import { resolveClients } from '../clients/resolve.ts'
import { lockClients } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import { branded, type ClientId, type EventId, newId } from '../lib/ids.ts'
import { keyBy } from '../lib/list.ts'
import { kopecksOf } from '../lib/money.ts'
import { type Event, type EventType, eventSchema, eventTypes } from './event.ts'
import { contentText, identityText } from './identity.ts'

export type EventNeeds = { db: Queryable; vault: Vault }

/** Something the intake understood, but with a reservation. */
export type EventWarning = { code: string; field?: string | undefined; message: string }

export type Incoming = { source: string; test: boolean; event: Event; warnings: EventWarning[]; receivedAt: Date }

export type Kept = { id: EventId; status: 'accepted' | 'duplicate' | 'reused' }

type Keyed = Incoming & { identity: string; contentHash: Buffer }

/** Keeps a round of events in the order given, each once. Must run in a transaction. */
export async function keepEvents(needs: EventNeeds, incoming: readonly Incoming[]): Promise<Kept[]> {
  const keyed = incoming.map((each) => withKeys(needs.vault, each))
  const before = await findByIdentity(needs.db, keyed)
  const fresh = keyed.filter((each) => !before.has(keyText(each)))
  const made = fresh.length > 0 ? await insertEvents(needs, fresh) : new Map<string, EventId>()
  const late = fresh.filter((each) => !made.has(keyText(each)))
  const after = late.length > 0 ? await findByIdentity(needs.db, late) : before
  return keyed.map((each) => {
    const key = keyText(each)
    const id = made.get(key)
    if (id !== undefined) {
      // The first of equal items in one round is the accepted one, the others repeat it.
      made.delete(key)
      before.set(key, { id, hash: each.contentHash })
      return { id, status: 'accepted' }
    }
    const existing = before.get(key) ?? after.get(key)
    if (!existing) throw new Error('an event was neither made nor found')
    const isReused = each.event.id !== undefined && !existing.hash.equals(each.contentHash)
    return { id: existing.id, status: isReused ? 'reused' : 'duplicate' }
  })
}

function withKeys(vault: Vault, incoming: Incoming): Keyed {
  const identity = identityText(incoming.event, incoming.receivedAt.toISOString())
  return {
    ...incoming,
    // The sender's own id stays readable; a key made of content could be guessed back, so it is keyed.
    identity: incoming.event.id === undefined ? vault.index('content', identity).toString('hex') : identity,
    contentHash: vault.index('content', contentText(incoming.event)),
  }
}

function keyText(each: { source: string; test: boolean; identity: string }): string {
  return `${each.source}\n${each.test}\n${each.identity}`
}

async function findByIdentity(
  db: Queryable,
  keyed: readonly Keyed[],
): Promise<Map<string, { id: EventId; hash: Buffer }>> {
  const rows = await db.many(
    z.object({
      id: z.string().transform(branded<'event'>),
      source: z.string(),
      test: z.boolean(),
      identity: z.string(),
      content_hash: z.instanceof(Buffer),
    }),
    sql`select e.id, e.source, e.test, e.identity, e.content_hash
        from unnest(${keyed.map((e) => e.source)}::text[], ${keyed.map((e) => e.test)}::boolean[],
                    ${keyed.map((e) => e.identity)}::text[]) as k (source, test, identity)
        join events e on e.source = k.source and e.test = k.test and e.identity = k.identity`,
  )
  return new Map(rows.map((row) => [keyText(row), { id: row.id, hash: row.content_hash }]))
}

async function insertEvents(needs: EventNeeds, keyed: readonly Keyed[]): Promise<Map<string, EventId>> {
  const clients = await resolveClients(
    needs,
    keyed.map(({ event, test }) => ({
      isTest: test,
      externalId: event.client.id,
      phone: event.client.phone,
      fullName: event.client.fullName,
      branchCode: event.branch?.code ?? event.branch?.name,
    })),
  )
  await lockClients(needs.db, [...new Set(clients.map((each) => each.id))])
  const rows = keyed.map((each, index) => rowOf(needs.vault, each, clientAt(clients, index)))
  const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key])
  const made = await needs.db.many(
    z.object({
      id: z.string().transform(branded<'event'>),
      source: z.string(),
      test: z.boolean(),
      identity: z.string(),
    }),
    sql`insert into events (id, source, test, identity, content_hash, external_id, type, occurred_at, received_at, client_id,
                            infobase, branch_code, operation_id, operation_number, amount_kopecks, stage, payload)
        select * from unnest(
          ${column('id')}::text[], ${column('source')}::text[], ${column('test')}::boolean[], ${column('identity')}::text[],
          ${column('contentHash')}::bytea[], ${column('externalId')}::text[], ${column('type')}::text[],
          ${column('occurredAt')}::timestamptz[], ${column('receivedAt')}::timestamptz[], ${column('clientId')}::text[],
          ${column('infobase')}::text[], ${column('branchCode')}::text[], ${column('operationId')}::text[],
          ${column('operationNumber')}::text[], ${column('amount')}::bigint[], ${column('stage')}::int[], ${column('payload')}::bytea[])
        on conflict (source, test, identity) do nothing
        returning id, source, test, identity`,
  )
  return new Map(made.map((row) => [keyText(row), row.id]))
}

function clientAt(clients: readonly Client[], index: number): Client {
  const client = clients[index]
  if (!client) throw new Error('fewer clients than events')
  return client
}

function rowOf(vault: Vault, { event, ...incoming }: Keyed, client: Client) {
  const amount = event.payment?.amount ?? event.operation?.amount
  return {
    id: newId('event'),
    source: incoming.source,
    test: incoming.test,
    identity: incoming.identity,
    contentHash: incoming.contentHash,
    externalId: event.id ?? null,
    type: event.type,
    occurredAt: event.occurredAt ?? null,
    receivedAt: incoming.receivedAt,
    clientId: client.id,
    infobase: event.infobase ?? null,
    branchCode: event.branch?.code ?? event.branch?.name ?? null,
    operationId: event.operation?.id ?? null,
    operationNumber: event.operation?.number ?? null,
    amount: amount === undefined ? null : (kopecksOf(amount) ?? null),
    stage: event.payment?.stage ?? null,
    payload: vault.seal(client, 'event', JSON.stringify({ event, warnings: incoming.warnings })),
  }
}

const storedPayload = z.object({
  event: eventSchema,
  warnings: z.array(z.object({ code: z.string(), field: z.string().optional(), message: z.string() })),
})

export type StoredEvent = {
  id: EventId
  seq: bigint
  source: string
  test: boolean
  type: EventType
  clientId: ClientId
  receivedAt: Date
  isPlanned: boolean
  /** Undefined once the client was erased. */
  content: { event: Event; warnings: EventWarning[] } | undefined
}

const storedRow = z.object({
  id: z.string().transform(branded<'event'>),
  seq: z.bigint(),
  source: z.string(),
  test: z.boolean(),
  type: z.enum(eventTypes),
  client_id: z.string().transform(branded<'client'>),
  received_at: z.date(),
  planned_at: z.date().nullable(),
  payload: z.instanceof(Buffer),
  data_key: z.instanceof(Buffer).nullable(),
})

/** The events found, in the order in which they were kept. */
export async function eventsByIds(needs: EventNeeds, ids: readonly EventId[]): Promise<StoredEvent[]> {
  const rows = await needs.db.many(
    storedRow,
    sql`select e.id, e.seq, e.source, e.test, e.type, e.client_id, e.received_at, e.planned_at, e.payload, c.data_key
        from events e join clients c on c.id = e.client_id where e.id = any(${ids}::text[]) order by e.seq`,
  )
  return rows.map((row) => {
    const sealed = needs.vault.open({ id: row.client_id, dataKey: row.data_key }, 'event', row.payload)
    return {
      id: row.id,
      seq: row.seq,
      source: row.source,
      test: row.test,
      type: row.type,
      clientId: row.client_id,
      receivedAt: row.received_at,
      isPlanned: row.planned_at !== null,
      content: sealed === undefined ? undefined : storedPayload.parse(JSON.parse(sealed)),
    }
  })
}

/** Marks events as planned; answers those that were not before, so that two planners cannot both win. */
export async function claimForPlanning(db: Queryable, ids: readonly EventId[]): Promise<Set<EventId>> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`update events set planned_at = now() where id = any(${ids}::text[]) and planned_at is null returning id`,
  )
  return new Set(rows.map((row) => row.id))
}

/** Kept but not planned for a while: their job was lost, or the queue was away. Oldest first. */
export async function overdueEvents(db: Queryable, olderThanMs: number, limit: number): Promise<EventId[]> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`select id from events where planned_at is null and received_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
        order by seq limit ${limit}`,
  )
  return rows.map((row) => row.id)
}

export type EarlierFact = {
  id: EventId
  type: EventType
  occurredAt: Date | null
  amount: bigint | null
  stage: number | null
}

/** What was kept before about the same operations, by event. */
export async function earlierFacts(db: Queryable, ids: readonly EventId[]): Promise<Map<EventId, EarlierFact[]>> {
  const rows = await db.many(
    z.object({
      about: z.string().transform(branded<'event'>),
      id: z.string().transform(branded<'event'>),
      type: z.enum(eventTypes),
      occurred_at: z.date().nullable(),
      amount_kopecks: z.bigint().nullable(),
      stage: z.number().nullable(),
    }),
    sql`select e.id as about, f.id, f.type, f.occurred_at, f.amount_kopecks, f.stage
        from events e join events f on f.source = e.source and f.test = e.test and f.seq < e.seq and f.operation_id = e.operation_id
        where e.id = any(${ids}::text[]) and e.operation_id is not null`,
  )
  const facts = new Map<EventId, EarlierFact[]>()
  for (const row of rows) {
    const fact = {
      id: row.id,
      type: row.type,
      occurredAt: row.occurred_at,
      amount: row.amount_kopecks,
      stage: row.stage,
    }
    facts.set(row.about, [...(facts.get(row.about) ?? []), fact])
  }
  return facts
}

export async function rememberBranches(db: Queryable, events: readonly Event[]): Promise<void> {
  const branches = keyBy(
    events.flatMap(({ branch }) => (branch?.code === undefined ? [] : [{ ...branch, code: branch.code }])),
    (each) => each.code,
  )
  if (branches.size === 0) return
  const rows = [...branches.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  await db.run(
    sql`insert into branches (code, name, timezone)
        select * from unnest(${rows.map((b) => b.code)}::text[], ${rows.map((b) => b.name ?? null)}::text[],
                             ${rows.map((b) => b.timezone ?? null)}::text[])
        on conflict (code) do update set name = coalesce(excluded.name, branches.name),
          timezone = coalesce(excluded.timezone, branches.timezone), updated_at = now()
        where (branches.name, branches.timezone) is distinct from
              (coalesce(excluded.name, branches.name), coalesce(excluded.timezone, branches.timezone))`,
  )
}
