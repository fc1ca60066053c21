import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunnerOption } from 'node-pg-migrate'
import pg from 'pg'

const ourFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Where the files are, the last one to run, and how long each may find its tables in use, ms. */
export type MigrateOptions = { folder?: string; upTo?: string; patienceMs?: number }

/**
 * Brings the schema up to date under an advisory lock: of two processes that start together one migrates, the other waits.
 * Beside a version that works, a migration never waits long for a table: whoever waits for one keeps all others from it.
 * It gives up what it holds and tries again, until `patienceMs` are over.
 * @returns names of the migrations that were run now.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'vestnik-migrate' })
  await client.connect()
  try {
    await takeTurn(client)
    const done: string[] = []
    while (done.length === 0 || done.at(-1) !== options.upTo) {
      const name = await runNext(client, options)
      if (name === undefined) break
      done.push(name)
    }
    return done
  } finally {
    await client.end()
  }
}

/** Names of the migrations that this program knows, in their order. */
export async function knownMigrations(): Promise<string[]> {
  const files = await readdir(ourFolder)
  return files
    .filter((each) => each.endsWith('.sql'))
    .map((each) => each.slice(0, -4))
    .sort()
}

/** That of node-pg-migrate, so that versions which leave the lock to it stand in the same line. */
const lockKey = 7_241_865_325_823_964

/** Asks again and again: whoever waits inside of a statement is waited for by an index that is built concurrently. */
async function takeTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${lockKey}) as mine`)
    if (rows[0]?.mine) return
    await pause(250)
  }
}

/** Each file in a transaction of its own: the locks of a long index are not held together with those of other files. */
async function runNext(
  client: pg.Client,
  { folder = ourFolder, patienceMs = 60_000 }: MigrateOptions,
): Promise<string | undefined> {
  const { runner } = await import('node-pg-migrate')
  const next: RunnerOption = {
    dbClient: client,
    dir: folder,
    direction: 'up',
    count: 1,
    migrationsTable: 'migrations',
    migrationLoaderStrategies: [sqlFiles],
    noLock: true,
    singleTransaction: false,
    log: () => {},
  }
  const deadline = Date.now() + patienceMs
  for (let waitMs = shortestWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    await client.query(`set lock_timeout = ${waitMs}`)
    try {
      return (await runner(next))[0]?.name
    } catch (error) {
      await client.query('rollback')
      if (!isInUse(error)) throw error
      if (Date.now() > deadline) throw new TablesInUse(patienceMs, error)
      await pause(waitMs + Math.random() * waitMs)
    }
  }
}

/** Shorter than the second after which Postgres looks for a deadlock: so it is the migration that gives way. */
const shortestWaitMs = 300
const longestWaitMs = 900

/** 55P03: a lock was not given in time; 40P01: a deadlock. */
function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '55P03' || error.code === '40P01')
}

/** One line a human can act on. */
class TablesInUse extends Error {
  override name = 'TablesInUse'

  constructor(ms: number, cause: unknown) {
    super(
      `a migration did not get its tables in ${ms} ms: another transaction holds them (a backup, an export, psql). End it, and start again`,
      { cause },
    )
  }
}

const sqlFiles: NonNullable<RunnerOption['migrationLoaderStrategies']>[number] = {
  extensions: ['.sql'],
  loader: (paths) =>
    Promise.all(
      paths.map(async (path) => {
        const text = await readFile(path, 'utf8')
        const concurrent = concurrentSteps(text)
        return {
          id: path,
          filePaths: [path],
          actions: {
            up: (pgm) => {
              if (concurrent.length === 0) return pgm.sql(text)
              pgm.noTransaction()
              // It waits for transactions and not for tables: nobody waits behind it.
              for (const step of ['set lock_timeout = 0', ...concurrent]) pgm.sql(step)
            },
            down: false,
          },
        }
      }),
    ),
}

/** The statements of a file that builds indices without holding up writes; Postgres refuses that in a transaction. */
function concurrentSteps(text: string): string[] {
  const code = text.replaceAll(/--.*$/gm, '')
  if (!/\bindex concurrently\b/i.test(code)) return []
  return code.split(';').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
}
