import type { Event } from '../events/event.ts'
import { isFact, type KeptEvent } from '../events/kept.ts'
import type { EarlierFact } from '../events/store/read.ts'
import { compact } from '../lib/compact.ts'
import type { ClientId } from '../lib/ids.ts'
import { kopecksOf } from '../lib/money.ts'

/** Reminders that the service makes itself, from the instalment plan that events tell of. */

export const scheduleStates = ['planned', 'fired', 'cancelled'] as const
export type ScheduleState = (typeof scheduleStates)[number]

/**
 * Why a reminder is not made. `paid`: the payment came. `corrected`: the plan was told anew. `told_by_sender`: the sender
 * reminds himself. `too_late`: its moment had passed. `off`: the branch wants none. `erased`: the client is.
 */
export const cancelReasons = ['paid', 'corrected', 'told_by_sender', 'too_late', 'off', 'erased'] as const
export type CancelReason = (typeof cancelReasons)[number]

export type ScheduledFor = {
  nextDate: string
  stage: number | null
  /** When that happened which made it, where its sender said so. */
  madeAt: Date | null
}

const payments: readonly KeptEvent['type'][] = ['payout.paid', 'payout.partial']

/** Only these can change what is scheduled; an operation that is not named cannot be found again. */
export function mayTouchSchedules(event: KeptEvent): event is Event {
  if (!isFact(event)) return false
  if (event.operation?.id === undefined && event.operation?.number === undefined) return false
  return payments.includes(event.type) || event.type === 'installment.reminder' || nextDateIn(event) !== undefined
}

/** The day of the payment to come that an event tells of, when something is still owed. */
export function nextDateIn(event: Pick<KeptEvent, 'type' | 'payment'>): string | undefined {
  if (!event.type.startsWith('payout.') && event.type !== 'operation.accepted') return undefined
  const { remaining, nextDate } = event.payment ?? {}
  const isOwed = remaining === undefined ? event.type === 'payout.partial' : (kopecksOf(remaining) ?? 0n) > 0n
  return isOwed ? nextDate : undefined
}

/** What an event of the same operation, kept later, does to a planned reminder; null when it leaves it alone. */
export function endingBy(
  event: Pick<Event, 'type' | 'payment' | 'occurredAt'>,
  planned: ScheduledFor,
): CancelReason | null {
  const { stage, nextDate, dueDate } = event.payment ?? {}
  if (event.type === 'installment.reminder') {
    const day = nextDate ?? dueDate
    return day === undefined || day === planned.nextDate ? 'told_by_sender' : null
  }
  const occurredAt = event.occurredAt === undefined ? null : new Date(event.occurredAt)
  if (isEarlierPayment({ type: event.type, stage: stage ?? null, occurredAt }, planned)) return null
  if (!payments.includes(event.type)) return nextDateIn(event) === undefined ? null : 'corrected'
  // The same stage once more is the same payment, told anew.
  return stage !== undefined && stage === planned.stage ? 'corrected' : 'paid'
}

/** It came late: the plan was told after it. A final payment is the last word, whatever its clock says. */
export function isEarlierPayment(
  { type, stage, occurredAt }: Pick<EarlierFact, 'type' | 'stage' | 'occurredAt'>,
  planned: ScheduledFor,
): boolean {
  if (type !== 'payout.partial' || stage !== null) return isEarlierStage(stage, planned.stage)
  return occurredAt !== null && planned.madeAt !== null && occurredAt < planned.madeAt
}

/** A stage that 1C sends again, after a later one, tells nothing new of the plan. */
export function isEarlierStage(stage: number | null | undefined, than: number | null | undefined): boolean {
  return typeof stage === 'number' && typeof than === 'number' && stage < than
}

/** The plan in this event was overtaken before it came. */
export function isOvertaken(event: Event, earlier: readonly EarlierFact[]): boolean {
  return earlier.some((fact) => {
    if (!payments.includes(fact.type)) return false
    if (isEarlierStage(event.payment?.stage, fact.stage)) return true
    if (event.payment?.stage === undefined && happenedBefore(event, fact)) return true
    // The last stage is final too, and a part that does not say its stage cannot be told from one before it.
    const isAfterAll = fact.stage === null || (event.type === 'payout.partial' && event.payment?.stage === undefined)
    const isFinal = fact.type === 'payout.paid' && event.type !== 'payout.paid' && isAfterAll
    return isFinal && !happenedAfter(event, fact)
  })
}

function happenedBefore({ occurredAt }: Event, fact: EarlierFact): boolean {
  return occurredAt !== undefined && fact.occurredAt !== null && new Date(occurredAt) < fact.occurredAt
}

function happenedAfter({ occurredAt }: Event, fact: EarlierFact): boolean {
  return occurredAt !== undefined && fact.occurredAt !== null && new Date(occurredAt) > fact.occurredAt
}

/**
 * The reminder to be, without its client: that is whoever he is by then. Its id is that of the payment it reminds of, so
 * that whatever happens there is one.
 */
export function reminderOf(event: Event, nextDate: string, clientId: ClientId): Event {
  const { operation, payment, branch, infobase } = event
  const name = operation?.id ?? `${operation?.number}/${clientId}`
  return compact({
    id: `schedule/${name}/${nextDate}`,
    type: 'installment.reminder' as const,
    infobase,
    branch,
    client: {},
    operation: compact({ id: operation?.id, number: operation?.number, date: operation?.date }),
    payment: compact({
      currency: payment?.currency,
      stage: nextStage(event),
      stages: payment?.stages,
      remaining: payment?.remaining,
      nextDate,
    }),
  }) as Event
}

function nextStage({ type, payment }: Event): number | undefined {
  const { stage, stages } = payment ?? {}
  if (stage === undefined || !payments.includes(type)) return undefined
  return stages !== undefined && stage >= stages ? undefined : stage + 1
}

export function isOwnReminder(event: KeptEvent): boolean {
  return event.type === 'installment.reminder' && (event.id?.startsWith('schedule/') ?? false)
}
