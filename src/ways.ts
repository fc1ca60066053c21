import type { Channel, Way } from './channels/channel.ts'
import { keepTurn } from './deliveries/store/alerts.ts'
import { faultOf } from './lib/fault.ts'
import { forbiddenChannels } from './notifications/policy.ts'
import type { Services } from './services.ts'
import { policyOf } from './workers.ts'

/** Looks after the ways to each messenger that has several and may be used; every process does so for itself, whatever its roles. */
export function watchWays(services: Services, signal: AbortSignal): Promise<void>[] {
  const closed = forbiddenChannels(policyOf(services), 'service')
  return [...services.channels.values()].flatMap((channel) =>
    closed.includes(channel.name) ? [] : (watchOne(services, channel, signal) ?? []),
  )
}

/** One look that finds none may be a bad moment of the line: administrators hear after so many in a row. */
const looksToTell = 3

function watchOne(services: Services, channel: Channel, signal: AbortSignal): Promise<void> | undefined {
  const { log, metrics } = services
  const { name } = channel
  let seen: string | undefined
  let cutOffInRow = 0
  let told: Turn | undefined
  return channel.watch?.({
    signal,
    onWay: (way) => {
      metrics.waysWorking.set({ channel: name }, way.working)
      if (way.detail !== seen) {
        if (seen !== undefined) metrics.wayChanges.inc({ channel: name })
        log[levelOf(way)]({ msg: 'channel.way', channel: name, ...way })
      }
      seen = way.detail
      cutOffInRow = way.working === 0 ? cutOffInRow + 1 : 0
      const turn = way.working > 0 ? 'up' : cutOffInRow >= looksToTell ? 'down' : told
      if (turn === undefined || turn === told) return
      told = turn
      // Whoever came before this process may have told the opposite, so its first look counts too; and until it is kept.
      keepTurn(services.db, { channel: name, turn, description: way.detail }).catch((error: unknown) => {
        told = undefined
        log.warn({ msg: 'alert.not_kept', channel: name, turn, ...faultOf(error) })
      })
    },
  })
}

type Turn = 'up' | 'down'

function levelOf({ working, of }: Way): 'error' | 'warn' | 'info' {
  if (working === 0) return 'error'
  return working < of ? 'warn' : 'info'
}
