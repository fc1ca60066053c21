import type { KeptEvent } from '../events/kept.ts'
import { decimalOf } from '../lib/money.ts'
import { formatMoney } from '../lib/russian/numbers.ts'

/**
 * Said before the message in its usual words, so that nobody believes in a second payout.
 * @param was kopecks the client was told before
 */
export function correctionLead(event: KeptEvent, was: bigint): string {
  const sum = (amount: string) => formatMoney(amount, event.payment?.currency)
  const now = event.payment?.amount ?? event.operation?.amount
  const change = now === undefined ? sum(decimalOf(was)) : `${sum(now)} вместо ${sum(decimalOf(was))}`
  const number = event.operation?.number
  return `Сумма изменена: ${change}${number === undefined ? '' : `, документ ${number}`}. Верное сообщение:`
}
