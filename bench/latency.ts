import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { startTelegramEmulator } from '../src/sandbox/telegram/emulator.ts'
import { startRedis } from '../test/support/redis.ts'
import { startService, stopService } from './processes.ts'
import { percentile, report } from './report.ts'

/**
 * From the POST to the messenger's receipt at 50 events a second, all roles in one process, queue in Redis (and in
 * Postgres, to compare). Baseline: the same number of bare POSTs to /healthz in the same run, the cost of HTTP alone.
 * Goals on Redis: p50 ≤ 30 ms, p99 ≤ 150 ms.
 */
const perSecond = 50
const seconds = Number(process.env['BENCH_SECONDS'] ?? 20)
const clients = 200
const adminKey = 'bench-admin-key'
const senderKey = 'bench-sender-key'

const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const stack: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const redis = await startRedis({ after: (work) => void stack.push(work) })
  const onRedis = await measure(postgres.databaseUrl, { REDIS_URL: redis.url })
  const onPostgres = await measure(postgres.databaseUrl, {})
  const rows = (name: string, { times, health }: Measured, goals: boolean) =>
    [0.5, 0.99].map((share) => {
      const value = percentile(times, share)
      const limit = share === 0.5 ? 30 : 150
      return {
        what: `POST to receipt, queue in ${name}, p${share * 100}`,
        value,
        unit: 'ms',
        baseline: `bare GET ${Math.round(percentile(health, share) * 10) / 10} ms`,
        ratio: value / percentile(health, share),
        ...(goals ? { goal: `≤ ${limit} ms`, isMet: value <= limit } : {}),
      }
    })
  report('latency', [...rows('Redis', onRedis, true), ...rows('Postgres', onPostgres, false)])
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

type Measured = { times: number[]; health: number[] }

async function measure(databaseUrl: string, queue: Record<string, string>): Promise<Measured> {
  const telegram = await startTelegramEmulator()
  const service = await startService(['--import', 'tsx', 'src/main.ts'], {
    ...queue,
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: `b1:${Buffer.alloc(32, 1).toString('base64')}`,
    ADMIN_API_KEY: adminKey,
    WEBHOOK_1C_KEY: senderKey,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_RATE_PER_SECOND: '1000',
  })
  try {
    const run = Object.keys(queue).length === 0 ? 'pg' : 'redis'
    for (let index = 0; index < clients; index++) await link(service.url, telegram, `${run}-${index}`, 10_000 + index)
    await load(service.url, telegram, run, 3)
    return await load(service.url, telegram, `${run}-measured`, seconds)
  } finally {
    await stopService(service)
    await telegram.close()
  }
}

async function link(
  url: string,
  telegram: Awaited<ReturnType<typeof startTelegramEmulator>>,
  id: string,
  chat: number,
): Promise<void> {
  telegram.person(chat).start()
  await fetch(`${url}/api/v1/clients/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      contacts: [{ channel: 'telegram', address: String(chat) }],
      consents: [{ purpose: 'service', granted: true }],
    }),
  })
}

/** An open loop: events leave at their moment whether or not the earlier ones are through. */
async function load(
  url: string,
  telegram: Awaited<ReturnType<typeof startTelegramEmulator>>,
  run: string,
  length: number,
): Promise<Measured> {
  const sentAt = new Map<string, number>()
  const health: number[] = []
  const from = telegram.received.length
  const startedAt = Date.now()
  const posts: Promise<void>[] = []
  for (let index = 0; index < perSecond * length; index++) {
    await pause(Math.max(0, startedAt + (index * 1000) / perSecond - Date.now()))
    const sum = `${index + 1}.00`
    sentAt.set(String(index + 1), Date.now())
    posts.push(post(url, `${run}/${index}`, `${run.split('-')[0]}-${index % clients}`, sum))
    if (index % 5 === 0) posts.push(bare(url, health))
  }
  await Promise.all(posts)
  const isDone = () => telegram.received.length - from >= sentAt.size
  for (const deadline = Date.now() + 30_000; !isDone() && Date.now() < deadline; ) await pause(50)
  if (!isDone()) throw new Error(`only ${telegram.received.length - from} of ${sentAt.size} arrived`)
  const times = telegram.received.slice(from).map((each) => {
    const number =
      each.text
        .replace(/\D/g, (c) => (c === '\u00a0' ? '' : ' '))
        .trim()
        .split(' ')[0] ?? ''
    return each.at.getTime() - (sentAt.get(number) ?? Number.NaN)
  })
  return { times, health }
}

async function post(url: string, id: string, client: string, amount: string): Promise<void> {
  const answer = await fetch(`${url}/webhooks/1c`, {
    method: 'POST',
    headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, type: 'payout.paid', client: { id: client }, payment: { amount } }),
  })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
}

async function bare(url: string, times: number[]): Promise<void> {
  const at = performance.now()
  await (await fetch(`${url}/healthz`)).arrayBuffer()
  times.push(performance.now() - at)
}
