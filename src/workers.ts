import { guardedLookup } from './changes/outgoing/address.ts'
import { keepTelling } from './changes/outgoing/deliver.ts'
import type { Channel, ChannelName } from './channels/channel.ts'
import { registry } from './channels/registry.ts'
import { sandboxChannel } from './channels/sandbox/channel.ts'
import { isUnavailable } from './db/database.ts'
import { createDeliver, type DeliverNeeds, type DeliveryLine } from './deliveries/deliver.ts'
import type { Guard } from './deliveries/delivery.ts'
import { deliveryIdOfJob, deliveryQueues } from './deliveries/jobs.ts'
import { tapToken } from './deliveries/taps.ts'
import { eventIdsOfJob, eventsAJob, planQueues } from './events/jobs.ts'
import { notePlanFailure } from './events/store/read.ts'
import { createBatcher } from './lib/batcher.ts'
import { faultOf } from './lib/fault.ts'
import type { EventId } from './lib/ids.ts'
import { deadlines } from './messengers/fields.ts'
import { messengers } from './messengers.ts'
import { type CatchUp, createCatchUp } from './notifications/catch-up.ts'
import type { ScheduleLine } from './notifications/keep-schedule.ts'
import { type MoveNeeds, moveOn } from './notifications/move.ts'
import { type PlanNeeds, plan } from './notifications/plan.ts'
import { defaultQuietHours, forbiddenChannels, type Policy } from './notifications/policy.ts'
import { quietUntil } from './notifications/quiet-hours.ts'
import { rerender } from './notifications/rerender.ts'
import { treatmentOf } from './notifications/treatment.ts'
import { jobLockMs } from './queue/queue.ts'
import type { Services } from './services.ts'
import { readWording } from './wording.ts'

/** A worker that is alive closes its attempt within the provider's deadline; the rest is for the database. */
const leaseMs = deadlines.deadlineMs + 5_000
const planConcurrency = 50

/**
 * How many messages of a lane are on their way at once. Each waits for its messenger most of the time, so more of them share
 * a round of writes; a job of the queue in Postgres costs statements of its own, which more of them would only hold up.
 */
const deliverConcurrency = {
  redis: { money: 100, ordinary: 50 },
  postgres: { money: 30, ordinary: 15 },
}

// A job that outlives its lock is given to another worker while its call is still under way.
if (leaseMs >= jobLockMs)
  throw new Error(`the lease (${leaseMs} ms) must be shorter than BullMQ's lock (${jobLockMs} ms)`)

/** The `worker` role: plans kept events, delivers planned messages. */
export function startWorkers(services: Services, signal: AbortSignal): void {
  const { queue } = services
  for (const name of Object.values(planQueues)) {
    const planOne = planner(services)
    queue.work(name, { concurrency: planConcurrency }, async (data) => {
      await Promise.all(eventIdsOfJob(data).map(planOne))
    })
  }
  for (const channel of services.channels.values()) {
    workWay(services, channel, messengerNeeds(services, channel), signal)
  }
  workWay(services, sandboxChannel, sandboxNeeds, signal)
}

type Way = DeliverNeeds['channel']
type WayNeeds = Pick<DeliverNeeds, 'limits' | 'render'>

function workWay(services: Services, way: Way, needs: WayNeeds, signal: AbortSignal): void {
  const { queue } = services
  for (const { queue: name, lane } of deliveryQueues(way.name)) {
    // Rounds of its own for each lane: a payout never waits for a round of promos (promise 5).
    const deliver = delivererOf(services, way, { ...needs, lane })
    queue.work(name, { concurrency: deliverConcurrency[queue.kind][lane] }, (data) =>
      deliver(deliveryIdOfJob(data), signal),
    )
  }
}

/** Nobody's budget is used, and a rehearsal reads as it was planned. */
const sandboxNeeds: WayNeeds = {
  limits: { perSecond: 100, chatIntervalMs: 100 },
  render: async () => undefined,
}

function messengerNeeds(services: Services, { name }: Channel): WayNeeds {
  const { db, vault } = services
  return {
    limits: limitsOf(services, name),
    render: (id) => rerender({ db, vault, policy: policyOf(services), wording: () => readWording(services) }, id, name),
  }
}

/** Tells a CRM of changes; like the rest of the role, in as many processes as there are. */
export function startOutgoing(services: Services, signal: AbortSignal): Promise<void> {
  const { config, db, vault, log, metrics } = services
  return keepTelling(
    {
      db,
      vault,
      targets: config.OUTGOING_WEBHOOKS,
      lookup: guardedLookup(),
      deadlineMs: deadlines.deadlineMs,
      onCall: (line) => {
        metrics.outgoing.inc({ result: line.result })
        log[line.result === 'taken' ? 'debug' : 'warn']({ msg: 'webhook.called', ...line })
      },
      onDisabled: (line) => {
        metrics.outgoingDisabled.inc({ reason: line.reason })
        log.error({
          msg: 'webhook.disabled',
          ...line,
          advice: 'mend the receiver, then make a new one from its cursor',
        })
      },
      onTrouble: (error) => log.warn({ msg: 'webhook.trouble', ...faultOf(error) }),
    },
    signal,
  )
}

function planner(services: Services): (id: EventId) => Promise<void> {
  const needs = planNeeds(services)
  const batcher = createBatcher<EventId, null>({
    limit: eventsAJob,
    queueLimit: 10_000,
    work: async (ids) => {
      await planAll(services, needs, ids)
      return ids.map(() => null)
    },
  })
  return async (id) => {
    await batcher.run(id)
  }
}

/** One event that cannot be planned must not hold up the others of its round. */
async function planAll(services: Services, needs: PlanNeeds, ids: readonly EventId[]): Promise<void> {
  try {
    await plan(needs, ids)
  } catch (error) {
    if (ids.length === 1) {
      // Counted is what is wrong with the event: after some failures it holds up its client no longer (deliveries/store/claim).
      if (!isUnavailable(error)) await notePlanFailure(services.db, ids).catch(() => {})
      services.log.error({ msg: 'event.plan_failed', id: ids[0], ...faultOf(error) })
      throw error
    }
    for (const id of ids) await planAll(services, needs, [id]).catch(() => {})
  }
}

function planNeeds(services: Services): PlanNeeds {
  const { log, metrics } = services
  return {
    ...planning(services),
    onPlanned: (line) => {
      metrics.planned.inc({ type: line.type, state: line.state, reason: line.reason ?? '' })
      log.info({ msg: 'event.planned', ...line })
    },
    onSchedule: (line) => noteSchedule(services, line),
  }
}

/** What it takes to decide whom to tell, wherever that is done. */
function planning(services: Services) {
  const { db, vault, queue, branchRules } = services
  return {
    db,
    vault,
    queue,
    branchRules,
    policy: policyOf(services),
    handlingOf: treatmentOf,
    wording: () => readWording(services),
    onQueueTrouble: (error: unknown) => noteQueueTrouble(services, error),
  }
}

/** For whatever lets a client be told: a link, a consent. */
export function catchUpIn(services: Services): CatchUp {
  return createCatchUp({ ...planning(services), onCaughtUp: (count) => services.metrics.caughtUp.inc(count) })
}

export function noteSchedule({ log, metrics }: Pick<Services, 'log' | 'metrics'>, line: ScheduleLine): void {
  metrics.schedules.inc({ state: line.state, reason: line.reason ?? '' })
  log.info({ msg: `schedule.${line.state}`, ...line })
}

export function policyOf({ config, channels }: Services): Policy {
  return {
    sendMode: config.SEND_MODE,
    channelOrder: config.CHANNEL_ORDER,
    channelsOn: [...channels.keys()],
    foreignForbidden: config.FOREIGN_MESSENGERS === 'forbidden',
    timezone: config.TIMEZONE,
    quietHours: defaultQuietHours,
  }
}

function delivererOf(services: Services, channel: Way, needs: WayNeeds & Pick<DeliverNeeds, 'lane'>) {
  const { db, vault, queue, log, metrics } = services
  return createDeliver({
    db,
    vault,
    queue,
    channel,
    ...needs,
    guard: () => guardOf(services),
    leaseMs,
    tapUrl: tapUrlIn(services),
    onDone: (line) => {
      metrics.deliveryJobs.inc({ channel: line.channel, result: line.result })
      if (line.outcome !== undefined) {
        metrics.attempts.observe({ channel: line.channel, outcome: line.outcome }, (line.durationMs ?? 0) / 1000)
      }
      log[levelOf(line)]({ msg: 'delivery.attempted', ...line })
    },
    onQueueTrouble: (error) => noteQueueTrouble(services, error),
    moveOn: (ids) => moveOn(moveNeeds(services), ids, 'failed'),
    onTurn: (name, turn) => {
      if (turn.kind === 'up') log.warn({ msg: 'channel.up', channel: name, downMs: Math.round(turn.downMs) })
      else
        log.error({
          msg: 'channel.down',
          channel: name,
          code: turn.code,
          advice: 'messages go on by other channels or wait; see the dashboard and the token',
        })
      metrics.channelTurns.inc({ channel: name, turn: turn.kind })
    },
    onMoveTrouble: (error) => noteMoveTrouble(services, error),
    onNoteTrouble: (id, error) => {
      metrics.notNoted.inc({ channel: channel.name })
      log.error({
        msg: 'delivery.note_failed',
        delivery: id,
        ...faultOf(error),
        advice: 'the answer is kept for two minutes and offered again; bring the database back before that',
      })
    },
  })
}

function tapUrlIn({ config, vault }: Services): DeliverNeeds['tapUrl'] {
  const base = config.PUBLIC_URL?.replace(/\/$/, '')
  if (base === undefined) return undefined
  return (delivery, link) => `${base}/r/${tapToken(vault, { delivery, link })}`
}

function levelOf({ result, outcome }: DeliveryLine): 'error' | 'warn' | 'info' | 'debug' {
  if (result === 'unreadable') return 'error'
  if (outcome === 'broken' || outcome === 'unknown') return 'warn'
  return result === 'attempted' ? 'info' : 'debug'
}

export function moveNeeds(services: Services): MoveNeeds {
  const { db, vault, queue, log, metrics } = services
  return {
    db,
    vault,
    queue,
    policy: policyOf(services),
    wording: () => readWording(services),
    onMoved: (line) => {
      metrics.moved.inc({ from: line.from, to: line.to ?? '', reason: line.reason ?? '' })
      log.info({ msg: 'delivery.moved', ...line })
    },
    onTrouble: (error) => noteMoveTrouble(services, error),
    onQueueTrouble: (error) => noteQueueTrouble(services, error),
  }
}

function noteMoveTrouble({ log }: Services, error: unknown): void {
  log.warn({ msg: 'delivery.move_failed', ...faultOf(error), advice: 'the sweep will try again' })
}

export function limitsOf({ config }: Services, channel: ChannelName) {
  return { perSecond: messengers[channel].perSecond(config), chatIntervalMs: registry[channel].chatIntervalMs }
}

export async function guardOf(services: Services): Promise<Guard> {
  const policy = policyOf(services)
  const rulesOf = await services.branchRules.read()
  return {
    sendMode: policy.sendMode,
    channels: policy.channelsOn,
    forbidden: forbiddenChannels(policy, 'service'),
    afterQuiet: (now, { zone, branch, kind, own }) =>
      quietUntil(now, zone, kind, { branch: rulesOf(branch).quietHours ?? policy.quietHours, own }),
  }
}

export function noteQueueTrouble({ log, metrics }: Pick<Services, 'log' | 'metrics'>, error: unknown): void {
  metrics.queueTrouble.inc()
  log.warn({
    msg: 'queue.unreachable',
    ...faultOf(error),
    advice: 'the sweep will find the work once the queue is back',
  })
}
