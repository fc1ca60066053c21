import { kopecksOf } from '../lib/money.ts'
import type { EventType } from './event.ts'
import type { KeptEvent, KeptType } from './kept.ts'
import type { EarlierFact } from './store/read.ts'

/**
 * A late fact is no news (promise 3): what a client was told later about the same operation makes it stale.
 *
 * `operation.accepted` is late after any payout of its operation. A payment still under way (`payout.sent`,
 * `payout.delayed`) is late only after the same payment went through: same stage, same sum, and not begun afterwards.
 */
export function isSuperseded(event: KeptEvent, earlier: readonly EarlierFact[]): boolean {
  return earlier.some((fact) => supersedes(fact, event))
}

/** Only these can come too late: for the others nobody need ask what was before. */
export function canBeSuperseded(type: KeptType): boolean {
  return type === 'operation.accepted' || type === 'payout.sent' || type === 'payout.delayed'
}

const settled: readonly EventType[] = ['payout.paid', 'payout.partial']

function supersedes(fact: EarlierFact, event: KeptEvent): boolean {
  if (event.type === 'operation.accepted') return fact.type.startsWith('payout.')
  if (event.type !== 'payout.sent' && event.type !== 'payout.delayed') return false
  if (!settled.includes(fact.type)) return false
  return isSamePayment(fact, event) && !happenedAfter(event, fact)
}

function isSamePayment(fact: EarlierFact, event: KeptEvent): boolean {
  const amount = event.payment?.amount ?? event.operation?.amount
  const kopecks = amount === undefined ? null : (kopecksOf(amount) ?? null)
  return (
    fact.stage === (event.payment?.stage ?? null) &&
    (kopecks === null || fact.amount === null || fact.amount === kopecks)
  )
}

function happenedAfter(event: KeptEvent, fact: EarlierFact): boolean {
  return event.occurredAt !== undefined && fact.occurredAt !== null && new Date(event.occurredAt) > fact.occurredAt
}
