import { z } from 'zod'
import { type EventId, parseId } from '../lib/ids.ts'
import { chunks, groupBy } from '../lib/list.ts'
import type { Job } from '../queue/queue.ts'

/** Money is planned in a queue of its own: no payout waits behind the planning of a promo (promise 5). */
export const planQueues = { money: 'plan-money', ordinary: 'plan-ordinary' } as const
export type PlanLane = keyof typeof planQueues
export const planLanes: readonly PlanLane[] = ['money', 'ordinary']

/** As many as are planned in one round; of a large batch each worker gets its part. */
export const eventsAJob = 100

/**
 * What was kept together is planned together: one job of the queue for many events, which bears the id of the first. A worker
 * of the version before plans that one, and the sweep finds the others. With a stamp it is another job than the one before.
 */
export function planJobs(events: readonly { id: EventId; lane: PlanLane }[], stamp?: string): Job[] {
  return [...groupBy(events, ({ lane }) => lane)].flatMap(([lane, all]) =>
    chunks(all, eventsAJob).flatMap(([first, ...others]) => {
      if (!first) return []
      const more = others.map(({ id }) => id)
      const data = { id: first.id, v: 1 as const, ...(more.length > 0 ? { more } : {}) }
      return [{ queue: planQueues[lane], jobId: stamp === undefined ? first.id : `${first.id}-${stamp}`, data }]
    }),
  )
}

const jobData = z.object({ id: z.string(), v: z.literal(1), more: z.array(z.string()).max(eventsAJob).default([]) })

export function eventIdsOfJob(data: unknown): EventId[] {
  const { id, more } = jobData.parse(data)
  return [id, ...more].map((each) => {
    const known = parseId('event', each)
    if (known === undefined) throw new Error('a plan job without an event id')
    return known
  })
}
