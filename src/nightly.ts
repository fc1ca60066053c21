import { sealOpenWordings } from './clients/consents/store.ts'
import { eraseClient, eraseLeftovers } from './clients/erasure/erase.ts'
import { inactiveClients } from './clients/erasure/store.ts'
import { isDue, lastRunAt, runRetention } from './journal/retention/run.ts'
import { faultOf } from './lib/fault.ts'
import type { Services } from './services.ts'

let isRunning = false

/** What has time: terms of keeping, once a night, in one process of all; beside the sweep, which waits for nothing. */
export function runNightly(services: Services, signal: AbortSignal): void {
  if (isRunning) return
  isRunning = true
  void nightly(services, signal)
    .catch((error: unknown) => services.log.warn({ msg: 'retention.failed', ...faultOf(error) }))
    .finally(() => {
      isRunning = false
    })
}

async function nightly(services: Services, signal: AbortSignal): Promise<void> {
  const { db, vault, config, log, metrics } = services
  await db.leading('retention', signal, async (leading) => {
    const left = await eraseLeftovers({ db, vault })
    if (left > 0) log.info({ msg: 'erasure.leftovers', rows: left })
    const now = new Date()
    if (!isDue(now, hourIn(config.TIMEZONE, now), await lastRunAt(db))) return
    await sealOpenWordings({ db, vault }).catch((error: unknown) =>
      log.error({
        msg: 'consents.not_sealed',
        ...faultOf(error),
        advice: 'is every key of before in ENCRYPTION_KEYS?',
      }),
    )
    await runRetention(
      {
        db,
        eraseInactive: eraserOf(services),
        onRun: ({ fault, ...line }) => {
          if (line.removed > 0) metrics.swept.inc({ kind: `old_${line.kind}` }, line.removed)
          const said = { msg: 'retention.run', ...line }
          if (fault === undefined) log.info(said)
          else log.error({ ...said, ...faultOf(fault) })
        },
      },
      now,
      leading,
    )
  })
}

/** Goes once through the registry; answers zero at its end. */
export function eraserOf({ db, vault }: Pick<Services, 'db' | 'vault'>, part = 1000) {
  let after: string | null = ''
  return async (before: Date): Promise<number> => {
    while (after !== null) {
      const found: Awaited<ReturnType<typeof inactiveClients>> = await inactiveClients(db, { before, after, part })
      for (const id of found.ids) await eraseClient({ db, vault }, id, { by: 'retention', ground: 'purpose_reached' })
      after = found.after
      if (found.ids.length > 0) return found.ids.length
    }
    return 0
  }
}

function hourIn(zone: string, now: Date): number {
  return Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(now))
}
