import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openPool } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { openPostgresQueue } from '../src/queue/queue.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { type Built, buildTests } from './build.ts'
import { templateName } from './support/postgres.ts'

/**
 * `npm test`: every file under test/, against one Postgres with a migrated template database.
 * `npm test -- START…` runs the files whose path under test/ begins so; `--only FILE…` runs those files; `--static` runs what needs no database (part of `npm run check`).
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const isStatic = args[0] === '--static'
const files = await filesToRun()
const startedAt = Date.now()
// From Node 22 on the many processes of a run share what they compiled; Node 20 ignores it.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'vestnik-compile-cache')
let failed = 0
let stop = async () => {}
const built = await buildTests(files)

try {
  process.env['TEST_BUILD'] = built.folder
  if (!isStatic) stop = await startDatabase()
  failed = await runAll(built, files)
} finally {
  await stop()
  await built.remove()
}
process.stdout.write(`took ${Math.round((Date.now() - startedAt) / 1000)} s\n`)
process.exit(failed > 0 ? 1 : 0)

async function filesToRun(): Promise<string[]> {
  if (args[0] === '--only') return args.slice(1)
  const all = (await readdir(join(root, 'test'), { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile() && each.name.endsWith('.test.ts'))
    .map((each) => join(each.parentPath, each.name))
    .sort()
  const under = (start: string) => all.filter((file) => relative(root, file).startsWith(join('test', start)))
  if (isStatic) return under('static/')
  if (args.length === 0) return all
  return args.flatMap((start) => {
    const found = under(start)
    if (found.length === 0) throw new Error(`no test file begins with test/${start}`)
    return found
  })
}

async function startDatabase(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'vestnik-test-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, maxConnections: 300 })
  process.env['TEST_DATABASE_URL'] = postgres.databaseUrl
  const client = new pg.Client({ connectionString: postgres.databaseUrl })
  await client.connect()
  await client.query(`create database ${templateName}`)
  await client.end()
  const template = new URL(postgres.databaseUrl)
  template.pathname = `/${templateName}`
  await migrate(template.href)
  const queue = await openPostgresQueue(openPool({ url: template.href, max: 2, searchPath: 'bullmq' }), {
    onError: () => {},
    onJobFailed: () => {},
  })
  await queue.close()
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function runAll(built: Built, paths: string[]): Promise<number> {
  let failures = 0
  const spentMs = new Map<string, number>()
  // The runner hands on our own options, and with them the loader that this file was read by.
  process.execArgv.splice(0, process.execArgv.length, '--enable-source-maps')
  const stream = run({ files: paths.map(built.of), concurrency: isStatic ? 2 : 4, timeout: 480_000 })
  stream.on('test:fail', () => failures++)
  stream.on('test:complete', ({ file, nesting, details }) => {
    if (nesting !== 0 || file === undefined) return
    const source = built.source(file)
    spentMs.set(source, (spentMs.get(source) ?? 0) + details.duration_ms)
  })
  const output = stream.compose(new spec())
  output.pipe(process.stdout)
  await new Promise((resolve) => output.once('end', resolve))
  sayWhatIsSlow(spentMs)
  return failures
}

/** The files that a run of all waits for: where to look when it becomes too long. */
function sayWhatIsSlow(spentMs: ReadonlyMap<string, number>): void {
  const slow = [...spentMs].filter(([, ms]) => ms > 10_000).sort(([, a], [, b]) => b - a)
  for (const [file, ms] of slow) {
    process.stdout.write(`slow ${Math.round(ms / 1000)} s ${relative(root, file)}\n`)
  }
}
