import { isTestPhone } from '../channels/sandbox/test-phones.ts'
import type { Client } from '../clients/client.ts'
import { lockClients } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database, Queryable } from '../db/database.ts'
import type { RulesOfBranch } from '../events/branch-rules.ts'
import { handlingOf } from '../events/catalog.ts'
import type { Event } from '../events/event.ts'
import { planJobs } from '../events/jobs.ts'
import type { BranchRulesReader } from '../events/remembered-rules.ts'
import { type Kept, keepEvents } from '../events/store/keep.ts'
import { compact } from '../lib/compact.ts'
import type { EventId, ScheduleId } from '../lib/ids.ts'
import { dayOf } from '../lib/moment.ts'
import type { QueueSystem } from '../queue/queue.ts'
import { quietFor, zoneOf } from './decide.ts'
import type { ScheduleLine } from './keep-schedule.ts'
import { overtakenBy } from './overtaken.ts'
import type { Policy } from './policy.ts'
import type { CancelReason } from './schedule.ts'
import {
  clientOfSchedule,
  type DueSchedule,
  dueSchedules,
  endSchedule,
  openPayload,
  postpone,
  takeDue,
} from './store/schedules.ts'

export type FireNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  policy: Policy
  branchRules: BranchRulesReader
  onSchedule(line: ScheduleLine): void
  onTrouble(id: ScheduleId, error: unknown): void
}

/** So many a round: the sweep has more to do. */
const mostAtOnce = 200

/**
 * Turns the reminders whose time has come into events, each once, however many processes do it and wherever one dies: the
 * event is kept and the reminder is marked in one transaction. From then on it goes the way of every event.
 */
export async function fireDue(needs: FireNeeds): Promise<number> {
  const ids = await dueSchedules(needs.db, mostAtOnce)
  if (ids.length === 0) return 0
  const rulesOf = await needs.branchRules.read()
  const kept: Kept[] = []
  for (const id of ids) {
    try {
      const fired = await needs.db.transaction((db) => fireOne({ ...needs, db }, id, rulesOf))
      if (fired === undefined) continue
      if (fired.kept?.status === 'accepted') kept.push(fired.kept)
      needs.onSchedule(fired.line)
    } catch (error) {
      // One that cannot be told must not hold up the others.
      needs.onTrouble(id, error)
      await postpone(needs.db, id).catch((fault: unknown) => needs.onTrouble(id, fault))
    }
  }
  // A queue that is away loses nothing: the sweep finds what was kept and never planned.
  if (kept.length > 0) await needs.queue.add(planJobs(kept))
  return ids.length
}

type FiringNeeds = { db: Queryable; vault: Vault; policy: Policy }

async function fireOne(
  needs: FiringNeeds,
  id: ScheduleId,
  rulesOf: RulesOfBranch,
): Promise<{ line: ScheduleLine; kept?: Kept } | undefined> {
  const clientId = await clientOfSchedule(needs.db, id)
  if (clientId === undefined) return undefined
  // Whoever keeps a payment of this client waits here, or was before us and is seen below. The client first, as erasure does.
  const [client] = await lockClients(needs, [clientId])
  const due = await takeDue(needs.db, id)
  if (due === undefined) return undefined
  const payload = client && openPayload(needs.vault, client, due.payload)
  const obstacle = await obstacleTo(needs, due, payload, rulesOf)
  if (client === undefined || payload === undefined || obstacle !== undefined) {
    const { reason, by } = obstacle ?? { reason: 'erased' as const, by: null }
    await endSchedule(needs.db, id, { state: 'cancelled', reason, by })
    return { line: { schedule: id, source: due.source, state: 'cancelled', reason } }
  }
  const kept = await keepReminder(needs, due, withClient(payload, client))
  await endSchedule(needs.db, id, { state: 'fired', by: kept.id })
  return { line: { schedule: id, source: due.source, state: 'fired', reason: null }, kept }
}

async function obstacleTo(
  needs: FiringNeeds,
  due: DueSchedule,
  payload: Event | undefined,
  rulesOf: RulesOfBranch,
): Promise<{ reason: CancelReason; by: EventId | null } | undefined> {
  if (payload === undefined) return { reason: 'erased', by: null }
  if (rulesOf(due.branchCode).reminders === 'off') return { reason: 'off', by: null }
  // The service stood still for so long that the day is over, or it will be when the quiet hours are.
  const { quietHours } = rulesOf(due.branchCode)
  const definition = handlingOf('installment.reminder')
  const leavesAt = quietFor({ event: payload, definition, quietHours }, needs.policy)(new Date())
  if (due.nextDate < dayOf(leavesAt.getTime(), zoneOf(payload, needs.policy))) return { reason: 'too_late', by: null }
  return await overtakenBy(needs, due, due)
}

/**
 * The client as he is by now: an event with the phone of that time would give it back to him. A test phone that somebody's
 * try left on his record would make a rehearsal of it.
 */
function withClient(payload: Event, { externalId, phone, fullName }: Client): Event {
  const isNamed = externalId !== null && isTestPhone(phone)
  return { ...payload, client: compact({ id: externalId ?? undefined, phone: isNamed ? undefined : phone, fullName }) }
}

async function keepReminder(needs: FiringNeeds, due: DueSchedule, event: Event): Promise<Kept> {
  const { source, keyId, teamOnly } = due
  const [kept] = await keepEvents(needs, [
    { source, keyId, test: false, teamOnly, event, warnings: [], receivedAt: new Date() },
  ])
  if (kept === undefined) throw new Error('a reminder was not kept')
  return kept
}
