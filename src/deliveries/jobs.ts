import { z } from 'zod'
import type { WayName } from '../channels/channel.ts'
import { type DeliveryId, parseId } from '../lib/ids.ts'
import type { Job } from '../queue/queue.ts'
import { type Lane, lanes } from './delivery.ts'

/** A lane of a channel has a queue of its own, so that money never stands behind a promo. */
export function deliveryQueue(channel: WayName, lane: Lane): string {
  return `${channel}-${lane}`
}

export function deliveryQueues(channel: WayName): { queue: string; lane: Lane }[] {
  return lanes.map((lane) => ({ queue: deliveryQueue(channel, lane), lane }))
}

export type Due = {
  id: DeliveryId
  channel: WayName
  lane: Lane
  attempts: number
  delayMs?: number
  wokenBy?: string
}

/**
 * The attempt number is part of the job id: a hint given twice is one job. A wake bears another id, since the job that
 * found the delivery blocked may still be closing under the plain one. So does a job that waits: the queue counts its delay
 * by the clock of whoever added it, and when that clock is hours ahead the plain id has to be free for the sweep.
 */
export function deliveryJob({ id, channel, lane, attempts, delayMs, wokenBy }: Due): Job {
  const suffix = wokenBy ?? (delayMs === undefined || delayMs <= 0 ? undefined : 'later')
  return {
    queue: deliveryQueue(channel, lane),
    jobId: suffix === undefined ? `${id}-${attempts}` : `${id}-${attempts}-${suffix}`,
    data: { id, v: 1 },
    ...(delayMs === undefined ? {} : { delayMs }),
  }
}

const jobData = z.object({ id: z.string(), v: z.literal(1) })

export function deliveryIdOfJob(data: unknown): DeliveryId {
  const id = parseId('delivery', jobData.parse(data).id)
  if (id === undefined) throw new Error('a delivery job without a delivery id')
  return id
}
