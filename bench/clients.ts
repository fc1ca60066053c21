import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { insertClients } from '../src/clients/store.ts'
import { createVault, type Vault } from '../src/clients/vault.ts'
import { type Database, openDatabase } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { catalog } from '../src/events/catalog.ts'
import { keepEvents } from '../src/events/store/keep.ts'
import { createKeyring } from '../src/lib/crypto.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { percentile, type Row, report } from './report.ts'

/**
 * A client by his phone among a million (BENCH_CLIENTS), measured at the driver, beside the same by his primary key; goal:
 * p99 ≤ 5 ms. And what sealing costs the intake: the same rounds of events with a vault that only copies; goal: ≤ 15 %.
 */
const clients = Number(process.env['BENCH_CLIENTS'] ?? 1_000_000)
const lookups = 5_000
const rounds = 40
const eventsARound = 200

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
  const ids = await fill(db)
  report('clients', [...(await lookupRows(postgres.databaseUrl, ids)), await sealingRow(db)])
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

function phoneOf(at: number): string {
  return `+79${String(100_000_000 + at)}`
}

async function fill(db: Database): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < clients; from += 5_000) {
    const inputs = Array.from({ length: Math.min(5_000, clients - from) }, (_, at) => ({
      externalId: `client-${from + at}`,
      phone: phoneOf(from + at),
      fullName: 'Иванов Иван Петрович',
      branchCode: 'NN-01',
    }))
    for (const { id } of await insertClients({ db, vault }, inputs)) ids.push(id)
    if (from % 100_000 === 0) process.stderr.write(`${from} clients\n`)
  }
  return ids
}

/** One connection, as a worker has it; by turns, so that a busy machine slows both alike. */
async function lookupRows(url: string, ids: readonly string[]): Promise<Row[]> {
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
    const at = Math.floor(Math.random() * ids.length)
    const byPhone = 'select * from clients where phone_index = $1 and erased_at is null order by id'
    await timed('phone', byPhone, vault.index('phone', phoneOf(at)))
    await timed('key', 'select * from clients where id = $1', ids[Math.floor(Math.random() * ids.length)])
  }
  await client.end()
  return [0.5, 0.99].map((share) => {
    const [phone, key] = [percentile(times.phone, share), percentile(times.key, share)]
    return {
      what: `by phone among ${clients}, p${share * 100}`,
      value: phone,
      unit: 'ms',
      baseline: `by primary key ${key.toFixed(2)} ms`,
      ratio: phone / key,
      ...(share === 0.99 ? { goal: '≤ 5 ms', isMet: phone <= 5 } : {}),
    }
  })
}

async function sealingRow(db: Database): Promise<Row> {
  const sealing: number[] = []
  const copying: number[] = []
  for (let round = 0; round < rounds; round++) {
    sealing.push(await keepRound(db, vault, `s${round}`))
    copying.push(await keepRound(db, copies(vault), `c${round}`))
  }
  // The first rounds warm up the code and the plans of the statements.
  const [withSeals, without] = [sealing, copying].map((all) => percentile(all.slice(5), 0.5))
  const share = ((withSeals ?? 0) - (without ?? 0)) / (withSeals ?? 1)
  return {
    what: `sealing's share of keeping ${eventsARound} events`,
    value: share * 100,
    unit: '%',
    baseline: `${withSeals?.toFixed(1)} ms sealed, ${without?.toFixed(1)} ms copied`,
    goal: '≤ 15 %',
    isMet: share <= 0.15,
  }
}

/** The same round of the intake: events of clients nobody knows yet, which costs the most sealing. */
async function keepRound(db: Database, by: Vault, name: string): Promise<number> {
  const incoming = Array.from({ length: eventsARound }, (_, at) => ({
    source: '1c',
    keyId: 'env',
    test: false,
    teamOnly: false,
    event: {
      ...catalog['payout.paid'].sample,
      id: `${name}-${at}`,
      client: {
        id: `${name}-${at}`,
        phone: `+78${String(name.charCodeAt(0))}${name.slice(1).padStart(3, '0')}${String(at).padStart(4, '0')}`,
        fullName: 'Иванов Иван Петрович',
      },
    },
    warnings: [],
    receivedAt: new Date(),
  }))
  const at = performance.now()
  await db.transaction((tx) => keepEvents({ db: tx, vault: by }, incoming))
  return performance.now() - at
}

/** Costs what a column of plain text would: the bytes are only copied. Search stays: it is no encryption. */
function copies({ index }: Vault): Vault {
  return {
    newKey: () => Buffer.alloc(64),
    seal: (_owner, _field, plain) => Buffer.from(plain),
    open: (_owner, _field, sealed) => sealed?.toString(),
    index,
    sealOwn: (_context, plain) => Buffer.from(plain),
    openOwn: (_context, sealed) => sealed.toString(),
  }
}
