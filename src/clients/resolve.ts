import type { ClientId } from '../lib/ids.ts'
import { groupBy } from '../lib/list.ts'
import { adoptLinks } from './adopt.ts'
import type { Client } from './client.ts'
import { type ClientNeeds, findClients, insertClients, lockClients, type NewClient, updateClient } from './store.ts'

/** Whom a sender means: by his id, else by phone. At least one of the two is there. A test changes nobody's record. */
export type Wanted = NewClient & { isTest?: boolean }

/**
 * The client of each of `wanted`, made when there is none. Must run in a transaction.
 *
 * The sender's id decides; a client known only by phone (he came through the bot) gets the id of the first event that
 * names his phone. Several people on one phone stay apart: an event that says only the phone goes to the one whose name
 * it bears, else to nobody's record but the phone's own.
 *
 * `seen` is what `findWanted` answered before the transaction: only who is still the same once held is believed.
 */
export async function resolveClients(
  needs: ClientNeeds,
  wanted: readonly Wanted[],
  seen?: readonly Client[],
): Promise<Client[]> {
  const made = new Set<ClientId>()
  for (let round = 0; round < 5; round++) {
    const known = round === 0 && seen ? [...seen] : await findClients(needs, keysOf(wanted))
    const matches = matchAll(wanted, createIndex(known))
    const missing = wanted.filter((_, index) => matches[index] === undefined)
    if (missing.length === 0) {
      const found = matches.filter((each) => each !== undefined)
      // In the order of ids: two processes that write the same people wait for each other instead of dying of a deadlock.
      const held = await lockClients(needs, [...new Set(found.map((each) => each.id))])
      // A nameless record may have been claimed by another process before the lock was ours.
      const isClaiming = found.some(
        (each, index) => each.externalId === null && wanted[index]?.externalId !== undefined,
      )
      const locked = createIndex(
        isClaiming
          ? await findClients(needs, keysOf(wanted))
          : asHeld(known, held, new Set(found.map((each) => each.id))),
      )
      const clients = matchAll(wanted, locked).filter((each) => each !== undefined)
      if (clients.length !== found.length || clients.some((each, index) => each.id !== found[index]?.id)) continue
      await settle(needs, wanted, clients, locked, made)
      return clients
    }
    for (const client of await insertClients(needs, unique(missing))) made.add(client.id)
  }
  throw new Error('clients keep changing under us')
}

/** Whoever may be meant by these, for `resolveClients`. */
export function findWanted(needs: ClientNeeds, wanted: readonly Wanted[]): Promise<Client[]> {
  return findClients(needs, keysOf(wanted))
}

/** The one of these that `wanted` means. */
export function matchIn(clients: Client[], wanted: NewClient): Client | undefined {
  return matchAll([wanted], createIndex(clients))[0]
}

/** What was read before the lock may have been changed by whoever held it: the held ones as they are now. */
function asHeld(known: readonly Client[], held: readonly Client[], asked: ReadonlySet<ClientId>): Client[] {
  const aliases = new Map(known.map((each) => [each.id, each.aliases ?? []]))
  const again = held.map((each) => ({ ...each, aliases: aliases.get(each.id) ?? [] }))
  return [...known.filter((each) => !asked.has(each.id)), ...again]
}

type Index = { byExternalId: Map<string, Client>; byPhone: Map<string, Client[]> }

function createIndex(clients: Client[]): Index {
  return {
    byExternalId: new Map(
      clients.flatMap((each) => [each.externalId ?? [], ...(each.aliases ?? [])].flat().map((id) => [id, each])),
    ),
    byPhone: groupBy(
      clients.filter((each) => each.phone !== undefined),
      (each) => each.phone ?? '',
    ),
  }
}

function keysOf(wanted: readonly Wanted[]): { externalIds: string[]; phones: string[] } {
  return {
    externalIds: [...new Set(wanted.flatMap((each) => each.externalId ?? []))],
    phones: [...new Set(wanted.flatMap((each) => each.phone ?? []))],
  }
}

/** One record each: who is named twice is made once. */
function unique(missing: readonly Wanted[]): NewClient[] {
  const first = new Map<string, NewClient>()
  for (const each of missing) {
    const key = each.externalId === undefined ? `phone:${each.phone}` : `id:${each.externalId}`
    if (!first.has(key)) first.set(key, each)
  }
  return [...first.values()]
}

/** A nameless record goes to the first id that claims it; another id on the same phone is another person. */
function matchAll(wanted: readonly Wanted[], known: Index): (Client | undefined)[] {
  const claims = new Map<ClientId, string>()
  return wanted.map((each) => {
    const client = match(each, known)
    if (!client || each.externalId === undefined || client.externalId !== null) return client
    const claimedBy = claims.get(client.id) ?? each.externalId
    claims.set(client.id, claimedBy)
    return claimedBy === each.externalId ? client : undefined
  })
}

function match(wanted: Wanted, known: Index): Client | undefined {
  const samePhone = wanted.phone === undefined ? [] : (known.byPhone.get(wanted.phone) ?? [])
  const phoneOnly = samePhone.find((each) => each.externalId === null)
  if (wanted.externalId !== undefined) return known.byExternalId.get(wanted.externalId) ?? phoneOnly
  if (samePhone.length <= 1) return samePhone[0]
  const namesakes = samePhone.filter((each) => isSameName(each.fullName, wanted.fullName))
  return namesakes.length === 1 ? namesakes[0] : phoneOnly
}

function isSameName(a: string | undefined, b: string | undefined): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim()
  return a !== undefined && b !== undefined && plain(a) === plain(b)
}

async function settle(
  needs: ClientNeeds,
  wanted: readonly Wanted[],
  clients: readonly Client[],
  known: Index,
  made: ReadonlySet<ClientId>,
): Promise<void> {
  for (const [index, each] of wanted.entries()) {
    const client = clients[index]
    if (!client || (each.isTest && !made.has(client.id))) continue
    const change = changeOf(client, each)
    if (Object.keys(change).length > 0) await updateClient(needs, client, change)
    Object.assign(client, change)
    const isNewPhone = change.phone !== undefined || made.has(client.id)
    if (isNewPhone && client.phone !== undefined) {
      await adoptLinks(needs, client, client.phone, known.byPhone.get(client.phone) ?? [])
    }
  }
}

function changeOf(client: Client, wanted: Wanted): NewClient {
  const change: NewClient = {}
  if (wanted.externalId !== undefined && client.externalId === null) change.externalId = wanted.externalId
  if (wanted.phone !== undefined && wanted.phone !== client.phone) change.phone = wanted.phone
  if (wanted.fullName !== undefined && wanted.fullName !== client.fullName) change.fullName = wanted.fullName
  if (wanted.branchCode !== undefined && client.branchCode === null) change.branchCode = wanted.branchCode
  return change
}
