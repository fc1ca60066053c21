import { z } from 'zod'
import { isTestPhone } from '../../channels/sandbox/test-phones.ts'
import type { Client } from '../../clients/client.ts'
import { findWanted, resolveClients, type Wanted } from '../../clients/resolve.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type EventId, newId } from '../../lib/ids.ts'
import { kopecksOf } from '../../lib/money.ts'
import { handlingOf } from '../catalog.ts'
import { contentText, identityText } from '../identity.ts'
import type { PlanLane } from '../jobs.ts'
import type { KeptEvent } from '../kept.ts'
import { type InfobaseState, infobaseState } from './infobases.ts'
import type { EventNeeds, EventWarning } from './read.ts'

export type Incoming = {
  source: string
  /** The line of keys it came with: `env`, or the id of the first key of the line. */
  keyId: string
  test: boolean
  /** Came with a team key: only contacts marked as team may be told. */
  teamOnly: boolean
  event: KeptEvent
  /**
   * The event without what we know of its branch, when that changes it: the same post stays the same fact after somebody
   * has corrected the zone of the branch.
   */
  asSaid?: KeptEvent | undefined
  warnings: EventWarning[]
  receivedAt: Date
}

/**
 * `held`: kept, but not sent until an operator confirms the infobase it came from. `isRefused`: an operator has refused it,
 * so what it posts is kept as a test.
 */
export type Kept = {
  id: EventId
  status: 'accepted' | 'duplicate' | 'reused'
  held: boolean
  isRefused: boolean
  lane: PlanLane
}

type Keyed = Incoming & { identity: string; contentHash: Buffer; heldReason: string | null; isRefused: boolean }

/** What can be read before the transaction, side by side: each statement inside it holds up the whole round. */
export type Ahead = { keyed: Keyed[]; before: Found; clients: Client[] }

export async function lookAhead(needs: EventNeeds, given: readonly Incoming[]): Promise<Ahead> {
  const keyed = given.map(asTest).map((each) => withKeys(needs.vault, each, 'confirmed'))
  const [before, clients] = await Promise.all([findByIdentity(needs.db, keyed), findWanted(needs, keyed.map(wantedIn))])
  return { keyed, before, clients }
}

/**
 * Keeps a round of events in the order given, each once. Must run in a transaction, which looks again at whatever may have
 * changed since `ahead` was read.
 */
export async function keepEvents(needs: EventNeeds, given: readonly Incoming[], ahead?: Ahead): Promise<Kept[]> {
  const incoming = given.map(asTest)
  const stateOf = await infobasesOf(needs.db, incoming)
  const isAsSeen = ahead !== undefined && incoming.every((each) => stateOf(each) === 'confirmed')
  const keyed = isAsSeen ? ahead.keyed : incoming.map((each) => withKeys(needs.vault, each, stateOf(each)))
  const before = isAsSeen ? ahead.before : await findByIdentity(needs.db, keyed)
  const fresh = keyed.filter((each) => !before.has(keyText(each)))
  const made = fresh.length > 0 ? await insertEvents(needs, fresh, ahead?.clients) : new Map<string, EventId>()
  const late = fresh.filter((each) => !made.has(keyText(each)))
  const after = late.length > 0 ? await findByIdentity(needs.db, late) : before
  return keyed.map((each) => {
    const key = keyText(each)
    const id = made.get(key)
    if (id !== undefined) {
      // The first of equal items in one round is the accepted one, the others repeat it.
      made.delete(key)
      before.set(key, { id, hash: each.contentHash })
      return { ...keptOf(each, id), status: 'accepted', held: each.heldReason !== null }
    }
    const existing = before.get(key) ?? after.get(key)
    if (!existing) throw new Error('an event was neither made nor found')
    const isReused = each.event.id !== undefined && !existing.hash.equals(each.contentHash)
    const status = isReused ? 'reused' : 'duplicate'
    return { ...keptOf(each, existing.id), status, held: false }
  })
}

/** Whatever key it came with, an event to a test phone is a test: it changes nobody's record. */
function asTest(each: Incoming): Incoming {
  return isTestPhone(each.event.client.phone) ? { ...each, test: true } : each
}

function keptOf({ event, isRefused }: Keyed, id: EventId) {
  return { id, isRefused, lane: handlingOf(event.type).urgency }
}

/** A test event goes nowhere, so it says nothing of its infobase either. */
async function infobasesOf(db: Queryable, incoming: readonly Incoming[]): Promise<(each: Incoming) => InfobaseState> {
  const keyOf = ({ keyId, source, event }: Incoming) => `${keyId}\n${source}\n${event.infobase}`
  const states = new Map<string, InfobaseState>()
  for (const each of incoming) {
    const { infobase } = each.event
    if (infobase === undefined || each.test || states.has(keyOf(each))) continue
    states.set(keyOf(each), await infobaseState(db, { keyId: each.keyId, source: each.source, infobase }))
  }
  return (each) => (each.test ? 'confirmed' : (states.get(keyOf(each)) ?? 'confirmed'))
}

function withKeys(vault: Vault, incoming: Incoming, state: InfobaseState): Keyed {
  const isHeld = state === 'quarantined'
  const said = incoming.asSaid ?? incoming.event
  const text = identityText(said, incoming.receivedAt.toISOString())
  // The sender's own id stays readable; a key made of content could be guessed back, so it is keyed.
  const identity = incoming.event.id === undefined ? vault.index('content', text).toString('hex') : text
  return {
    ...incoming,
    // What a copy of the infobase posts must not use up the ids of the real one.
    identity: isHeld ? `held:${incoming.event.infobase}:${identity}` : identity,
    contentHash: vault.index('content', contentText(said)),
    heldReason: isHeld ? 'infobase' : null,
    test: incoming.test || state === 'refused',
    isRefused: state === 'refused',
  }
}

function keyText(each: { source: string; test: boolean; identity: string }): string {
  return `${each.source}\n${each.test}\n${each.identity}`
}

type Found = Map<string, { id: EventId; hash: Buffer }>

async function findByIdentity(db: Queryable, keyed: readonly Keyed[]): Promise<Found> {
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
        cross join lateral (select * from events where source = k.source and test = k.test and identity = k.identity limit 1) e`,
  )
  return new Map(rows.map((row) => [keyText(row), { id: row.id, hash: row.content_hash }]))
}

function wantedIn({ event, test, heldReason }: Keyed): Wanted {
  return {
    // A test, or a copy of the infobase, changes nobody's record.
    isTest: test || heldReason !== null,
    externalId: event.client.id,
    phone: event.client.phone,
    fullName: event.client.fullName,
    branchCode: event.branch?.code ?? event.branch?.name,
  }
}

async function insertEvents(
  needs: EventNeeds,
  keyed: readonly Keyed[],
  seen: readonly Client[] | undefined,
): Promise<Map<string, EventId>> {
  const clients = await resolveClients(needs, keyed.map(wantedIn), seen)
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
                            infobase, branch_code, operation_id, operation_number, amount_kopecks, stage, payload, key_id, team_only, held_reason, lane)
        select r.id, r.source, r.test, r.identity, r.content_hash, r.external_id, r.type, r.occurred_at,
          -- By the clock that the sweep compares it with: that of a process may be hours off.
          case when r.received_at between statement_timestamp() - interval '1 minute' and statement_timestamp() then r.received_at
               else clock_timestamp() end,
          r.client_id, r.infobase, r.branch_code, r.operation_id, r.operation_number, r.amount, r.stage, r.payload, r.key_id, r.team_only,
          r.held_reason, r.lane
        from unnest(
          ${column('id')}::text[], ${column('source')}::text[], ${column('test')}::boolean[], ${column('identity')}::text[],
          ${column('contentHash')}::bytea[], ${column('externalId')}::text[], ${column('type')}::text[],
          ${column('occurredAt')}::timestamptz[], ${column('receivedAt')}::timestamptz[], ${column('clientId')}::text[],
          ${column('infobase')}::text[], ${column('branchCode')}::text[], ${column('operationId')}::text[],
          ${column('operationNumber')}::text[], ${column('amount')}::bigint[], ${column('stage')}::int[], ${column('payload')}::bytea[],
          ${column('keyId')}::text[], ${column('teamOnly')}::boolean[], ${column('heldReason')}::text[], ${column('lane')}::text[])
          as r (id, source, test, identity, content_hash, external_id, type, occurred_at, received_at, client_id,
                infobase, branch_code, operation_id, operation_number, amount, stage, payload, key_id, team_only, held_reason, lane)
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
    lane: handlingOf(event.type).urgency,
    keyId: incoming.keyId,
    teamOnly: incoming.teamOnly,
    heldReason: incoming.heldReason,
    payload: vault.seal(client, 'event', JSON.stringify({ event, warnings: incoming.warnings })),
  }
}
