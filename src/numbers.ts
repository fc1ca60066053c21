import { setTimeout as pause } from 'node:timers/promises'
import { faultOf } from './lib/fault.ts'
import { messengers } from './messengers.ts'
import { forbiddenChannels } from './notifications/policy.ts'
import { tellDigest } from './reports/digest/tell.ts'
import { refreshFacts } from './reports/facts.ts'
import type { Services } from './services.ts'
import { policyOf } from './workers.ts'

const intervalMs = 30_000

/** Keeps the daily numbers of the reports true and tells the owner of them; of several processes one does it. */
export async function keepNumbers(services: Services, signal: AbortSignal): Promise<void> {
  const { db, vault, log, config, channels } = services
  const forbidden = forbiddenChannels(policyOf(services), 'service')
  while (!signal.aborted) {
    const startedAt = performance.now()
    await db
      .leading('reports', signal, async (leading) => {
        const days = await refreshFacts({ db, timezone: config.TIMEZONE }, leading)
        if (days > 0)
          log.debug({ msg: 'reports.computed', days, durationMs: Math.round(performance.now() - startedAt) })
        if (config.SEND_MODE === 'test') return
        await tellDigest({
          db,
          vault,
          channels: new Map([...channels].filter(([name]) => !forbidden.includes(name))),
          timezone: config.TIMEZONE,
          perSecond: (name) => messengers[name].perSecond(config),
          onTold: (line) => log[line.outcome === 'sent' ? 'info' : 'warn']({ msg: 'digest.told', ...line }),
        })
      })
      .catch((error: unknown) => log.warn({ msg: 'reports.not_computed', ...faultOf(error) }))
    await pause(intervalMs, undefined, { signal }).catch(() => {})
  }
}
