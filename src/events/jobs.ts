import { z } from 'zod'
import { type EventId, parseId } from '../lib/ids.ts'
import type { Job } from '../queue/queue.ts'

/** Money is planned in a queue of its own: no payout waits behind the planning of a promo (promise 5). */
export const planQueues = { money: 'plan-money', ordinary: 'plan-ordinary' } as const
export type PlanLane = keyof typeof planQueues

export function planJob(id: EventId, lane: PlanLane): Job {
  return { queue: planQueues[lane], jobId: id, data: { id, v: 1 } }
}

const jobData = z.object({ id: z.string(), v: z.literal(1) })

export function eventIdOfJob(data: unknown): EventId {
  const id = parseId('event', jobData.parse(data).id)
  if (id === undefined) throw new Error('a plan job without an event id')
  return id
}
