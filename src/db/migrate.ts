import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const folder = fileURLToPath(new URL('../../migrations', import.meta.url))

/**
 * Brings the schema up to date under an advisory lock: of two processes that start together one migrates, the other waits.
 * @returns names of the migrations that were run now.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const { runner } = await import('node-pg-migrate')
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'vestnik-migrate' })
  await client.connect()
  try {
    const done = await runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      migrationsTable: 'migrations',
      advisoryLockMode: 'wait',
      // Each file in a transaction of its own: the locks of a long index are not held together with those of other files.
      singleTransaction: false,
      log: () => {},
    })
    return done.map((each) => each.name)
  } finally {
    await client.end()
  }
}

/** Names of the migrations that this program knows, in their order. */
export async function knownMigrations(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((each) => each.endsWith('.sql'))
    .map((each) => each.slice(0, -4))
    .sort()
}
