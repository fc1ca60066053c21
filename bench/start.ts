import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startEmbeddedPostgres } from '../src/sandbox/embedded-postgres/start.ts'
import { residentMb, startService, stopService } from './processes.ts'
import { report } from './report.ts'

/**
 * How long a bare machine waits, and what an idle process weighs. Baseline of the start: the embedded Postgres alone, in
 * the same folder. Goals: second start ≤ 4 s, idle with all roles ≤ 180 MB.
 */
const folder = mkdtempSync(join(tmpdir(), 'vestnik-bench-'))
const environment = {
  DATA_DIR: folder,
  TELEGRAM_BOT_TOKEN: '123456789:AAEexampleexampleexampleexample',
  TELEGRAM_API_ROOT: 'http://127.0.0.1:9',
  LOG_LEVEL: 'info',
}
const args = ['--import', 'tsx', 'src/main.ts']

try {
  const first = await startService(args, environment)
  await stopService(first)
  const seconds: number[] = []
  let idleMb = 0
  for (let round = 0; round < 3; round++) {
    const again = await startService(args, environment)
    seconds.push(again.readyMs)
    if (round === 2) {
      await pause(20_000)
      idleMb = residentMb(again.child.pid ?? 0)
    }
    await stopService(again)
  }
  const postgresAt = performance.now()
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  const postgresMs = performance.now() - postgresAt
  await postgres.stop()
  const second = seconds.toSorted((a, b) => a - b)[1] ?? Number.NaN
  report('start', [
    { what: 'first start to ready', value: first.readyMs, unit: 'ms' },
    {
      what: 'second start to ready (median of 3)',
      value: second,
      unit: 'ms',
      baseline: `Postgres alone ${Math.round(postgresMs)} ms`,
      ratio: second / postgresMs,
      goal: '≤ 4000 ms',
      isMet: second <= 4000,
    },
    { what: 'idle, all roles, resident', value: idleMb, unit: 'MB', goal: '≤ 180 MB', isMet: idleMb <= 180 },
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
