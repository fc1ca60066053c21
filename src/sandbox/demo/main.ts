import { join } from 'node:path'
import { pino } from 'pino'
import { ConfigError, processEnvironment, readConfig } from '../../config.ts'
import { type Running, start } from '../../service.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../telegram/emulator.ts'
import { play } from './play.ts'

const usage = `npm run demo            plays real 1C requests through vestnik, then leaves the dashboard up until Ctrl-C
npm run demo -- --once  the same, then exits: 0 when every message arrived
`

/** The main job on a machine with nothing but Node and npm: embedded Postgres, queue in Postgres, emulated Telegram. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return void process.stdout.write(usage)
  const unknown = args.find((each) => each !== '--once')
  if (unknown !== undefined) {
    process.stderr.write(`unknown option ${unknown}\n\n${usage}`)
    process.exit(2)
  }
  const isOnce = args.includes('--once')
  const telegram = await startTelegramEmulator()
  const senderKey = 'demo-sender-key'
  const running = await startService(telegram, senderKey)
  const stop = async () => {
    await running.stop()
    await telegram.close()
  }
  const failures = await play({ url: running.url, senderKey, adminKey: running.services.secrets.adminKey, telegram })
  process.stdout.write(
    failures === 0 ? '\nEverything came out as it should.\n' : `\n${failures} did not come out as it should.\n`,
  )
  if (isOnce) {
    await stop()
    process.exit(failures === 0 ? 0 : 1)
  }
  process.stdout.write(
    `\nDashboard:       ${running.url}  (user admin, password ${running.services.secrets.dashboardPassword ?? 'as set'})\n` +
      `Clients' phones: ${telegram.pageUrl}\nSender's key:    ${senderKey}  (POST ${running.url}/webhooks/1c)\n\nCtrl-C ends.\n`,
  )
  process.once('SIGINT', () => void stop().then(() => process.exit(0)))
  process.once('SIGTERM', () => void stop().then(() => process.exit(0)))
}

/** On PORT, or on any free port when that one is taken: somebody may run the service itself beside the demo. */
async function startService(telegram: TelegramEmulator, senderKey: string): Promise<Running> {
  const own = processEnvironment()
  const environment = {
    PORT: own['PORT'],
    LOG_LEVEL: own['LOG_LEVEL'] ?? 'error',
    DATA_DIR: join(own['DATA_DIR'] ?? '.data', 'demo'),
    WEBHOOK_1C_KEY: senderKey,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
  }
  const run = (more: Record<string, string>) => {
    const config = readConfig({ ...environment, ...more })
    return start(config, pino({ level: config.LOG_LEVEL, base: null }))
  }
  try {
    return await run({})
  } catch (error) {
    if (own['PORT'] === undefined && error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      return await run({ PORT: '0' })
    throw error
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const isExpected =
    error instanceof ConfigError ||
    (error instanceof Error && /^(DataFolderInUse|EmbeddedPostgresFailure)$/.test(error.name))
  process.stderr.write(
    `The demo cannot start: ${isExpected && error instanceof Error ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  process.exit(1)
}
