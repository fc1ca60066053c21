import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/sandbox/embedded-postgres/start.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { start } from '../../src/service.ts'
import { adminKey, senderKey, testEnvironment } from '../support/service.ts'
import { complaintsOf, fuzz } from './fuzz.ts'

/**
 * `npm run fuzz`: 100,000 requests over all addresses of a service of its own on 127.0.0.1, the same on every run of a seed.
 * Ends with 0 when nothing but 503 was a 5xx, everything was answered, and the memory did not grow.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log('npm run fuzz [-- --requests 100000 --seed 1]')
  process.exit(0)
}

const folder = await mkdtemp(join(tmpdir(), 'vestnik-fuzz-'))
const postgres = await startEmbeddedPostgres({ dataDir: folder })
const telegram = await startTelegramEmulator()
const bugs = new Map<string, number>()
const log = pino(
  { level: 'error', base: null },
  {
    write: (line: string) => {
      const { msg, fault, route, stack } = JSON.parse(line)
      const name = `${msg} ${route ?? ''} ${fault ?? ''} ${String(stack ?? '').split('\n')[0] ?? ''}`
      bugs.set(name, (bugs.get(name) ?? 0) + 1)
    },
  },
)
try {
  const settings = { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot }
  const service = await start(readConfig(testEnvironment(postgres.databaseUrl, settings)), log)
  const verdict = await fuzz({
    url: service.url,
    requests: Number(values.requests),
    seed: Number(values.seed),
    sender: senderKey,
    admin: adminKey,
    password: 'test-password',
    onProgress: (done) => process.stderr.write(`\r${done} of ${values.requests}`),
  })
  await service.stop()
  process.stderr.write('\n')
  const complaints = complaintsOf(verdict)
  const { faults: _, ...shown } = verdict
  console.log(JSON.stringify(shown, null, 2))
  for (const [name, times] of bugs) console.log(`log: ${times} × ${name}`)
  for (const each of complaints) console.log(`BAD  ${each}`)
  console.log(complaints.length === 0 ? 'Nothing is wrong.' : `${complaints.length} things are wrong.`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  await telegram.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
