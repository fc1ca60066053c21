import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import type { ChannelName } from '../../lib/channel-name.ts'
import type { ClientId } from '../../lib/ids.ts'
import { lockClients } from '../store.ts'
import type { Vault } from '../vault.ts'
import { endLinks, waitBriefly } from './store.ts'

/**
 * Takes a messenger of a client away, at an operator's word: what waits for it does not leave. Answers how many links it
 * were. The client is held first, as everywhere; whoever holds him for long is told to come again.
 */
export async function unlink(
  needs: { db: Database; vault: Vault },
  client: ClientId,
  channel: ChannelName,
): Promise<number> {
  return await needs.db.transaction(async (db) => {
    await waitBriefly(db)
    await lockClients({ ...needs, db }, [client])
    return await endLinks(db, client, channel, randomBytes(16))
  })
}
