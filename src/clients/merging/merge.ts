import type { Queryable } from '../../db/database.ts'
import type { ClientId } from '../../lib/ids.ts'
import type { Client } from '../client.ts'
import { waitBriefly } from '../linking/store.ts'
import { lockClients, updateClient } from '../store.ts'
import type { Vault } from '../vault.ts'
import { sealed } from './sealed.ts'
import { closeRecord, isSending, leftOf, passOn, reseal, settleContacts, settleReplies } from './store.ts'

export type Merged = { kind: 'merged'; into: ClientId } | { kind: 'gone' } | { kind: 'busy' } | { kind: 'other_phone' }

/**
 * Makes two records of one person one, at an operator's word: both ids mean `into` from then on, and what was the other's
 * is sealed with his key. Must run in a transaction, which holds both records to its end. What is under way goes on, in the order of its events.
 * `busy`: a message is in a worker's hands; soon it is not.
 */
export async function merge(
  needs: { db: Queryable; vault: Vault },
  { from, into, by }: { from: ClientId; into: ClientId; by: string },
): Promise<Merged> {
  await waitBriefly(needs.db)
  const held = await lockClients(needs, [from, into])
  const [old, kept] = [held.find((each) => each.id === from), held.find((each) => each.id === into)]
  if (!old || !kept) return { kind: 'gone' }
  if (old.phone !== undefined && kept.phone !== undefined && old.phone !== kept.phone) return { kind: 'other_phone' }
  if (await isSending(needs.db, from)) return { kind: 'busy' }
  await passAll(needs, old, kept)
  await closeRecord(needs, old, kept, by)
  await updateClient(needs, kept, {
    externalId: kept.externalId ?? old.externalId ?? undefined,
    phone: kept.phone ?? old.phone,
    fullName: kept.fullName ?? old.fullName,
    branchCode: kept.branchCode ?? old.branchCode ?? undefined,
  })
  return { kind: 'merged', into }
}

/** Somebody who held a message before us may have written one more of it: it is looked until nothing is left. */
async function passAll(needs: { db: Queryable; vault: Vault }, old: Client, kept: Client): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await passOn(needs.db, old.id, kept.id)
    await settleContacts(needs.db, old.id, kept.id)
    await settleReplies(needs.db, old.id)
    for (const table of sealed) {
      while ((await reseal(needs, old, kept, table)) > 0);
    }
    if (!(await leftOf(needs.db, old.id))) return
  }
  throw new Error('a record keeps growing while it is merged')
}
