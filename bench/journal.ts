import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Database, openDatabase } from '../src/db/database.ts'
import { migrate } from '../src/db/migrate.ts'
import { dayOf } from '../src/lib/moment.ts'
import { computeDay, daysBetween, shifted } from '../src/reports/facts.ts'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { fill, perDay, type Town, townOf } from './journal/generate.ts'
import { filters, type Measured, measure, type Pair, reports, searches, timezone } from './journal/measure.ts'
import { type Row, report } from './report.ts'

/**
 * The journal and the reports after 24 months: BENCH_JOURNAL_ROWS messages (3,000,000), beside a tenth of them, the last
 * months of the same company with the same clients. Goals: search by phone or ПСА p95 ≤ 50 ms, the first page of any filter p95 ≤ 150 ms, each report
 * for a month ≤ 1 s, ten times the rows ≤ 1.5× the time.
 */
const messages = Number(process.env['BENCH_JOURNAL_ROWS'] ?? 3_000_000)
const now = new Date()
/** Of so many days the numbers are made from the journal; older ones, which no report of the bench reads, are copies of them. */
const daysMade = 120

const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const stack: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  stack.push(() => postgres.stop())
  const clients = Math.round(messages / 20)
  const small = await openTown(postgres.databaseUrl, 'small', townOf(Math.round(messages / 10), clients, now))
  const large = await openTown(postgres.databaseUrl, 'large', townOf(messages, clients, now))
  const today = dayOf(now.getTime(), timezone)
  const measured = {
    search: await measure(searches(small.db, small.town), searches(large.db, large.town), 21),
    filters: await measure(filters(small.db, small.town), filters(large.db, large.town), 21),
    reports: await measure(reports(small.db, today), reports(large.db, today), 11),
  }
  report('journal', rowsOf(measured, large.dayMs))
  const all = Object.values(measured).flat()
  for (const { small: one, large: two } of all.sort((a, b) => b.large.p95 - a.large.p95).slice(0, 20))
    console.log(
      `${two.name.padEnd(52)} p95 ${two.p95.toFixed(1).padStart(7)} ms, p50 ${two.p50.toFixed(1).padStart(7)} ms, with a tenth ${one.p50.toFixed(1).padStart(7)} ms`,
    )
} finally {
  for (let next = stack.pop(); next; next = stack.pop()) await next()
}

type OpenTown = { town: Town; db: Database; dayMs: number }

async function openTown(serverUrl: string, name: string, town: Town): Promise<OpenTown> {
  const url = await databaseAt(serverUrl, `journal_${name}`)
  await migrate(url)
  await fill(url, town, bar(`${name}: messages`, town.messages))
  const db = openDatabase({ url, max: 4 })
  stack.push(() => db.close())
  return { town, db, dayMs: await computeAll(url, db, name, town) }
}

async function databaseAt(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** The numbers of all days; answers how long one takes. */
async function computeAll(url: string, db: Database, name: string, town: Town): Promise<number> {
  const today = dayOf(now.getTime(), timezone)
  const days = daysBetween(shifted(today, -Math.min(town.days, daysMade)), today)
  const onProgress = bar(`${name}: days of the reports`, days.length)
  const at = performance.now()
  for (const [index, day] of days.entries()) {
    await computeDay({ db, timezone }, day)
    onProgress(index + 1)
  }
  const dayMs = (performance.now() - at) / days.length
  await copyDays(url, town.days, days.length)
  return dayMs
}

async function copyDays(url: string, days: number, made: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const tables = {
    daily_facts: 'branch_code, channel, type, source, state, reason, engagement, tells_tap, count',
    daily_times: 'branch_code, channel, type, source, measure, step, count',
    daily_clients: 'branch_code, client_id, source, visits, due, reached',
    fact_days: 'computed_at',
  }
  const first = shifted(dayOf(now.getTime(), timezone), 1 - made)
  for (let back = made; back < days; back += made) {
    for (const [table, columns] of Object.entries(tables))
      await client.query(
        `insert into ${table} (day, ${columns}) select day - $1::int, ${columns} from ${table} where day >= $2::date`,
        [back, first],
      )
  }
  await client.query('vacuum analyze')
  await client.end()
}

function bar(what: string, all: number): (done: number) => void {
  const startedAt = performance.now()
  let shownAt = 0
  return (done) => {
    const isOver = done >= all
    if (!isOver && performance.now() - shownAt < 1000) return
    shownAt = performance.now()
    const full = Math.round((done / all) * 30)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    const line = `${what.padEnd(30)} [${'#'.repeat(full)}${'.'.repeat(30 - full)}] ${done.toLocaleString('en')} of ${all.toLocaleString('en')}, ${seconds} s`
    process.stderr.write(process.stderr.isTTY ? `\r${line}${isOver ? '\n' : ''}` : isOver ? `${line}\n` : '')
  }
}

function rowsOf(measured: Record<'search' | 'filters' | 'reports', Pair[]>, dayMs: number): Row[] {
  const worst = (all: readonly Measured[]) => all.reduce((a, b) => (a.p95 >= b.p95 ? a : b))
  const line = (what: string, pairs: readonly Pair[], goalMs: number): Row[] => {
    const found = worst(pairs.map((each) => each.large))
    const growth = growthOf(pairs)
    return [
      {
        what: `${what}: worst p95 (${found.name})`,
        value: found.p95,
        unit: 'ms',
        goal: `≤ ${goalMs} ms`,
        isMet: found.p95 <= goalMs,
      },
      {
        what: `${what}: ten times the rows (all medians)`,
        value: growth.large,
        unit: 'ms',
        baseline: `${Math.round(growth.small * 10) / 10} ms with a tenth`,
        ratio: growth.large / growth.small,
        goal: '≤ 1.5×',
        isMet: growth.large / growth.small <= 1.5,
      },
    ]
  }
  return [
    { what: `messages, ${perDay} a day`, value: messages, unit: '' },
    ...line('search by phone or ПСА', measured.search, 50),
    ...line('first page of a filter', measured.filters, 150),
    ...line('a report for a month', measured.reports, 1000),
    { what: 'the numbers of one day made anew', value: dayMs, unit: 'ms' },
  ]
}

/** The sum of the medians: what an operator spends who asks each question once. */
function growthOf(pairs: readonly Pair[]): { small: number; large: number } {
  const sum = (of: 'small' | 'large') => pairs.reduce((total, each) => total + each[of].p50, 0)
  return { small: sum('small'), large: sum('large') }
}
