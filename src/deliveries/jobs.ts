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
 * found the delivery blocked may still be closing under the plain one.
 */
export function deliveryJob({ id, channel, lane, attempts, delayMs, wokenBy }: Due): Job {
  return {
    queue: deliveryQueue(channel, lane),
    jobId: wokenBy === undefined ? `${id}-${attempts}` : `${id}-${attempts}-${wokenBy}`,
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
