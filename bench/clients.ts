import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { createVault, type Vault } from '../src/clients/vault.ts'
import { type Database, openDatabase } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { catalog } from '../src/events/catalog.ts'
import { keepEvents } from '../src/events/store/keep.ts'
import { createKeyring } from '../src/lib/crypto.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { readRequest } from '../src/webhooks/intake.ts'
import { profiles } from '../src/webhooks/sources.ts'
import { percentile, type Row, report } from './report.ts'

/**
 * A client by his phone among a million (BENCH_CLIENTS), at the driver and inside Postgres, beside the same by his primary
 * key; goal: p99 ≤ 5 ms in the database. And what sealing costs the intake: the time inside it, of the
 * whole time of a round; goal: ≤ 15 %.
 */
const clients = Number(process.env['BENCH_CLIENTS'] ?? 1_000_000)
const lookups = 5_000
const rounds = 40
const eventsARound = 200
let lastEvent = 0
const byPhone = 'select * from clients where phone_index = $1 and erased_at is null order by id'
const byKey = 'select * from clients where id = $1'
const explained = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ 'Planning Time': z.number(), 'Execution Time': z.number() })]) }),
])

const vault = createVault({
  keyring: createKeyring([{ id: 'b1', key: randomBytes(32) }]),
  indexKey: randomBytes(32),
  serviceKey: randomBytes(32),
})
const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const stack: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  await migrate(postgres.databaseUrl)
  const db = openDatabase({ url: postgres.databaseUrl, max: 5 })
  stack.push(() => db.close())
  await fill(postgres.databaseUrl)
  report('clients', [...(await lookupRows(postgres.databaseUrl)), ...(await sealingRows(db))])
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

function idOf(at: number): string {
  return `cli_${at.toString(16).padStart(32, '0')}`
}

/** As long as a blind index, and found by the same code. */
function phoneIndexOf(at: number): Buffer {
  return createHash('sha256').update(`phone-${at}`).digest()
}

/** Rows of the shape and the size of real ones, made inside Postgres: a million sealed one by one would take minutes. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (let from = 0; from < clients; from += 100_000) {
    await client.query(
      `insert into clients (id, external_id, phone_index, phone, full_name, branch_code, data_key)
       select 'cli_' || lpad(to_hex(i), 32, '0'), 'client-' || i, sha256(convert_to('phone-' || i, 'utf8')),
              substr(sha256(convert_to('a' || i, 'utf8')) || sha256(convert_to('b' || i, 'utf8')), 1, 40),
              sha256(convert_to('c' || i, 'utf8')) || sha256(convert_to('d' || i, 'utf8')), 'NN-01',
              sha256(convert_to('e' || i, 'utf8')) || sha256(convert_to('f' || i, 'utf8'))
       from generate_series($1::int, $2::int) as i`,
      [from, Math.min(from + 100_000, clients) - 1],
    )
    process.stderr.write(`${Math.min(from + 100_000, clients)} clients\n`)
  }
  await client.end()
}

/** One connection, as a worker has it; by turns, so that a busy machine slows both alike. */
async function lookupRows(url: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('vacuum analyze clients')
  const times = { phone: [] as number[], key: [] as number[] }
  const timed = async (kind: keyof typeof times, text: string, value: unknown) => {
    const at = performance.now()
    const { rowCount } = await client.query({ name: kind, text, values: [value] })
    times[kind].push(performance.now() - at)
    if (rowCount !== 1) throw new Error(`${kind}: ${rowCount} found`)
  }
  for (let each = 0; each < lookups; each++) {
    const at = Math.floor(Math.random() * clients)
    await timed('phone', byPhone, phoneIndexOf(at))
    await timed('key', byKey, idOf(Math.floor(Math.random() * clients)))
  }
  const inside = { phone: [] as number[], key: [] as number[] }
  for (let each = 0; each < lookups / 5; each++) {
    const at = Math.floor(Math.random() * clients)
    inside.phone.push(await insideMs(client, byPhone, phoneIndexOf(at)))
    inside.key.push(await insideMs(client, byKey, idOf(at)))
  }
  await client.end()
  return [
    rowOf('at the driver', times, 0.5),
    rowOf('at the driver', times, 0.99),
    rowOf('in the database', inside, 0.99),
  ]
}

/** What Postgres itself says that it took, planning included. */
async function insideMs(client: pg.Client, text: string, value: unknown): Promise<number> {
  const { rows } = await client.query({ text: `explain (analyze, timing off, format json) ${text}`, values: [value] })
  const [
    {
      'QUERY PLAN': [plan],
    },
  ] = explained.parse(rows)
  return plan['Planning Time'] + plan['Execution Time']
}

function rowOf(where: string, times: { phone: number[]; key: number[] }, share: number): Row {
  const [phone, key] = [percentile(times.phone, share), percentile(times.key, share)]
  return {
    what: `by phone among ${clients} ${where}, p${share * 100}`,
    value: phone,
    unit: 'ms',
    baseline: `by primary key ${key.toFixed(2)} ms`,
    ratio: phone / key,
    ...(where === 'in the database' ? { goal: '≤ 5 ms', isMet: phone <= 5 } : {}),
  }
}

/** Time inside the vault's sealing and opening, of the whole time of a round; once for known clients, once for new ones. */
async function sealingRows(db: Database): Promise<Row[]> {
  const people = Array.from({ length: 2_000 }, (_, at) => `regular-${at}`)
  for (let from = 0; from < people.length; from += eventsARound)
    await keepRound(db, vault, people.slice(from, from + eventsARound))
  const shares = { known: [] as number[], fresh: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const known = Array.from({ length: eventsARound }, () => people[Math.floor(Math.random() * people.length)] ?? '')
    shares.known.push(await keepRound(db, vault, known))
    const fresh = Array.from({ length: eventsARound }, (_, at) => `fresh-${round}-${at}`)
    shares.fresh.push(await keepRound(db, vault, fresh))
  }
  // The first rounds warm up the code and the plans of the statements.
  const [known, fresh] = [shares.known, shares.fresh].map((all) => percentile(all.slice(5), 0.5) * 100)
  return [
    {
      what: `sealing's share of keeping ${eventsARound} events of known clients`,
      value: known ?? Number.NaN,
      unit: '%',
      goal: '≤ 15 %',
      isMet: (known ?? 100) <= 15,
    },
    { what: 'the same, each of a new client', value: fresh ?? Number.NaN, unit: '%' },
  ]
}

/** One round of the intake from the bytes of a request to the commit; answers the share that went into sealing and opening. */
async function keepRound(db: Database, by: Vault, whose: readonly string[]): Promise<number> {
  const { vault: timed, spentMs } = timedVault(by)
  const body = Buffer.from(JSON.stringify(whose.map(eventOf)))
  const now = new Date()
  const intake = { timezone: 'Europe/Moscow', profile: profiles['1c'], branchCode: null, zoneOfBranch: () => undefined }
  const at = performance.now()
  const { items } = readRequest(intake, body, { 'content-type': 'application/json' }, now)
  const incoming = items.map((each) => {
    if (!each.ok) throw new Error('an event was refused')
    return {
      source: '1c',
      keyId: 'env',
      test: false,
      teamOnly: false,
      receivedAt: now,
      event: each.event,
      warnings: [],
    }
  })
  await db.transaction((tx) => keepEvents({ db: tx, vault: timed }, incoming))
  return spentMs() / (performance.now() - at)
}

function eventOf(client: string) {
  lastEvent += 1
  const sum = [...client].reduce((all, sign) => (all * 31 + sign.charCodeAt(0)) % 8_999_999, 7)
  const person = { id: client, phone: `+7903${1_000_000 + sum}`, fullName: 'Иванов Иван Петрович' }
  return { ...catalog['payout.paid'].sample, id: `bench-${lastEvent}`, client: person }
}

function timedVault(by: Vault): { vault: Vault; spentMs(): number } {
  let spent = 0
  const timed = <T>(work: () => T): T => {
    const at = performance.now()
    try {
      return work()
    } finally {
      spent += performance.now() - at
    }
  }
  return {
    spentMs: () => spent,
    vault: {
      ...by,
      newKey: (client) => timed(() => by.newKey(client)),
      seal: (owner, field, plain) => timed(() => by.seal(owner, field, plain)),
      open: (owner, field, sealed) => timed(() => by.open(owner, field, sealed)),
    },
  }
}
