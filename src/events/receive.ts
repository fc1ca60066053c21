import { LRUCache } from 'lru-cache'
import type { Vault } from '../clients/vault.ts'
import { type Database, isDataError } from '../db/database.ts'
import { BatcherFull, createBatcher } from '../lib/batcher.ts'
import type { QueueSystem } from '../queue/queue.ts'
import { planJobs } from './jobs.ts'
import { rememberBranches } from './store/branches.ts'
import { type Incoming, type Kept, keepEvents, lookAhead } from './store/keep.ts'

export type Receive = {
  /**
   * Resolves once the events are committed; the queue hears of them afterwards. Rejects when nothing was kept, with
   * BatcherFull when too much waits already.
   */
  (incoming: readonly Incoming[]): Promise<Kept[]>
  idle(): Promise<void>
}

export type ReceiveNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  onQueueTrouble(error: unknown): void
}

/** Branches whose name was noted lately need no statement of their own. */
type Keeping = ReceiveNeeds & { notedBranches: LRUCache<string, true> }

const eventsARound = 1000
const requestsWaiting = 2000
/** A request may carry a thousand events, so what waits is bounded by events as well. */
const eventsWaiting = 20_000

/**
 * The intake's narrow place: concurrent requests share one transaction. A request's events are kept all or none, and
 * answered in the order in which they were committed (promise 3).
 */
export function createReceive(needs: ReceiveNeeds): Receive {
  const hints = new Set<Promise<void>>()
  const keeping: Keeping = { ...needs, notedBranches: new LRUCache({ max: 1000, ttl: 600_000 }) }

  const batcher = createBatcher<readonly Incoming[], Kept[] | Refused>({
    limit: 64,
    queueLimit: requestsWaiting,
    work: async (requests) => {
      const kept: (Kept[] | Refused)[] = []
      for (const group of groupsOf(requests, eventsARound)) kept.push(...(await keepGroup(keeping, group)))
      const hint = hintQueue(
        needs,
        kept.flatMap((each) => (each instanceof Refused ? [] : each)),
      )
      hints.add(hint)
      void hint.finally(() => hints.delete(hint))
      return kept
    },
  })

  let waiting = 0
  const receive = async (incoming: readonly Incoming[]) => {
    if (waiting > 0 && waiting + incoming.length > eventsWaiting) throw new BatcherFull('too many events are waiting')
    waiting += incoming.length
    try {
      const kept = await batcher.run(incoming)
      if (kept instanceof Refused) throw kept.cause
      return kept
    } finally {
      waiting -= incoming.length
    }
  }
  return Object.assign(receive, {
    idle: async () => {
      await batcher.idle()
      await Promise.all(hints)
    },
  })
}

function* groupsOf(requests: (readonly Incoming[])[], limit: number): Generator<(readonly Incoming[])[]> {
  let group: (readonly Incoming[])[] = []
  let size = 0
  for (const request of requests) {
    if (group.length > 0 && size + request.length > limit) {
      yield group
      group = []
      size = 0
    }
    group.push(request)
    size += request.length
  }
  if (group.length > 0) yield group
}

/** A request that the database refused for what is in it. */
class Refused extends Error {}

async function keepGroup(needs: Keeping, requests: (readonly Incoming[])[]): Promise<(Kept[] | Refused)[]> {
  try {
    const kept = await keepAll(needs, requests.flat())
    let from = 0
    return requests.map((request) => {
      from += request.length
      return kept.slice(from - request.length, from)
    })
  } catch (error) {
    // One event that Postgres refuses must not take its neighbours' requests down with it.
    if (!isDataError(error)) throw error
    const kept: (Kept[] | Refused)[] = []
    for (const request of requests) kept.push(await keepAll(needs, request).catch(refusalOf))
    return kept
  }
}

function refusalOf(error: unknown): Refused {
  if (!isDataError(error)) throw error
  return new Refused('refused', { cause: error })
}

async function keepAll(needs: Keeping, incoming: readonly Incoming[]): Promise<Kept[]> {
  const ahead = await lookAhead(needs, incoming)
  const kept = await needs.db.transaction((db) => keepEvents({ db, vault: needs.vault }, incoming, ahead))
  await noteBranches(needs, incoming)
  return kept
}

/** Names of branches are for lists and reports: the events are kept already, whatever becomes of this. */
async function noteBranches({ notedBranches, ...needs }: Keeping, incoming: readonly Incoming[]): Promise<void> {
  const fresh = incoming
    .map((each) => each.asSaid ?? each.event)
    .filter(({ branch }) => branch && !notedBranches.has(JSON.stringify(branch)))
  if (fresh.length === 0) return
  try {
    await rememberBranches(needs.db, fresh)
    for (const { branch } of fresh) notedBranches.set(JSON.stringify(branch), true)
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}

/** A queue that is away loses nothing: the sweep finds what was kept and never planned. */
async function hintQueue(needs: ReceiveNeeds, kept: readonly Kept[]): Promise<void> {
  const fresh = kept.filter((each) => each.status === 'accepted' && !each.held)
  if (fresh.length === 0) return
  try {
    await needs.queue.add(planJobs(fresh))
  } catch (error) {
    needs.onQueueTrouble(error)
  }
}
