import type { Channel, ChannelName, Way } from './channels/channel.ts'
import { keepTurn } from './deliveries/store/alerts.ts'
import { faultOf } from './lib/fault.ts'
import type { Services } from './services.ts'

/** Looks after the ways to each messenger that has several; every process does so for itself, whatever its roles. */
export function watchWays(services: Services, signal: AbortSignal): Promise<void>[] {
  return [...services.channels.values()].flatMap((channel) => watchOne(services, channel, signal) ?? [])
}

function watchOne(services: Services, channel: Channel, signal: AbortSignal): Promise<void> | undefined {
  const { log, metrics } = services
  let isCutOff = false
  return channel.watch?.({
    signal,
    onWay: (way) => {
      metrics.waysWorking.set({ channel: channel.name }, way.working)
      metrics.wayChanges.inc({ channel: channel.name })
      log[levelOf(way)]({ msg: 'channel.way', channel: channel.name, ...way })
      const wasCutOff = isCutOff
      isCutOff = way.working === 0
      if (isCutOff !== wasCutOff) tellOf(services, channel.name, way)
    },
  })
}

function levelOf({ working, of }: Way): 'error' | 'warn' | 'info' {
  if (working === 0) return 'error'
  return working < of ? 'warn' : 'info'
}

/** The administrators' alert, once for all processes. */
function tellOf({ db, log }: Services, channel: ChannelName, { working, detail }: Way): void {
  const turn = working === 0 ? 'down' : 'up'
  keepTurn(db, { channel, turn, description: detail }).catch((error: unknown) =>
    log.warn({ msg: 'alert.not_kept', channel, turn, ...faultOf(error) }),
  )
}
