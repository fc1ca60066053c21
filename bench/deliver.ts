import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { openRedisQueue } from '../src/queue/queue.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { startRedis } from '../test/support/redis.ts'
import { zoneWhereItIs } from '../test/support/story.ts'
import {
  adminKey,
  build,
  call,
  introduce,
  type Messenger,
  putClients,
  received,
  senderKey,
  stack,
  startMessenger,
  step,
  stopAll,
} from './driver.ts'
import { processorMs, type Started, startService, stopService } from './processes.ts'
import { percentile, report } from './report.ts'

/**
 * Deliveries a second of one worker process from `dist`, each fully journaled; queue in Redis, an
 * emulated Telegram in a process of its own that answers after 5 ms, its rate raised. Baseline: the jobs that do nothing
 * which BullMQ works in the same run. Then the p99 of payouts, from the POST to the messenger, with promos waiting for the
 * budget of the same bot; baseline: the same without them. Goals: ≥ 800 a second; p99 ≤ 1.5×.
 */
const deliveries = Number(process.env['BENCH_DELIVERIES'] ?? 20_000)
const promos = Number(process.env['BENCH_PROMOS'] ?? 50_000)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 20)
const payoutsPerSecond = 50
/** So slow that the promos wait, so fast that payouts alone never do. */
const sharedRate = 200
const payees = 500

// Whoever stops the benchmark stops what it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)))
const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
stack.push(async () => rmSync(folder, { recursive: true, force: true }))
try {
  build()
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const redis = await startRedis({ after: (work) => void stack.push(work) })
  const database = new pg.Pool({ connectionString: postgres.databaseUrl, max: 2 })
  stack.push(() => database.end())
  const telegram = await startMessenger()
  stack.push(telegram.stop)
  const settings = {
    DATABASE_URL: postgres.databaseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEYS: `b1:${Buffer.alloc(32, 1).toString('base64')}`,
    ADMIN_API_KEY: adminKey,
    WEBHOOK_1C_KEY: senderKey,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
  }
  const start = async (roles: string, rate: number) => {
    const service = await startService(['dist/main.js'], {
      ...settings,
      ROLES: roles,
      TELEGRAM_RATE_PER_SECOND: String(rate),
    })
    service.child.stdout?.resume()
    return service
  }
  const bench = { api: await start('api', 10_000), telegram, database }
  stack.push(() => stopService(bench.api))

  step(`${deliveries} jobs that do nothing`)
  const noop = await noopRate(redis.url, deliveries)
  const rates = await deliveryRates(bench, redis.url, () => start('worker', 10_000))
  const worker = await start('worker', sharedRate)
  stack.push(() => stopService(worker))
  await link(bench, 'payee', payees, 2_000_000)
  await payouts(bench, 3)
  step(`payouts alone, ${seconds} s`)
  const alone = await payouts(bench, seconds)
  await keepPromos(bench)
  step(`payouts beside promos, ${seconds} s`)
  const beside = await payouts(bench, seconds)
  const waiting = await countOf(bench, `decided_at is null and lane = 'ordinary'`)
  if (promos > 0 && waiting === 0) throw new Error('no promo was waiting at the end: raise BENCH_PROMOS')

  const p99 = (times: number[]) => percentile(times, 0.99)
  report('deliver', [
    {
      what: `delivered by one worker, each journaled (${deliveries})`,
      value: rates.planned.perSecond,
      unit: '/s',
      baseline: `BullMQ's no-op jobs ${Math.round(noop)} /s`,
      ratio: rates.planned.perSecond / noop,
      goal: '≥ 800 /s',
      isMet: rates.planned.perSecond >= 800,
    },
    { what: 'the same, processor time of the worker for each', value: rates.planned.processorMs, unit: 'ms' },
    { what: 'posted, kept, planned and delivered', value: rates.whole.perSecond, unit: '/s' },
    ...[0.5, 0.99].map((share) => {
      const ratio = percentile(beside, share) / percentile(alone, share)
      return {
        what: `payout p${share * 100} with ${promos} promos (${waiting} still waiting at the end)`,
        value: percentile(beside, share),
        unit: 'ms',
        baseline: `without them ${Math.round(percentile(alone, share))} ms`,
        ratio,
        ...(share === 0.99 ? { goal: '≤ 1.5×', isMet: p99(beside) <= 1.5 * p99(alone) } : {}),
      }
    }),
  ])
} finally {
  await stopAll()
}

type Bench = { api: Started; telegram: Messenger; database: pg.Pool }

async function noopRate(url: string, count: number): Promise<number> {
  const queue = openRedisQueue(url, { onError: () => {}, onJobFailed: () => {} })
  await queue.prepare(['noop'])
  const jobs = Array.from({ length: count }, (_, index) => ({
    queue: 'noop',
    jobId: `noop-${index}`,
    data: { id: String(index), v: 1 as const },
  }))
  for (let from = 0; from < count; from += 1_000) await queue.add(jobs.slice(from, from + 1_000))
  const startedAt = performance.now()
  await new Promise<void>((resolve) => {
    let done = 0
    queue.work('noop', { concurrency: 100 }, async () => {
      done += 1
      if (done === count) resolve()
    })
  })
  const rate = (count * 1000) / (performance.now() - startedAt)
  await queue.stopWorkers()
  await queue.close()
  return rate
}

type Rate = { perSecond: number; processorMs: number }
type Rates = { planned: Rate; whole: Rate }

/**
 * First of what is kept and planned already, while the lane stood still; then again from the posts on. A number counts
 * only if the journal is whole.
 */
async function deliveryRates(bench: Bench, redisUrl: string, startWorker: () => Promise<Started>): Promise<Rates> {
  await link(bench, 'client', deliveries, 100_000)
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const lane = new Queue('telegram-money', { connection, prefix: 'vestnik' })
  await lane.pause()
  const worker = await startWorker()
  const post = (round: string) =>
    postAll(bench, deliveries, (index) => ({
      id: `${round}/${index}`,
      type: 'payout.paid',
      client: { id: `client-${index}` },
      payment: { amount: `${1 + index}.00` },
    }))
  try {
    step(`keeping and planning ${deliveries} events`)
    await post('planned')
    await untilAll(bench, 'planned', 'true', deliveries)
    const planned = await rateOf(bench, worker, deliveries, () => lane.resume())
    step('once more, from the post on')
    return { planned, whole: await rateOf(bench, worker, 2 * deliveries, () => post('whole')) }
  } finally {
    await stopService(worker)
    await lane.close()
    connection.disconnect()
  }
}

/** Of the deliveries that `begin` sets going; `count` of them will be there when all is done. */
async function rateOf(bench: Bench, worker: Started, count: number, begin: () => Promise<void>): Promise<Rate> {
  const pid = worker.child.pid ?? 0
  const usedBefore = processorMs(pid)
  const startedAt = Date.now()
  await begin()
  await untilAll(bench, 'decided', 'decided_at is not null', count)
  const used = processorMs(pid) - usedBefore
  const isWhole = `state = 'sent' and exists (select 1 from attempts a where a.delivery_id = d.id and a.outcome = 'sent')`
  const whole = await countOf(bench, isWhole)
  if (whole !== count) throw new Error(`${whole} of ${count} stand in the journal as sent`)
  const { rows } = await bench.database.query('select max(finished_at) as last from attempts')
  return { perSecond: (deliveries * 1000) / (rows[0].last.getTime() - startedAt), processorMs: used / deliveries }
}

async function untilAll(bench: Bench, what: string, condition: string, count: number): Promise<void> {
  for (const deadline = Date.now() + 60_000 + count * 20; ; await pause(1_000)) {
    const done = await countOf(bench, condition)
    step(`${done} of ${count} ${what}`)
    if (done >= count) return
    if (Date.now() > deadline) throw new Error(`only ${done} of ${count} ${what} in time`)
  }
}

/** One campaign: a promo for each of so many clients, at an hour when it may leave. */
async function keepPromos(bench: Bench): Promise<void> {
  await link(bench, 'reader', promos, 3_000_000)
  step(`keeping and planning ${promos} promos`)
  const branch = { code: 'X', timezone: zoneWhereItIs(13) }
  await postAll(bench, promos, (index) => ({
    id: `promo/${index}`,
    type: 'installment.reminder',
    client: { id: `reader-${index}` },
    branch,
    payment: { amount: '5.00', nextDate: '2099-01-01' },
  }))
  // What is measured is waiting in the lane of promos, and not planning them.
  await untilAll(bench, 'promos planned', `lane = 'ordinary'`, promos)
}

async function countOf({ database }: Bench, condition: string): Promise<number> {
  const { rows } = await database.query(`select count(*)::int as count from deliveries d where ${condition}`)
  return rows[0].count
}

async function link(bench: Bench, name: string, count: number, firstChat: number): Promise<void> {
  step(`linking ${count} clients`)
  await introduce(bench.telegram, count, firstChat)
  await putClients(bench.api.url, name, count, firstChat)
}

async function postAll({ api }: Bench, count: number, eventAt: (index: number) => object): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - from) }, (_, index) => eventAt(from + index))
    await call(`${api.url}/webhooks/1c`, 'POST', senderKey, events)
  }
}

/** Payouts at an even pace, whether or not the earlier ones are through; milliseconds from each POST to its arrival. */
async function payouts({ api, telegram }: Bench, length: number): Promise<number[]> {
  // Thirteen digits in a row may look like a number of a card.
  const run = `run-${Date.now().toString(36)}`
  const count = payoutsPerSecond * length
  let { next } = await received(telegram, Number.MAX_SAFE_INTEGER)
  const sentAt: number[] = []
  const posts: Promise<unknown>[] = []
  let trouble: unknown
  const startedAt = Date.now()
  for (let index = 0; index < count; index++) {
    await pause(Math.max(0, startedAt + (index * 1000) / payoutsPerSecond - Date.now()))
    sentAt.push(Date.now())
    const event = {
      id: `${run}/${index}`,
      type: 'payout.paid',
      client: { id: `payee-${index % payees}` },
      payment: { amount: `${1_000_000 + index}.00` },
    }
    // One that is refused must not end the process before the others are stopped.
    posts.push(
      call(`${api.url}/webhooks/1c`, 'POST', senderKey, event).catch((error: unknown) => {
        trouble ??= error
      }),
    )
  }
  await Promise.all(posts)
  if (trouble) throw trouble
  const times: number[] = []
  for (const deadline = Date.now() + 60_000; times.length < count; await pause(200)) {
    if (Date.now() > deadline) throw new Error(`only ${times.length} of ${count} payouts arrived`)
    const news = await received(telegram, next)
    next = news.next
    for (const { text, at } of news.items) {
      const sum = /1\u00a0(\d{3})\u00a0(\d{3})\u00a0₽/.exec(text)
      if (sum) times.push(Date.parse(at) - (sentAt[Number(`${sum[1]}${sum[2]}`)] ?? Number.NaN))
    }
  }
  return times
}
