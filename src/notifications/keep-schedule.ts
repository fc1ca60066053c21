import type { Client } from '../clients/client.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import type { Reminders } from '../events/branch-rules.ts'
import type { Event } from '../events/event.ts'
import { isSuperseded } from '../events/order.ts'
import type { EarlierFact, StoredEvent } from '../events/store/read.ts'
import type { ScheduleId } from '../lib/ids.ts'
import { dayOf } from '../lib/moment.ts'
import { branchOf, zoneOf } from './decide.ts'
import { defaultReminders, dueMoment } from './due.ts'
import { overtakenBy } from './overtaken.ts'
import type { Policy } from './policy.ts'
import {
  type CancelReason,
  endingBy,
  isOvertaken,
  isOwnReminder,
  mayTouchSchedules,
  nextDateIn,
  reminderOf,
  type ScheduleState,
} from './schedule.ts'
import {
  endSchedule,
  endUntold,
  insertSchedule,
  type OperationRef,
  openSchedules,
  waitingReminders,
  wasRemindedOf,
} from './store/schedules.ts'

/** The one line of what became of a reminder. Nothing personal in it. */
export type ScheduleLine = { schedule: ScheduleId; source: string; state: ScheduleState; reason: CancelReason | null }

export type Scheduling = {
  stored: StoredEvent
  event: Event
  client: Client
  earlier: readonly EarlierFact[]
  /** The branch's own; null where it has none. */
  reminders: Reminders | null
}

/**
 * Whether this event makes or changes reminders. A test makes none: nothing may leave in its name later. `hasOpen`: its
 * operation has one planned, or made and not told yet.
 */
export function isScheduling({ test }: StoredEvent, event: Event, hasOpen: boolean): boolean {
  if (test || !mayTouchSchedules(event) || isOwnReminder(event)) return false
  return hasOpen || nextDateIn(event) !== undefined
}

/** Cancels the reminders that an event makes needless, and plans the next. Must run in the transaction that plans the event. */
export async function keepSchedule(
  needs: { db: Queryable; vault: Vault; policy: Policy },
  scheduling: Scheduling,
  now: Date,
): Promise<ScheduleLine[]> {
  const { stored, event, earlier } = scheduling
  const operation = operationOf(stored, event)
  if (isSuperseded(event, earlier)) return []
  const lines: ScheduleLine[] = []
  for (const open of await openSchedules(needs.db, operation, stored.seq)) {
    const reason = endingBy(event, open)
    if (reason === null) continue
    await endSchedule(needs.db, open.id, { state: 'cancelled', reason, by: stored.id })
    lines.push({ schedule: open.id, source: stored.source, state: 'cancelled', reason })
  }
  const nextDate = nextDateIn(event)
  if (nextDate === undefined || scheduling.reminders === 'off' || isOvertaken(event, earlier)) return lines
  const made = await planReminder(needs, scheduling, { operation, nextDate }, now)
  return made === undefined ? lines : [...lines, made]
}

/**
 * A reminder of ours that has not left yet when its payment is told says something false. Answers whether one was ended.
 * Must run in that same transaction.
 */
export async function endWaiting(
  db: Queryable,
  { stored, event, earlier }: Pick<Scheduling, 'stored' | 'event' | 'earlier'>,
): Promise<boolean> {
  if (event.type === 'installment.reminder' || isSuperseded(event, earlier)) return false
  let hasEnded = false
  for (const waiting of await waitingReminders(db, operationOf(stored, event), stored.seq)) {
    const reason = endingBy(event, waiting)
    // None is planned anew for a day of which one was made.
    const isStillTrue = reason === 'corrected' && nextDateIn(event) === waiting.nextDate
    if (reason === null || isStillTrue) continue
    if (await endUntold(db, waiting.event)) hasEnded = true
  }
  return hasEnded
}

async function planReminder(
  needs: { db: Queryable; vault: Vault; policy: Policy },
  { stored, event, client, reminders }: Scheduling,
  { operation, nextDate }: { operation: OperationRef; nextDate: string },
  now: Date,
): Promise<ScheduleLine | undefined> {
  const zone = zoneOf(event, needs.policy)
  if (client.dataKey === null || nextDate < dayOf(now.getTime(), zone)) return undefined
  const stage = event.payment?.stage ?? null
  const madeAt = event.occurredAt === undefined ? null : new Date(event.occurredAt)
  const planned = { nextDate, stage, madeAt, madeBySeq: stored.seq }
  if (await wasRemindedOf(needs.db, operation, nextDate)) return undefined
  if (await overtakenBy(needs, operation, planned)) return undefined
  const time = reminders === null || reminders === 'off' ? defaultReminders : reminders
  const dueAt = dueMoment(nextDate, zone, time, now) ?? null
  const id = await insertSchedule(needs.db, needs.vault, {
    ...operation,
    client,
    keyId: stored.keyId,
    teamOnly: stored.teamOnly,
    branchCode: branchOf(event),
    stage,
    nextDate,
    dueAt,
    payload: reminderOf(event, nextDate, stored.clientId),
    madeBy: stored.id,
    madeBySeq: stored.seq,
  })
  return dueAt === null
    ? { schedule: id, source: stored.source, state: 'cancelled', reason: 'too_late' }
    : { schedule: id, source: stored.source, state: 'planned', reason: null }
}

export function operationOf(stored: Pick<StoredEvent, 'source' | 'clientId'>, event: Event): OperationRef {
  return {
    source: stored.source,
    clientId: stored.clientId,
    operationId: event.operation?.id ?? null,
    number: event.operation?.number ?? null,
  }
}
