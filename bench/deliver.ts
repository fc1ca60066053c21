import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openRedisQueue } from '../src/queue/queue.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { type MaxEmulator, startMaxEmulator } from '../src/sandbox/max/emulator.ts'
import { startRedis } from '../test/support/redis.ts'
import { zoneWhereItIs } from '../test/support/story.ts'
import { until } from '../test/support/until.ts'
import { type Started, startService, stopService } from './processes.ts'
import { percentile, report } from './report.ts'

/**
 * Deliveries a second of one worker process, each fully journaled, queue in Redis, an emulated MAX that answers after 5 ms,
 * its rate raised. Baseline: how many jobs that do nothing BullMQ itself works in the same run. Then the p99 of payouts from
 * POST to receipt with 50,000 promos waiting for the bot's budget; baseline: the same without them.
 * Goals: ≥ 800 deliveries a second; p99 ≤ 1.5×.
 */
const deliveries = Number(process.env['BENCH_DELIVERIES'] ?? 8_000)
const promos = Number(process.env['BENCH_PROMOS'] ?? 50_000)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 15)
const payoutsPerSecond = 20
const adminKey = 'bench-admin-key'
const senderKey = 'bench-sender-key'

const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const stack: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const redis = await startRedis({ after: (work) => void stack.push(work) })
  const max = await startMaxEmulator()
  stack.push(() => max.close())
  max.setLatency(5)
  const settings = (roles: string, rate: number) => ({
    DATABASE_URL: postgres.databaseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEYS: `b1:${Buffer.alloc(32, 1).toString('base64')}`,
    ADMIN_API_KEY: adminKey,
    WEBHOOK_1C_KEY: senderKey,
    ROLES: roles,
    LOG_LEVEL: 'warn',
    MAX_TOKEN: max.token,
    MAX_API_ROOT: max.apiRoot,
    MAX_RATE_PER_SECOND: String(rate),
  })
  const start = (roles: string, rate: number) => startService(['--import', 'tsx', 'src/main.ts'], settings(roles, rate))

  const noop = await noopRate(redis.url, deliveries)
  const api = await start('api', 10_000)
  stack.push(() => stopService(api))
  const throughput = await deliveryRate(api, max, () => start('worker', 10_000))

  const worker = await start('worker', 200)
  stack.push(() => stopService(worker))
  await link(api.url, max, 'payee', 500, 600_000)
  await payouts(api, max, 3)
  const alone = await payouts(api, max, seconds)
  await link(api.url, max, 'reader', 2_000, 700_000)
  await postAll(api.url, promos, (index) => ({
    id: `promo/${index}`,
    type: 'bonus.granted',
    client: { id: `reader-${index % 2_000}` },
    branch: { code: 'X', timezone: zoneWhereItIs(13) },
    bonus: { points: '5' },
    consent: { advertising: true },
  }))
  const beside = await payouts(api, max, seconds)

  const p99 = (times: number[]) => percentile(times, 0.99)
  report('deliver', [
    {
      what: `deliveries of one worker, each journaled (${deliveries})`,
      value: throughput,
      unit: '/s',
      baseline: `BullMQ's no-op jobs ${Math.round(noop)} /s`,
      ratio: throughput / noop,
      goal: '≥ 800 /s',
      isMet: throughput >= 800,
    },
    {
      what: `payout p99 with ${promos} promos waiting`,
      value: p99(beside),
      unit: 'ms',
      baseline: `without them ${Math.round(p99(alone))} ms`,
      ratio: p99(beside) / p99(alone),
      goal: '≤ 1.5×',
      isMet: p99(beside) <= 1.5 * p99(alone),
    },
  ])
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

async function noopRate(url: string, count: number): Promise<number> {
  const queue = openRedisQueue(url, { onError: () => {}, onJobFailed: () => {} })
  // Its connection fails at once while it is not there, and it has just been opened.
  await until(
    () =>
      queue.ping().then(
        () => true,
        () => false,
      ),
    5_000,
    'the queue answers',
  )
  const jobs = Array.from({ length: count }, (_, index) => ({
    queue: 'noop',
    jobId: `noop-${index}`,
    data: { id: String(index), v: 1 as const },
  }))
  for (let from = 0; from < count; from += 1_000) await queue.add(jobs.slice(from, from + 1_000))
  const startedAt = performance.now()
  await new Promise<void>((resolve) => {
    let done = 0
    queue.work('noop', { concurrency: 20 }, async () => {
      done += 1
      if (done === count) resolve()
    })
  })
  const rate = (count * 1000) / (performance.now() - startedAt)
  await queue.close()
  return rate
}

/** The events are kept before the worker comes, which plans them and sends: both are its work. */
async function deliveryRate(api: Started, max: MaxEmulator, startWorker: () => Promise<Started>): Promise<number> {
  const clients = Math.ceil(deliveries / 2)
  await link(api.url, max, 'client', clients, 100_000)
  await postAll(api.url, deliveries, (index) => ({
    id: `paid/${index}`,
    type: 'payout.paid',
    client: { id: `client-${index % clients}` },
    payment: { amount: `${1 + index}.00` },
  }))
  const from = max.received.length
  const worker = await startWorker()
  const isDone = () => max.received.length - from >= deliveries
  for (const deadline = Date.now() + 120_000; !isDone() && Date.now() < deadline; ) await pause(10)
  await stopService(worker)
  const times = max.received.slice(from).map((each) => each.at.getTime())
  if (times.length < deliveries) throw new Error(`only ${times.length} of ${deliveries} arrived`)
  // The middle of the run, so that neither its beginning nor its last stragglers count.
  const [first = 0, last = 0] = [times[Math.floor(times.length * 0.1)], times[Math.floor(times.length * 0.9)]]
  return (0.8 * times.length * 1000) / (last - first)
}

async function link(url: string, max: MaxEmulator, name: string, count: number, firstUser: number): Promise<void> {
  for (let from = 0; from < count; from += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, count - from) }, async (_, step) => {
        const index = from + step
        max.person(firstUser + index).start()
        const at = new Date().toISOString()
        await call(`${url}/api/v1/clients/${name}-${index}`, 'PUT', adminKey, {
          contacts: [{ channel: 'max', address: String(firstUser + index) }],
          consents: [
            { purpose: 'service', granted: true, at },
            { purpose: 'advertising', granted: true, at },
          ],
        })
      }),
    )
  }
}

async function postAll(url: string, count: number, eventAt: (index: number) => object): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - from) }, (_, step) => eventAt(from + step))
    await call(`${url}/webhooks/1c`, 'POST', senderKey, events)
  }
}

/** Payouts at an even pace; milliseconds from the POST to the receipt of each. */
async function payouts(api: Started, max: MaxEmulator, length: number): Promise<number[]> {
  const run = `run${Date.now()}`
  const from = max.received.length
  const sentAt: number[] = []
  const startedAt = Date.now()
  const posts: Promise<unknown>[] = []
  const count = payoutsPerSecond * length
  for (let index = 0; index < count; index++) {
    await pause(Math.max(0, startedAt + (index * 1000) / payoutsPerSecond - Date.now()))
    sentAt.push(Date.now())
    posts.push(
      call(`${api.url}/webhooks/1c`, 'POST', senderKey, {
        id: `${run}/${index}`,
        type: 'payout.paid',
        client: { id: `payee-${index % 500}` },
        payment: { amount: `${1_000_000 + index}.00` },
      }),
    )
  }
  await Promise.all(posts)
  const mine = () =>
    max.received.slice(from).flatMap(({ text, at }) => {
      const sum = /Выплата 1\u00a0(\d{3})\u00a0(\d{3})\u00a0₽/.exec(text)
      return sum ? [at.getTime() - (sentAt[Number(`${sum[1]}${sum[2]}`)] ?? Number.NaN)] : []
    })
  for (const deadline = Date.now() + 60_000; mine().length < count && Date.now() < deadline; ) await pause(50)
  const times = mine()
  if (times.length < count) throw new Error(`only ${times.length} of ${count} payouts arrived`)
  return times
}

async function call(url: string, method: string, key: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${method} answered ${answer.status}: ${text.slice(0, 200)}`)
}
