import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import {
  build,
  introduce,
  type Messenger,
  putClients,
  received,
  senderKey,
  stack,
  startMessenger,
  startOurs,
  step,
  stopAll,
} from './driver.ts'
import { processorMs, residentMb, type Started, stopService } from './processes.ts'
import { keep, percentile, type Row, report } from './report.ts'

/**
 * BENCH_MINUTES (30) of 100 events a second, one a POST, all roles in one process from `dist`; queue in Redis, or in Postgres
 * with BENCH_QUEUE=postgres; Postgres embedded, or at DATABASE_URL (an empty database). The first BENCH_WARMUP seconds (20) do
 * not count. Goals: from the POST to the messenger p99 ≤ 250 ms; memory of the last third ≤ 1.05× of the third before; ≤ 1 core;
 * every event in the journal as sent, none lost, none twice. What is known so far is written every 30 s; Ctrl-C ends it early.
 */
const minutes = Number(process.env['BENCH_MINUTES'] ?? 30)
const warmupSeconds = Number(process.env['BENCH_WARMUP'] ?? 20)
const queue = process.env['BENCH_QUEUE'] === 'postgres' ? 'postgres' : 'redis'
const givenDatabase = process.env['DATABASE_URL']
const perSecond = Number(process.env['BENCH_PER_SECOND'] ?? 100)
const clients = 1_000
const count = Math.round((warmupSeconds + minutes * 60) * perSecond)
/** The sum of an event tells which it is: 10 000 000 ₽ and upwards. */
const firstSum = 10_000_000
const lookEveryMs = 200
const sampleEveryMs = 5_000
const tellEveryMs = 30_000

type Sample = { atMs: number; residentMb: number; processorMs: number; heapMb: number }
/** One number an event and one sample each five seconds: the driver itself does not grow with what it has seen. */
const run = {
  isOver: false,
  posted: 0,
  answered: 0,
  refused: 0,
  arrived: 0,
  twice: 0,
  strange: 0,
  postedAt: new Float64Array(count),
  tookMs: new Float32Array(count).fill(Number.NaN),
  /** How late the driver itself was: a busy machine, and no fault of the service. */
  lateMs: new Float32Array(count),
  samples: [] as Sample[],
  troubles: new Set<string>(),
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (run.isOver) void stopAll().finally(() => process.exit(1))
    run.isOver = true
  })
const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
stack.push(async () => rmSync(folder, { recursive: true, force: true }))
try {
  build()
  const databaseUrl = givenDatabase ?? (await embedded())
  const database = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  database.on('error', note)
  stack.push(() => database.end())
  const telegram = await startMessenger()
  stack.push(telegram.stop)
  step(`linking ${clients} clients`)
  await introduce(telegram, clients, 1_000_000)
  const service = await started(databaseUrl, telegram)
  await putClients(service.url, 'client', clients, 1_000_000)
  step(`${perSecond} events a second for ${warmupSeconds} s and ${minutes} min, queue in ${queue}`)
  await measure(service, telegram)
  report('steady', [...rowsSoFar(), ...(await verdict(database))])
  for (const trouble of run.troubles) console.log(trouble)
} finally {
  await stopAll()
}

async function embedded(): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  return postgres.databaseUrl
}

async function started(databaseUrl: string, telegram: Messenger): Promise<Started> {
  const service = await startOurs({ databaseUrl, telegram, withRedis: queue === 'redis', perSecond: 1_000 })
  service.child.once('exit', (code, signal) => {
    if (!run.isOver) note(new Error(`vestnik ended by itself: ${code ?? signal}`))
    run.isOver = true
  })
  stack.push(() =>
    service.child.exitCode === null && service.child.signalCode === null ? stopService(service) : Promise.resolve(),
  )
  return service
}

async function measure(service: Started, telegram: Messenger): Promise<void> {
  const startedAt = performance.now()
  const ended = new AbortController()
  const sampling = sample(service, startedAt, ended.signal)
  const arriving = listen(telegram, ended.signal)
  const telling = tell(ended.signal)
  await postAll(service.url, startedAt)
  for (const deadline = performance.now() + 60_000; run.arrived < run.answered && performance.now() < deadline; )
    await pause(lookEveryMs)
  run.isOver = true
  ended.abort()
  await Promise.all([sampling, arriving, telling])
}

/** An open loop: events leave at their moment whether or not the earlier ones are through. */
async function postAll(url: string, startedAt: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const pending = new Set<Promise<void>>()
  for (let index = 0; index < count && !run.isOver; index++) {
    const dueAt = startedAt + (index * 1000) / perSecond
    const inMs = dueAt - performance.now()
    if (inMs > 1) await pause(inMs)
    run.lateMs[index] = Math.max(0, performance.now() - dueAt)
    run.postedAt[index] = Date.now()
    run.posted += 1
    const post = postSurely(url, agent, index).finally(() => pending.delete(post))
    pending.add(post)
  }
  await Promise.all(pending)
  agent.destroy()
}

/** As 1C does: what was not answered 200 is posted again, with the same id. */
async function postSurely(url: string, agent: Agent, index: number): Promise<void> {
  const body = JSON.stringify({
    id: `steady/${index}`,
    type: 'payout.paid',
    client: { id: `client-${index % clients}` },
    operation: { id: `document-${index}`, items: [{ material: 'Медь' }] },
    payment: { amount: `${firstSum + index}.00`, method: 'card' },
  })
  for (let tries = 0; tries < 20; tries++) {
    const status = await post(url, agent, body).catch((error: Error) => error.message)
    if (status === 200) {
      run.answered += 1
      return
    }
    run.refused += 1
    note(new Error(`a POST was answered ${status}`))
    await pause(1_000)
  }
}

function post(url: string, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${senderKey}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request(`${url}/webhooks/1c`, { agent, method: 'POST', headers, timeout: 10_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      answer.once('error', reject)
    })
    sent.once('timeout', () => sent.destroy(new Error('no answer for 10 s')))
    sent.once('error', reject)
    sent.end(body)
  })
}

async function listen(telegram: Messenger, ended: AbortSignal): Promise<void> {
  for (let next = 0, isLast = false; !isLast; ) {
    isLast = ended.aborted
    const news = await received(telegram, next).catch(note)
    next = news?.next ?? next
    for (const { text, at } of news?.items ?? []) arrive(text, Date.parse(at))
    await pause(lookEveryMs, undefined, { signal: ended }).catch(() => {})
  }
}

function arrive(text: string, at: number): void {
  const digits = /(\d[\d\u00a0]*)\u00a0₽/.exec(text)?.[1]?.replaceAll('\u00a0', '')
  const index = Number(digits ?? Number.NaN) - firstSum
  const postedAt = run.postedAt[index]
  if (!postedAt) run.strange += 1
  else if (!Number.isNaN(run.tookMs[index])) run.twice += 1
  else {
    run.tookMs[index] = at - postedAt
    run.arrived += 1
  }
}

async function sample(service: Started, startedAt: number, ended: AbortSignal): Promise<void> {
  const pid = service.child.pid ?? 0
  while (!ended.aborted) {
    try {
      const atMs = performance.now() - startedAt
      const heapMb = await heapOf(service)
      run.samples.push({ atMs, residentMb: residentMb(pid), processorMs: processorMs(pid), heapMb })
    } catch (error) {
      note(error)
    }
    await pause(sampleEveryMs, undefined, { signal: ended }).catch(() => {})
  }
}

/** What V8 holds now, garbage included: the least of many samples is near what is in use. */
async function heapOf({ url }: Started): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) })
  return Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(await answer.text())?.[1]) / 2 ** 20
}

async function tell(ended: AbortSignal): Promise<void> {
  let from = 0
  while (!ended.aborted) {
    await pause(tellEveryMs, undefined, { signal: ended }).catch(() => {})
    const times = timesOf(from, run.posted)
    const last = run.samples.at(-1)
    const share = (each: number) => `${Math.round(percentile(times, each))} ms`
    step(
      `${run.posted} of ${count} posted, ${run.answered - run.arrived} on their way; since the last line p50 ${share(0.5)}, ` +
        `p99 ${share(0.99)}, max ${share(1)}; ${Math.round(last?.residentMb ?? 0)} MB (heap ${Math.round(last?.heapMb ?? 0)}), ${coresIn(run.samples.slice(-7)).toFixed(2)} cores`,
    )
    from = run.posted
    keep('steady', [{ what: 'SO FAR, the run is not over', value: run.posted, unit: 'events' }, ...rowsSoFar()])
  }
}

function timesOf(from: number, to: number): number[] {
  return [...run.tookMs.subarray(from, to)].filter((each) => !Number.isNaN(each))
}

function coresIn(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)]
  return first && last && last.atMs > first.atMs
    ? (last.processorMs - first.processorMs) / (last.atMs - first.atMs)
    : Number.NaN
}

function rowsSoFar(): Row[] {
  const warm = run.samples.filter(({ atMs }) => atMs >= warmupSeconds * 1000)
  const third = Math.floor(warm.length / 3)
  const memory = (from: number, to?: number) =>
    percentile(
      warm.slice(from, to).map((each) => each.residentMb),
      0.5,
    )
  const heap = (from: number, to?: number) => Math.min(...warm.slice(from, to).map((each) => each.heapMb))
  const times = timesOf(warmupSeconds * perSecond, run.posted)
  const [p99, cores] = [percentile(times, 0.99), coresIn(warm)]
  const [before, after] = [memory(third, 2 * third), memory(2 * third)]
  return [
    { what: `POST to messenger, p50 of ${times.length}, queue in ${queue}`, value: percentile(times, 0.5), unit: 'ms' },
    { what: 'the same, p99', value: p99, unit: 'ms', goal: '≤ 250 ms', isMet: p99 <= 250 },
    { what: 'the same, the slowest', value: percentile(times, 1), unit: 'ms' },
    {
      what: 'how late the driver posted, p99',
      value: percentile([...run.lateMs.subarray(0, run.posted)], 0.99),
      unit: 'ms',
    },
    {
      what: 'resident memory, median of the last third',
      value: after,
      unit: 'MB',
      baseline: `the third before ${Math.round(before)} MB`,
      ratio: after / before,
      goal: '≤ 1.05×',
      isMet: after / before <= 1.05,
    },
    {
      what: 'least heap of the last third',
      value: heap(2 * third),
      unit: 'MB',
      baseline: `the third before ${Math.round(heap(third, 2 * third))} MB`,
      ratio: heap(2 * third) / heap(third, 2 * third),
    },
    {
      what: 'resident memory, the most',
      value: percentile(
        warm.map((each) => each.residentMb),
        1,
      ),
      unit: 'MB',
    },
    { what: 'processor', value: cores, unit: 'cores', goal: '≤ 1', isMet: cores <= 1 },
  ]
}

/** What Postgres says, against what the people received. */
async function verdict(database: pg.Pool): Promise<Row[]> {
  const { rows } = await database.query<{ events: number; sent: number; attempts: number }>(
    `select (select count(*)::int from events where external_id like 'steady/%') as events,
            (select count(*)::int from deliveries d where state in ('sent', 'delivered') and exists
               (select 1 from attempts a where a.delivery_id = d.id and a.outcome = 'sent')) as sent,
            (select count(*)::int from attempts) as attempts`,
  )
  const [found] = rows
  if (!found) throw new Error('no answer of the database')
  const lost = run.answered - run.arrived
  const isWhole = found.events === run.answered && found.sent === run.answered && run.answered === run.posted
  return [
    {
      what: 'posted',
      value: run.posted,
      unit: 'events',
      baseline: `${run.refused} posted again`,
      goal: 'all',
      isMet: run.answered === run.posted,
    },
    {
      what: 'kept, and in the journal as sent',
      value: found.sent,
      unit: 'events',
      baseline: `${found.attempts} calls`,
      goal: 'all',
      isMet: isWhole,
    },
    { what: 'answered 200 and never arrived', value: lost, unit: 'events', goal: '0', isMet: lost === 0 },
    {
      what: 'arrived twice',
      value: run.twice,
      unit: 'events',
      baseline: `${run.strange} that nobody posted`,
      goal: '0',
      isMet: run.twice + run.strange === 0,
    },
  ]
}

/** Nothing that goes wrong on the way ends the run: it is told once, and the verdict counts. */
function note(error: unknown): undefined {
  const trouble = error instanceof Error ? error.message : String(error)
  if (run.troubles.size < 50 && !run.troubles.has(trouble)) step(trouble)
  if (run.troubles.size < 50) run.troubles.add(trouble)
}
