import { privateCorrection } from '../deliveries/message.ts'
import type { KeptEvent } from '../events/kept.ts'
import { decimalOf } from '../lib/money.ts'
import { formatMoney } from '../lib/russian/numbers.ts'

/** What is said of a correction: before the text, and, where only an approved template may be sent, in its variable. */
export type Correction = { lead: string; variable: string; value: string }

/**
 * Said before the message in its usual words, so that nobody believes in a second payout.
 * @param was kopecks the client was told before
 * @param isPrivate the message names no sum
 */
export function correctionOf(event: KeptEvent, was: bigint, isPrivate: boolean): Correction {
  if (isPrivate) return privateCorrection
  const sum = (amount: string) => formatMoney(amount, event.payment?.currency)
  const now = event.payment?.amount ?? event.operation?.amount
  const change = now === undefined ? sum(decimalOf(was)) : `${sum(now)} вместо ${sum(decimalOf(was))}`
  const number = event.operation?.number
  return {
    lead: `Сумма изменена: ${change}${number === undefined ? '' : `, документ ${number}`}. Верное сообщение:`,
    variable: 'сумма',
    value: now === undefined ? sum(decimalOf(was)) : `${sum(now)} (сумма изменена, вместо ${sum(decimalOf(was))})`,
  }
}
