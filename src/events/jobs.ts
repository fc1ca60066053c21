import { z } from 'zod'
import { type EventId, parseId } from '../lib/ids.ts'
import type { Job } from '../queue/queue.ts'

export const planQueue = 'plan'

/** @param again tells a hint of the sweep from the one it replaces, which may still be there, stuck. */
export function planJob(id: EventId, again?: string): Job {
  return { queue: planQueue, jobId: again === undefined ? id : `${id}-${again}`, data: { id, v: 1 } }
}

const jobData = z.object({ id: z.string(), v: z.literal(1) })

export function eventIdOfJob(data: unknown): EventId {
  const id = parseId('event', jobData.parse(data).id)
  if (id === undefined) throw new Error('a plan job without an event id')
  return id
}
