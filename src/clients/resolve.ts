import { groupBy } from '../lib/list.ts'
import type { Client } from './client.ts'
import { type ClientNeeds, findClients, insertClients, moveLinks, type NewClient, updateClient } from './store.ts'

/** Whom a sender means: by his id, else by phone. At least one of the two is there. A test changes nobody's record. */
export type Wanted = NewClient & { isTest?: boolean }

/**
 * The client of each of `wanted`, made when there is none. Must run in a transaction.
 *
 * The sender's id decides; a client known only by phone (he came through the bot) gets the id of the first event that
 * names his phone. Several people on one phone stay apart: an event that says only the phone goes to the one whose name
 * it bears, else to nobody's record but the phone's own.
 */
export async function resolveClients(needs: ClientNeeds, wanted: readonly Wanted[]): Promise<Client[]> {
  for (let round = 0; round < 5; round++) {
    const known = createIndex(await findClients(needs, keysOf(wanted)))
    const missing = uniqueMissing(wanted, known)
    if (missing.length === 0) return await settle(needs, wanted, known)
    await insertClients(needs, missing)
  }
  throw new Error('clients keep changing under us')
}

type Index = { byExternalId: Map<string, Client>; byPhone: Map<string, Client[]> }

function createIndex(clients: Client[]): Index {
  return {
    byExternalId: new Map(clients.flatMap((each) => (each.externalId === null ? [] : [[each.externalId, each]]))),
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

function uniqueMissing(wanted: readonly Wanted[], known: Index): NewClient[] {
  const missing = new Map<string, NewClient>()
  for (const each of wanted) {
    if (match(each, known)) continue
    const key = each.externalId === undefined ? `phone:${each.phone}` : `id:${each.externalId}`
    if (!missing.has(key)) missing.set(key, each)
  }
  return [...missing.values()]
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

async function settle(needs: ClientNeeds, wanted: readonly Wanted[], known: Index): Promise<Client[]> {
  const clients: Client[] = []
  for (const each of wanted) {
    const client = match(each, known)
    if (!client) throw new Error('a client just made is gone')
    const change = each.isTest ? {} : changeOf(client, each)
    if (Object.keys(change).length > 0) {
      await updateClient(needs, client, change)
      const nameless = change.phone === undefined ? undefined : namelessOf(known, change.phone)
      if (nameless && nameless.id !== client.id) await moveLinks(needs, nameless, client)
      Object.assign(client, change)
      if (change.externalId !== undefined) known.byExternalId.set(change.externalId, client)
    }
    clients.push(client)
  }
  return clients
}

/** The record of a phone that nobody has named yet: its owner came through the bot. */
function namelessOf(known: Index, phone: string): Client | undefined {
  return known.byPhone.get(phone)?.find((each) => each.externalId === null)
}

function changeOf(client: Client, wanted: Wanted): NewClient {
  const change: NewClient = {}
  if (wanted.externalId !== undefined && client.externalId === null) change.externalId = wanted.externalId
  if (wanted.phone !== undefined && wanted.phone !== client.phone) change.phone = wanted.phone
  if (wanted.fullName !== undefined && wanted.fullName !== client.fullName) change.fullName = wanted.fullName
  if (wanted.branchCode !== undefined && client.branchCode === null) change.branchCode = wanted.branchCode
  return change
}
