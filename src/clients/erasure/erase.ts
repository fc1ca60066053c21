import type { Database } from '../../db/database.ts'
import { type ClientId, parseId } from '../../lib/ids.ts'
import { clientByExternalId } from '../store.ts'
import type { Vault } from '../vault.ts'
import type { Act, Ground } from './act.ts'
import { actOfClient, erasedLately, erasingSteps, holdForErasure, keepAct, lastActOf } from './store.ts'

export type ErasureNeeds = { db: Database; vault: Vault }

/**
 * Destroys the client's key and clears whatever is his, in one transaction under his lock: whoever keeps an event for him
 * at the same time comes before it, and is cleared, or after it, and makes a new client. Asked again it answers the same
 * act. Undefined: there is no such client.
 *
 * @param by who asked: `key:…`, `admin-key`, `user:…`, `bot`, `cli` or `retention`.
 */
export async function eraseClient(
  { db, vault }: ErasureNeeds,
  id: ClientId,
  { by, ground }: { by: string; ground: Ground },
): Promise<Act | undefined> {
  return await db.transaction(async (tx) => {
    const subject = await holdForErasure(tx, id)
    if (!subject) return undefined
    const counts: Record<string, number> = {}
    for (const { table, run } of erasingSteps) counts[table] = await run({ db: tx, vault }, subject)
    const { externalId, aliases } = subject
    if (!subject.isErased) await keepAct(tx, { clientId: subject.id, externalId, aliases, by, ground, counts })
    return await actOfClient(tx, subject.id)
  })
}

/** By the sender's id, or by ours (`cli_…`), of whoever is here or was erased; undefined when nobody was ever called so. */
export async function eraseByAnyId(
  needs: ErasureNeeds,
  text: string,
  how: Parameters<typeof eraseClient>[2],
): Promise<Act | undefined> {
  const id = parseId('client', text) ?? (await clientByExternalId(needs, text))?.id
  return id === undefined ? await lastActOf(needs.db, text) : await eraseClient(needs, id, how)
}

/** A second look at those erased lately; answers how many rows it still found. */
export async function eraseLeftovers({ db, vault }: ErasureNeeds): Promise<number> {
  let found = 0
  for (const id of await erasedLately(db)) {
    found += await db.transaction(async (tx) => {
      const subject = await holdForErasure(tx, id)
      if (!subject) return 0
      let rows = 0
      for (const { run } of erasingSteps) rows += await run({ db: tx, vault }, subject)
      return rows
    })
  }
  return found
}
