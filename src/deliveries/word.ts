import { lockClients, type NewConsent, recordConsent } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database, Queryable } from '../db/database.ts'
import type { ClientId } from '../lib/ids.ts'
import { endWithdrawn } from './store/withdrawn.ts'

/** Notes words of consent of one client; a withdrawal ends at once what was waiting to leave. */
export async function noteWords(
  { db, vault }: { db: Database; vault: Vault },
  client: ClientId,
  words: readonly NewConsent[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const [held] = await lockClients({ db: tx, vault }, [client])
    // Erased meanwhile: nobody is left to whom the word belongs.
    if (held) await noteWordsOfHeld({ db: tx, vault }, held.id, words)
  })
}

/** The same for a client who is held already. */
export async function noteWordsOfHeld(
  needs: { db: Queryable; vault: Vault },
  client: ClientId,
  words: readonly NewConsent[],
): Promise<void> {
  for (const word of words) await recordConsent(needs, client, word)
  if (words.some((word) => !word.granted)) await endWithdrawn(needs.db, client)
}
