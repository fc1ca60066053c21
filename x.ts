import { mkdtemp, rm } from 'node:fs/promises'
import { pino } from 'pino'
import { readConfig } from './src/config.ts'
import { startEmbeddedPostgres } from './src/sandbox/embedded-postgres/start.ts'
import { startTelegramEmulator } from './src/sandbox/telegram/emulator.ts'
import { start } from './src/service.ts'
import { onDatabase } from './test/support/postgres.ts'
import { testEnvironment, clientOf } from './test/support/service.ts'
import { linkedSomeone, payout } from './test/support/story.ts'
const folder = await mkdtemp('/tmp/ops-size-')
const pgs = await startEmbeddedPostgres({ dataDir: folder })
const telegram = await startTelegramEmulator()
const s = await start(readConfig(testEnvironment(pgs.databaseUrl, { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot })), pino({ level: 'silent' }))
const c = { ...clientOf(s.url), telegram }
const people = []
for (let i = 0; i < 40; i++) people.push(await linkedSomeone(c as never))
const sizes = () => onDatabase(pgs.databaseUrl, async (q) => new Map((await q.query(`select regexp_replace(relname,'_(\\d{4}_\\d\\d|rest)$','') as t, sum(pg_total_relation_size(oid))::int as b from pg_class where relkind='r' and relnamespace='public'::regnamespace group by 1`)).rows.map((r) => [r.t, r.b] as const)))
const before = await sizes()
const n = 3000
const more = { operation: { id: '', number: 'ПСА-000457', items: [{ material: 'Медь', grossKg: '13.1', tareKg: '0.5', netKg: '12.3', pricePerKg: '780.00', amount: '9631.44' }], amount: '14500.00' } }
for (let i = 0; i < n; i += 100) await c.post(Array.from({ length: 100 }, (_, k) => { const p = payout(people[(i + k) % 40]!, 1000 + i + k); return { ...p, operation: { ...more.operation, id: p.operation.id } } }))
for (let i = 0; i < 90; i++) { const left = await onDatabase(pgs.databaseUrl, async (q) => (await q.query(`select count(*)::int n from deliveries where state='sent'`)).rows[0].n); if (left >= n) break; process.stderr.write(`${left} `); await new Promise((r) => setTimeout(r, 2000)) }
const done = await onDatabase(pgs.databaseUrl, async (q) => (await q.query(`select count(*)::int n from deliveries where state='sent'`)).rows[0].n)
const after = await sizes()
let sum = 0
for (const [t, b] of after) { const d = (b - (before.get(t) ?? 0)) / n; if (d > 5) { console.log(t, Math.round(d)); sum += d } }
console.log('sent', done, 'bytes each', Math.round(sum))
await s.stop(); await telegram.close(); await pgs.stop(); await rm(folder, { recursive: true, force: true }); process.exit(0)
