import type { Queryable } from '../db/database.ts'
import { type QueueName, queueNames, queueTitles } from '../deliveries/queues.ts'
import { type PauseMode, queueLoads, queuePauses } from '../deliveries/store/pauses.ts'

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
