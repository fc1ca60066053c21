import { ConfigError, processEnvironment, readConfig } from './config.ts'
import { faultOf } from './lib/fault.ts'
import { type Running, start } from './service.ts'
import { createLog } from './services.ts'

/** How long a stop may take before the process leaves all the same; compose waits a little longer. */
const stopDeadlineMs = 14_000

async function main(): Promise<void> {
  let running: Running | undefined
  try {
    const config = readConfig(processEnvironment())
    running = await start(config, createLog(config))
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`)
    process.exit(1)
  }
  const { stop, services } = running
  const leave = (signal: string) => {
    services.log.info({ msg: 'service.stopping', signal })
    setTimeout(() => {
      services.log.warn({ msg: 'service.stopped', forced: true })
      process.exit(0)
    }, stopDeadlineMs).unref()
    void stop().then(() => {
      services.log.info({ msg: 'service.stopped' })
      process.exit(0)
    })
  }
  // A rejection that nobody awaited is a bug, but not a reason to drop what is in hand.
  process.on('unhandledRejection', (reason) => services.log.error({ msg: 'bug.unhandled', ...faultOf(reason) }))
  process.once('SIGTERM', () => leave('SIGTERM'))
  process.once('SIGINT', () => leave('SIGINT'))
}

/** One line a human can act on, for what a human can mend; the whole stack for a bug. */
function startFailure(error: unknown): string {
  if (error instanceof ConfigError) return `vestnik cannot start: ${error.message}`
  if (!(error instanceof Error)) return `vestnik cannot start: ${String(error)}`
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'vestnik cannot start: PORT: the port is taken. Example: PORT=3001'
  if (['DataFolderInUse', 'EmbeddedPostgresFailure', 'TablesInUse'].includes(error.name)) {
    return `vestnik cannot start: ${error.message}`
  }
  return `vestnik cannot start: ${error.stack ?? error.message}`
}

await main()
