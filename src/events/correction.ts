import { kopecksOf } from '../lib/money.ts'
import type { KeptEvent } from './kept.ts'
import type { EarlierFact } from './store/read.ts'

/** A document says these once: the same again with another sum is the same fact, corrected. */
const saidOnce: readonly KeptEvent['type'][] = ['operation.accepted', 'payout.sent', 'payout.paid']

/** For the others nobody need ask what was before. */
export function canBeCorrection(event: KeptEvent): boolean {
  if (event.operation?.id === undefined && event.operation?.number === undefined) return false
  // A stage with a number is said once; partial payouts without one are many.
  return saidOnce.includes(event.type) || (event.type === 'payout.partial' && event.payment?.stage !== undefined)
}

/**
 * The sum in kopecks that the client was told before of this very fact, when it is another one now; undefined when this
 * is news of its own. Payouts that together stay within the sum of their operation are parts of it, not corrections.
 */
export function correctedSum(event: KeptEvent, earlier: readonly EarlierFact[]): bigint | undefined {
  if (!canBeCorrection(event)) return undefined
  const sum = kopecksIn(event.payment?.amount ?? event.operation?.amount)
  if (sum === undefined) return undefined
  const told = earlier.filter(
    (fact) => fact.type === event.type && fact.stage === (event.payment?.stage ?? null) && !fact.isSilent,
  )
  const last = told.at(-1)?.amount ?? undefined
  if (last === undefined || last === sum || arePartsOf(event, [...told.map((fact) => fact.amount), sum]))
    return undefined
  return last
}

function arePartsOf(event: KeptEvent, sums: readonly (bigint | null)[]): boolean {
  const whole = kopecksIn(event.operation?.amount)
  if (event.type === 'operation.accepted' || whole === undefined) return false
  return sums.reduce<bigint>((total, each) => total + (each ?? 0n), 0n) <= whole
}

function kopecksIn(amount: string | undefined): bigint | undefined {
  return amount === undefined ? undefined : kopecksOf(amount)
}
