import type { Config } from '../config.ts'
import { DataFolderInUse, startEmbeddedPostgres } from '../sandbox/embedded-postgres/start.ts'

/** The database of these settings; the embedded one is started for the command, or shared with the service that runs it. */
export async function withDatabaseUrl<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  if (config.DATABASE_URL !== undefined) return await work(config.DATABASE_URL)
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR })
    try {
      return await work(postgres.databaseUrl)
    } finally {
      await postgres.stop()
    }
  } catch (error) {
    if (error instanceof DataFolderInUse && error.databaseUrl !== undefined) return await work(error.databaseUrl)
    throw error
  }
}
