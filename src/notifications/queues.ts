import type { Database, Queryable } from '../db/database.ts'
import { deliveryJob } from '../deliveries/jobs.ts'
import { type QueueName, queueNames, queueTitles } from '../deliveries/queues.ts'
import { allWays, overdueDeliveries } from '../deliveries/store/overdue.ts'
import { type PauseMode, pauseQueue, queueLoads, queuePauses, resumeQueue } from '../deliveries/store/pauses.ts'
import type { QueueSystem } from '../queue/queue.ts'

export type QueueView = {
  name: QueueName
  title: string
  mode: PauseMode | 'running'
  since: Date | undefined
  by: string | undefined
  /** With the messenger at this moment. */
  inHand: number
  /** Tried before: a retry or a repeat is coming. */
  begun: number
  waiting: number
  oldestAt: Date | undefined
}

/** Every messenger and lane: whether it runs, and what is in it. */
export async function queueViews(db: Queryable): Promise<QueueView[]> {
  const [pauses, loads] = await Promise.all([queuePauses(db), queueLoads(db)])
  return queueNames.map((name) => {
    const pause = pauses.find((each) => each.queue === name)
    const own = loads.filter((each) => each.channel === name || each.lane === name)
    const sum = (of: 'inHand' | 'begun' | 'waiting') => own.reduce((total, each) => total + each[of], 0)
    const oldest = own.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt.getTime()]))
    return {
      name,
      title: queueTitles[name],
      mode: pause?.mode ?? 'running',
      since: pause?.at,
      by: pause?.by,
      inHand: sum('inHand'),
      begun: sum('begun'),
      waiting: sum('waiting'),
      oldestAt: oldest.length === 0 ? undefined : new Date(Math.min(...oldest)),
    }
  })
}

export type QueueNeeds = { db: Database; queue: Pick<QueueSystem, 'add'>; onQueueTrouble(error: unknown): void }

/** Nothing new leaves from now on, in no process; drained, what was begun goes on. */
export async function stopQueue(needs: QueueNeeds, name: QueueName, mode: PauseMode, by: string): Promise<void> {
  await pauseQueue(needs.db, name, mode, by)
  if (mode === 'draining') await hintDue(needs)
}

export async function letGo(needs: QueueNeeds, name: QueueName): Promise<void> {
  if (await resumeQueue(needs.db, name)) await hintDue(needs)
}

/** What may leave now need not wait for the sweep; it finds the rest. */
async function hintDue(needs: QueueNeeds): Promise<void> {
  const wokenBy = `q${Date.now().toString(36)}`
  const due = await overdueDeliveries(needs.db, 0, allWays)
  if (due.length === 0) return
  await needs.queue.add(due.map((each) => deliveryJob({ ...each, wokenBy }))).catch(needs.onQueueTrouble)
}
