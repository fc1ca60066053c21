import { setTimeout as pause } from 'node:timers/promises'
import { faultOf } from './lib/fault.ts'
import { refreshFacts } from './reports/facts.ts'
import type { Services } from './services.ts'

const intervalMs = 30_000

/** Keeps the daily numbers of the reports true; of several processes one does it. */
export async function keepNumbers(services: Services, signal: AbortSignal): Promise<void> {
  const { db, log, config } = services
  while (!signal.aborted) {
    const startedAt = performance.now()
    await db
      .leading('reports', signal, async (leading) => {
        const days = await refreshFacts({ db, timezone: config.TIMEZONE }, leading)
        if (days > 0)
          log.debug({ msg: 'reports.computed', days, durationMs: Math.round(performance.now() - startedAt) })
      })
      .catch((error: unknown) => log.warn({ msg: 'reports.not_computed', ...faultOf(error) }))
    await pause(intervalMs, undefined, { signal }).catch(() => {})
  }
}
