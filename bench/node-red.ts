import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import autocannon from 'autocannon'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import {
  build,
  call,
  introduce,
  putClients,
  senderKey,
  stack,
  startMessenger,
  startOurs,
  step,
  stopAll,
} from './driver.ts'
import { installNodeRed, startNodeRed } from './node-red/start.ts'
import { familyMs, parentOf, processorMs, residentMb, type Started, stopService } from './processes.ts'
import { percentile, type Row, report } from './report.ts'

/**
 * Events a second from the POST to the journaled send, one event a POST, beside a flow of Node-RED that does the same work:
 * validate, find the client, keep, render, send, journal. One process each (vestnik with all roles), one Postgres with two
 * databases, one emulated Telegram that answers after 5 ms, 64 connections, each event to another client; three rounds in turn.
 * Goal: ≥ 2× the flow's events. BENCH_EVENTS a round (4,000); BENCH_QUEUE=postgres; BENCH_NODE_RED=folder keeps the installation.
 */
const events = Number(process.env['BENCH_EVENTS'] ?? 4_000)
const turns = 3
const connections = 64
const batch = 500
const firstChat = 1_000_000
let lastEvent = 0

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)))
const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
stack.push(async () => rmSync(folder, { recursive: true, force: true }))
try {
  const nodeRedFolder = process.env['BENCH_NODE_RED'] ?? join(folder, 'node-red')
  installNodeRed(nodeRedFolder)
  build()
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const telegram = await startMessenger()
  stack.push(telegram.stop)
  step(`${events} clients`)
  await introduce(telegram, events, firstChat)
  const contenders = {
    flow: await flowOf(nodeRedFolder, postgres.databaseUrl, `${telegram.apiRoot}/bot${telegram.token}/sendMessage`),
    ours: await oursOf(postgres.databaseUrl, telegram),
  }
  const measured = { flow: [] as Measured[], ours: [] as Measured[], batches: [] as Measured[] }
  for (const each of Object.values(contenders)) await round(each, singly)
  for (let turn = 0; turn < turns; turn++) {
    step(`turn ${turn + 1} of ${turns}`)
    measured.flow.push(await alone(contenders.flow, contenders.ours, singly))
    measured.ours.push(await round(contenders.ours, singly))
    measured.batches.push(await round(contenders.ours, inBatches))
  }
  report('node-red', rowsOf(measured))
} finally {
  await stopAll()
}

type Contender = {
  service: Started
  database: pg.Pool
  /** How many events have been sent and journaled, and when the last of them was. */
  journaled: string
}
type Measured = {
  perSecond: number

  p99: number
  residentMb: number
  processorMs: number
  postgresMs: number
}

async function flowOf(installed: string, serverUrl: string, sendMessage: string): Promise<Contender> {
  const url = new URL(serverUrl)
  url.pathname = '/node_red'
  const server = new pg.Client({ connectionString: serverUrl })
  await server.connect()
  await server.query('create database node_red')
  await server.end()
  const service = await startNodeRed(installed, url.href, sendMessage)
  stack.push(() => stopService(service))
  const database = poolOf(url.href)
  await database.query(
    `insert into clients (id, phone, full_name, chat_id)
     select 'client-' || i, '+7903' || 1000000 + i, 'Иванов Иван Петрович', $1::int + i from generate_series(0, $2::int - 1) as i`,
    [firstChat, events],
  )
  const journaled = `select count(*)::int as count, max(sent_at) as last from journal where status = 'sent'`
  return { service, database, journaled }
}

async function oursOf(databaseUrl: string, telegram: { apiRoot: string; token: string }): Promise<Contender> {
  const withRedis = process.env['BENCH_QUEUE'] !== 'postgres'
  const service = await startOurs({ databaseUrl, telegram, withRedis, perSecond: 10_000 })
  stack.push(() => stopService(service))
  await putClients(service.url, 'client', events, firstChat)
  const journaled = `select count(*)::int as count, max(d.decided_at) as last from deliveries d
    join attempts a on a.delivery_id = d.id where d.state = 'sent' and a.outcome = 'sent'`
  return { service, database: poolOf(databaseUrl), journaled }
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  stack.push(() => pool.end())
  return pool
}

/** Ours has work of its own when nothing comes, such as its sweep: it stands still while the flow is measured, which has none. */
async function alone(flow: Contender, ours: Contender, post: (url: string) => Promise<Posted>): Promise<Measured> {
  await pause(quietMs)
  ours.service.child.kill('SIGSTOP')
  try {
    return await round(flow, post)
  } finally {
    ours.service.child.kill('SIGCONT')
    await pause(quietMs)
  }
}

/** For what a round has left to do, and to notice that time has passed. */
const quietMs = 2_000

/** Counts only if every event of it stands in the journal as sent, once. */
async function round(contender: Contender, post: (url: string) => Promise<Posted>): Promise<Measured> {
  const pid = contender.service.child.pid ?? 0
  const { count: before } = await journalOf(contender)
  const postgres = await serverOf(contender)
  const [usedBefore, postgresBefore] = [processorMs(pid), familyMs(postgres)]
  let most = 0
  const looking = setInterval(() => {
    most = Math.max(most, residentMb(pid))
  }, 200)
  try {
    const startedAt = Date.now()
    const posted = await post(contender.service.url)
    const last = await allJournaled(contender, before + events)
    return {
      ...posted,
      perSecond: (events * 1000) / (last.getTime() - startedAt),
      residentMb: most,
      processorMs: (processorMs(pid) - usedBefore) / events,
      postgresMs: (familyMs(postgres) - postgresBefore) / events,
    }
  } finally {
    clearInterval(looking)
  }
}

async function serverOf({ database }: Contender): Promise<number> {
  const { rows } = await database.query<{ pid: number }>('select pg_backend_pid() as pid')
  return parentOf(rows[0]?.pid ?? 0)
}

async function allJournaled(contender: Contender, count: number): Promise<Date> {
  for (const deadline = Date.now() + 120_000; ; await pause(200)) {
    const seen = await journalOf(contender)
    if (seen.last && seen.count === count) return seen.last
    if (seen.count > count || Date.now() > deadline) throw new Error(`${seen.count} of ${count} stand in the journal`)
  }
}

async function journalOf({ database, journaled }: Contender): Promise<{ count: number; last: Date | null }> {
  const { rows } = await database.query<{ count: number; last: Date | null }>(journaled)
  const [found] = rows
  if (!found) throw new Error('no answer of the database')
  return found
}

type Posted = { p99: number }

async function singly(url: string): Promise<Posted> {
  const result = await autocannon({
    url: `${url}/webhooks/1c`,
    connections,
    amount: events,
    requests: [
      {
        method: 'POST',
        headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: JSON.stringify(nextEvent()) }),
      },
    ],
  })
  if (result['2xx'] !== events)
    throw new Error(
      `not all ${events} POSTs were answered 200: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} broken`,
    )
  return { p99: result.latency.p99 }
}

async function inBatches(url: string): Promise<Posted> {
  for (let from = 0; from < events; from += batch) {
    const body = Array.from({ length: Math.min(batch, events - from) }, nextEvent)
    await call(`${url}/webhooks/1c`, 'POST', senderKey, body)
  }
  return { p99: Number.NaN }
}

function nextEvent() {
  const client = lastEvent % events
  lastEvent += 1
  return {
    id: `bench-${lastEvent}`,
    type: 'payout.paid',
    occurredAt: new Date().toISOString(),
    client: { id: `client-${client}`, phone: `+7903${1_000_000 + client}`, fullName: 'Иванов Иван Петрович' },
    operation: {
      id: `document-${lastEvent}`,
      number: `ПСА-${lastEvent}`,
      items: [{ material: 'Медь', materialGenitive: 'меди' }],
    },
    payment: { amount: `${1 + (lastEvent % 9_000)}.00`, method: 'card' },
  }
}

function rowsOf({ flow, ours, batches }: Record<'flow' | 'ours' | 'batches', Measured[]>): Row[] {
  const median = (all: readonly Measured[], key: keyof Measured) =>
    percentile(
      all.map((each) => each[key]),
      0.5,
    )
  const beside = (what: string, key: keyof Measured, unit: string): Row => ({
    what,
    value: median(ours, key),
    unit,
    baseline: `Node-RED ${Math.round(median(flow, key) * 100) / 100} ${unit}`,
    ratio: median(ours, key) / median(flow, key),
  })
  const whole = beside(`POST to journaled send, median of ${turns} rounds of ${events}`, 'perSecond', '/s')
  return [
    { ...whole, goal: '≥ 2×', isMet: (whole.ratio ?? 0) >= 2 },
    beside('answer, p99', 'p99', 'ms'),
    beside('resident memory under load, the most', 'residentMb', 'MB'),
    beside('processor time of the process for each', 'processorMs', 'ms'),
    beside('processor time of Postgres for each', 'postgresMs', 'ms'),
    { what: `POST to journaled send in batches of ${batch}`, value: median(batches, 'perSecond'), unit: '/s' },
    { what: 'the same, processor time of the process for each', value: median(batches, 'processorMs'), unit: 'ms' },
  ]
}
