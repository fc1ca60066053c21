import type { Vault } from '../clients/vault.ts'
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { createLog, openVaultOf } from '../services.ts'
import { withDatabaseUrl } from './database.ts'

/** The database and the keys of these settings, for a command that works with clients. */
export async function withClients<T>(
  config: Config,
  work: (needs: { db: Database; vault: Vault }) => Promise<T>,
): Promise<T> {
  return await withDatabaseUrl(config, async (url) => {
    await migrate(url)
    const db = openDatabase({ url, max: 4 })
    try {
      return await work({ db, vault: await openVaultOf(config, createLog(config), db) })
    } finally {
      await db.close()
    }
  })
}
