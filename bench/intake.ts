import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { startRedis } from '../test/support/redis.ts'
import { type Started, startService, stopService } from './processes.ts'
import { percentile, type Row, report } from './report.ts'

/**
 * Events kept durably per second (api role, queue in Redis), 64 connections, each event another one, beside the shortest durable handler
 * (baseline/intake.ts) on the same database in the same run; the two take turns. Goals: ≥ 2× its requests per second,
 * p99 ≤ 2× its p99, a batch of 1,000 in ≤ 500 ms.
 */
const seconds = Number(process.env['BENCH_SECONDS'] ?? 10)
const turns = 3
const connections = 64
const senderKey = 'bench-sender-key'
let kept = 0
let lastEvent = 0

const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const stack: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const redis = await startRedis({ after: (work) => void stack.push(work) })
  const ours = await started(['--import', 'tsx', 'src/main.ts'], {
    ROLES: 'api',
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.databaseUrl,
    ENCRYPTION_KEYS: `b1:${Buffer.alloc(32, 1).toString('base64')}`,
    ADMIN_API_KEY: 'bench-admin-key',
    WEBHOOK_1C_KEY: senderKey,
  })
  const bare = await started(['--import', 'tsx', 'bench/baseline/intake.ts', postgres.databaseUrl, senderKey], {})
  for (const each of [ours, bare]) await load(each, 3)
  const measured = { ours: [] as Measured[], bare: [] as Measured[] }
  for (let turn = 0; turn < turns; turn++) {
    measured.bare.push(await load(bare, seconds))
    measured.ours.push(await load(ours, seconds))
  }
  await checkKept(postgres.databaseUrl)
  report('intake', [...rowsOf(measured), await batchRow(ours)])
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

/** Ten thousand clients, each with documents of his own. */
function nextEvent() {
  lastEvent += 1
  const client = lastEvent % 10_000
  return {
    id: `bench-${lastEvent}`,
    type: 'payout.paid',
    occurredAt: new Date().toISOString(),
    client: { id: `client-${client}`, phone: `+7903${1_000_000 + client}`, fullName: 'Иванов Иван Петрович' },
    operation: { id: `document-${lastEvent}`, number: `ПСА-${lastEvent}` },
    payment: { amount: `${1 + (lastEvent % 9000)}.00`, method: 'card' },
  }
}

type Measured = { perSecond: number; p50: number; p99: number }

async function started(args: string[], environment: Record<string, string>): Promise<Started> {
  const service = await startService(args, environment)
  stack.push(() => stopService(service))
  return service
}

async function load({ url }: Started, length: number): Promise<Measured> {
  const result = await autocannon({
    url: `${url}/webhooks/1c`,
    connections,
    duration: length,
    requests: [
      {
        method: 'POST',
        headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: JSON.stringify(nextEvent()) }),
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} broken`)
  kept += result['2xx']
  return { perSecond: result['2xx'] / result.duration, p50: result.latency.p50, p99: result.latency.p99 }
}

/** A number is only worth something if what was answered 200 is there. */
async function checkKept(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    'select (select count(*) from events) + (select count(*) from baseline_events) as there',
  )
  await client.end()
  if (Number(rows[0].there) < kept) throw new Error(`${kept} were answered 200, ${rows[0].there} are there`)
}

function rowsOf({ ours, bare }: { ours: Measured[]; bare: Measured[] }): Row[] {
  const median = (all: readonly Measured[], key: keyof Measured) =>
    percentile(
      all.map((each) => each[key]),
      0.5,
    )
  const rate = median(ours, 'perSecond') / median(bare, 'perSecond')
  const tail = median(ours, 'p99') / median(bare, 'p99')
  return [
    {
      what: `kept per second, ${connections} connections`,
      value: median(ours, 'perSecond'),
      unit: '1/s',
      baseline: `one INSERT a request ${Math.round(median(bare, 'perSecond'))} 1/s`,
      ratio: rate,
      goal: '≥ 2×',
      isMet: rate >= 2,
    },
    {
      what: 'answer, p50',
      value: median(ours, 'p50'),
      unit: 'ms',
      baseline: `one INSERT a request ${median(bare, 'p50')} ms`,
      ratio: median(ours, 'p50') / median(bare, 'p50'),
    },
    {
      what: 'answer, p99',
      value: median(ours, 'p99'),
      unit: 'ms',
      baseline: `one INSERT a request ${median(bare, 'p99')} ms`,
      ratio: tail,
      goal: '≤ 2×',
      isMet: tail <= 2,
    },
  ]
}

async function batchRow({ url }: Started): Promise<Row> {
  const times: number[] = []
  for (let run = 0; run < 12; run++) {
    const body = JSON.stringify(Array.from({ length: 1000 }, nextEvent))
    const at = performance.now()
    const answer = await fetch(`${url}/webhooks/1c`, {
      method: 'POST',
      headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
      body,
    })
    const { results } = (await answer.json()) as { results: { status: string }[] }
    times.push(performance.now() - at)
    if (results.filter(({ status }) => status === 'accepted').length !== 1000) throw new Error('a batch was not kept')
  }
  const value = percentile(times.slice(2), 0.5)
  return { what: 'a batch of 1,000, p50 of 10', value, unit: 'ms', goal: '≤ 500 ms', isMet: value <= 500 }
}
