import { setTimeout as pause } from 'node:timers/promises'
import type { Updates } from './bot/receive.ts'
import { askRatings } from './bots.ts'
import { channelNames } from './channels/channel.ts'
import { tellAlerts } from './deliveries/alerts.ts'
import { deliveryJob, deliveryQueue } from './deliveries/jobs.ts'
import { tellReceipts } from './deliveries/rehearse.ts'
import { measure } from './deliveries/store/measure.ts'
import { downChannels, leftMoving, outOfPatience, unreadTooLong } from './deliveries/store/move.ts'
import { allWays, expire, loseDeadWorkers, overdueDeliveries, type Way } from './deliveries/store/overdue.ts'
import { handlingOf } from './events/catalog.ts'
import { eventsAJob, type PlanLane, planJobs, planLanes, planQueues } from './events/jobs.ts'
import { keptTypes } from './events/kept.ts'
import { overdueEvents, passOverUnknown } from './events/store/read.ts'
import { sealJournal } from './journal/chain.ts'
import { makePartitions } from './journal/retention.ts'
import { faultOf } from './lib/fault.ts'
import type { DeliveryId } from './lib/ids.ts'
import { runNightly } from './nightly.ts'
import { fireDue } from './notifications/fire.ts'
import { moveOn } from './notifications/move.ts'
import { forbiddenChannels } from './notifications/policy.ts'
import type { Services } from './services.ts'
import { limitsOf, moveNeeds, noteQueueTrouble, noteSchedule, policyOf } from './workers.ts'

const intervalMs = 2_000
const overdueMs = 3_000
/** Seldom enough that a quiet month has no blocks of single rows. */
const sealEveryMs = 600_000

/** After an outage of the database, workers that live get this long to note the answers they hold. */
const graceMs = 5_000

/**
 * What makes the queue dispensable: every two seconds it hints the queue of whatever Postgres says is due and nobody
 * works, gives up the calls of dead workers, and ends what is too old. Every process with the worker role runs it; rows
 * are taken with `skip locked`, so two sweeps do no harm.
 */
export function startSweep(services: Services, updates: Updates | undefined, signal: AbortSignal): Promise<void> {
  return loop(services, updates, signal)
}

async function loop(services: Services, updates: Updates | undefined, signal: AbortSignal): Promise<void> {
  const { db, vault, queue } = services
  let partitionsMadeAt = 0
  let failedAt = 0
  let sealedAt = 0
  while (!signal.aborted) {
    if (Date.now() - partitionsMadeAt > 3_600_000) {
      partitionsMadeAt = Date.now()
      // A partition that cannot be made is no reason to leave messages lying: rows go to the rest.
      await makePartitions(services.db).catch((error: unknown) =>
        services.log.error({ msg: 'journal.no_partition', ...faultOf(error) }),
      )
      runNightly(services, signal)
    }
    try {
      await sweepOnce(services, updates, Date.now() - failedAt > graceMs)
      await remind(services)
      askInTurn(services)
      if (Date.now() - sealedAt > sealEveryMs) {
        // A backlog is worked off at once, a run at a time.
        sealedAt = (await seal(services)) ? 0 : Date.now()
      }
      await tellReceipts({ db, vault, queue, onQueueTrouble: (error) => noteQueueTrouble(services, error) })
    } catch (error) {
      failedAt = Date.now()
      services.log.warn({ msg: 'sweep.failed', ...faultOf(error) })
    }
    await pause(intervalMs, undefined, { signal }).catch(() => {})
  }
}

/** A thousand rows are a block, and a run takes twenty: the sweep is not held up by a backlog. */
async function seal({ db, vault, log, metrics }: Services): Promise<boolean> {
  const { sealed, anchors, mayHaveMore } = await sealJournal(db, (text) => vault.index('journal', text))
  if (sealed > 0) metrics.journalSealed.inc(sealed)
  // In the log they are outside of the database: who rewrites it cannot rewrite them.
  for (const { hash, ...anchor } of anchors)
    log.info({ msg: 'journal.anchored', ...anchor, hash: hash.toString('hex') })
  return mayHaveMore
}

async function remind(services: Services): Promise<void> {
  const { db, vault, queue, branchRules, log, metrics } = services
  const due = await fireDue({
    db,
    vault,
    queue,
    branchRules,
    policy: policyOf(services),
    onSchedule: (line) => noteSchedule(services, line),
    onTrouble: (id, error) => log.error({ msg: 'schedule.failed', id, ...faultOf(error) }),
  })
  if (due > 0) metrics.swept.inc({ kind: 'schedule' }, due)
}

async function sweepOnce(services: Services, updates: Updates | undefined, mayGiveUp: boolean): Promise<void> {
  const { db, queue, metrics } = services
  const stamp = `s${Date.now().toString(36)}`
  const count = (kind: string, found: readonly unknown[]) => {
    if (found.length > 0) metrics.swept.inc({ kind }, found.length)
  }
  const unknown = await passOverUnknown(db)
  if (unknown > 0)
    services.log.error({ msg: 'event.type_unknown', count: unknown, advice: 'bring the newer version back' })
  const events = await overdueEvents(db, { lanes: await lanesToPlan(services), olderThanMs: overdueMs, limit: 1000 })
  count('event', events)
  const lost = mayGiveUp ? await loseDeadWorkers(db) : []
  count('lost', lost)
  const woken = await expire(db)
  count('expired', woken)
  // What cannot be moved must not keep the rest from being looked at.
  const moved = await sweepChannels(services).catch((error: unknown) => {
    services.log.warn({ msg: 'sweep.no_move', ...faultOf(error) })
    return []
  })
  count('moved', moved)
  tellInTurn(services)
  const overdue = await overdueDeliveries(db, overdueMs, await waysToLookAt(services))
  count('delivery', overdue)
  if (updates) count('update', Array.from({ length: await updates.sweep() }))
  await measureInTurn(services)
  // Under new ids: a job may still stand in the queue as one in hand, locked by the clock of a worker that is no more.
  const jobs = [
    ...planJobs(events, stamp),
    ...[...overdue, ...lost, ...woken].map((each) => deliveryJob({ ...each, wokenBy: stamp })),
  ]
  if (jobs.length > 0) await queue.add(jobs)
}

/** A queue with jobs enough is left alone, as in `waysToLookAt`. */
async function lanesToPlan({ queue }: Services): Promise<PlanLane[]> {
  const open = await Promise.all(
    planLanes.map(async (lane) => (await waitingIn(queue, planQueues[lane])) * eventsAJob <= 2 * backlog),
  )
  return planLanes.filter((_, index) => open[index])
}

/** None while the queue is away: whoever adds to it then hears of it. */
function waitingIn(queue: Services['queue'], name: string): Promise<number> {
  return queue.waiting(name).catch(() => 0)
}

/**
 * While thousands wait for their turn in a queue, all of them look overdue: to hint them again every time is work beside
 * which payouts would wait. Those whose job was lost are found when the queue has emptied.
 */
async function waysToLookAt({ queue, channels }: Services): Promise<Way[]> {
  const ways = allWays.filter(({ channel }) => channel === 'sandbox' || channels.has(channel))
  const waiting = await Promise.all(ways.map(({ channel, lane }) => waitingIn(queue, deliveryQueue(channel, lane))))
  return ways.filter((_, index) => (waiting[index] ?? 0) <= backlog)
}

const backlog = 500

let measureAgainAt = 0

/** Looks at everything that is on its way, so it takes a hundredth of the time at most, however much that is. */
async function measureInTurn({ db, metrics }: Services): Promise<void> {
  const startedAt = performance.now()
  if (startedAt < measureAgainAt) return
  await measure(db, metrics)
  const tookMs = performance.now() - startedAt
  measureAgainAt = startedAt + Math.min(100 * tookMs, slowestMeasureMs)
}

/** As often as a usual scrape. */
const slowestMeasureMs = 15_000

const patience = keptTypes.map((type) => ({ type, ms: handlingOf(type).patienceMinutes * 60_000 }))

/** Messages whose channel refused them before their worker died, and those that have waited for theirs long enough. */
async function sweepChannels(services: Services): Promise<DeliveryId[]> {
  const needs = moveNeeds(services)
  const left = await leftMoving(services.db, overdueMs, keptTypes)
  await moveOn(needs, left, 'failed')
  const down = await downChannels(services.db)
  // One that was switched off will not take what waits for it either.
  const off = channelNames.filter((name) => !needs.policy.channelsOn.includes(name))
  const waiting = await outOfPatience(services.db, patience, { on: needs.policy.channelsOn, down: [...down, ...off] })
  await moveOn(needs, waiting, 'waiting')
  const unread = await unreadTooLong(services.db, needs.policy.channelsOn)
  await moveOn(needs, unread, 'unread')
  return [...left, ...waiting, ...unread]
}

let isAsking = false

/** Beside the sweep, which waits for no messenger. */
function askInTurn(services: Services): void {
  if (isAsking) return
  isAsking = true
  void askRatings(services)
    .catch((error: unknown) => services.log.warn({ msg: 'rating.not_asked', ...faultOf(error) }))
    .finally(() => {
      isAsking = false
    })
}

let isTelling = false

/** Beside the sweep, which waits for no messenger. */
function tellInTurn(services: Services): void {
  if (isTelling) return
  isTelling = true
  const { db, log } = services
  // What may not leave to a client does not leave to an administrator either.
  const policy = policyOf(services)
  const closed = policy.sendMode === 'test' ? channelNames : forbiddenChannels(policy, 'service')
  const channels = new Map([...services.channels].filter(([name]) => !closed.includes(name)))
  void tellAlerts({
    db,
    channels,
    perSecond: (name) => limitsOf(services, name).perSecond,
    onTold: (line) => log.info({ msg: 'alert.told', ...line }),
  })
    .catch((error: unknown) => log.warn({ msg: 'alert.untold', ...faultOf(error) }))
    .finally(() => {
      isTelling = false
    })
}
