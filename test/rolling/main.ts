import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/sandbox/embedded-postgres/start.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { layOut } from './older.ts'
import { killAll } from './program.ts'
import { roll, step } from './roll.ts'

/**
 * `npm run test:rolling`: an update of a service that goes on working. An older version of this program, taken from git,
 * and this one work side by side on one database; ends with 0 when no message was lost, doubled without a mark or out of
 * order, nothing but 503 was a 5xx, and neither version complained.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    queue: { type: 'string', multiple: true, default: ['postgres', 'redis'] },
    seconds: { type: 'string', default: '6' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`npm run test:rolling [-- --from COMMIT --queue postgres --queue redis --seconds 6]

--from     the older version; the last tag v*, or else the newest commit with fewer migrations than are here;
           from one with as many, such as HEAD, each table gets a column in place of migrations
--queue    where the queue is; both, one after the other
--seconds  how long each of the six phases lasts`)
  process.exit(0)
}

const folder = await mkdtemp(join(tmpdir(), 'vestnik-rolling-'))
const stack: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
const after = (work: () => Promise<unknown>) => void stack.push(work)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().finally(() => process.exit(1)))
try {
  const older = layOut(join(folder, 'older'), values.from)
  step(`from ${older.subject} (${older.migrations} migrations)`)
  const postgres = await startEmbeddedPostgres({ dataDir: folder, maxConnections: 200 })
  after(() => postgres.stop())
  for (const kind of values.queue) {
    const databaseUrl = await makeDatabase(postgres.databaseUrl, `rolling_${kind}`)
    const queue = await queueOf(kind)
    if (queue === undefined) {
      console.log(`queue in ${kind}: not tried, there is no redis-server on the PATH`)
      continue
    }
    const telegram = await startTelegramEmulator({ latencyMs: 50 })
    after(() => telegram.close())
    step(`queue in ${kind}`)
    after(killAll)
    const { complaints, warnings, ...seen } = await roll({
      older,
      telegram,
      databaseUrl,
      queue,
      phaseMs: Number(values.seconds) * 1_000,
    })
    const { accepted: _, complaints: __, ...traffic } = seen.traffic
    console.log(JSON.stringify({ queue: kind, from: older.commit.slice(0, 7), ...seen, traffic }))
    for (const [each, times] of grouped(warnings)) console.log(`warned  ${times} × ${each}`)
    for (const [each, times] of grouped(complaints)) console.log(`BAD  ${times} × ${each}`)
    console.log(complaints.length === 0 ? 'Nothing is wrong.' : `${complaints.length} things are wrong.`)
    if (complaints.length > 0) process.exitCode = 1
  }
} finally {
  await end()
}

async function end(): Promise<void> {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

/** Complaints that differ only in ids, times and numbers stand there once, with the first of their kind. */
function grouped(complaints: readonly string[]): [string, number][] {
  const groups = new Map<string, { first: string; times: number }>()
  for (const each of complaints) {
    const kind = each.replaceAll(/(req|evt|dlv|ntf|att|cli)_\w+|\d+/g, '')
    const group = groups.get(kind) ?? { first: each, times: 0 }
    group.times += 1
    groups.set(kind, group)
  }
  return [...groups.values()].map(({ first, times }) => [first.slice(0, 1_000), times])
}

async function queueOf(kind: string): Promise<Record<string, string> | undefined> {
  if (kind === 'postgres') return {}
  if (kind !== 'redis') throw new Error(`--queue: expected postgres or redis, got ${kind}`)
  return hasRedis() ? { REDIS_URL: (await startRedis({ after })).url } : undefined
}

async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
