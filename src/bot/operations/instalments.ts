import { formatMoney } from '../../lib/russian/numbers.ts'
import { type Operation, paymentsOf } from './operation.ts'
import { dayAt, dayIn, expectedDay, type Tone, titleOf } from './words.ts'

/** Is it paid by instalments, as far as anybody told us? */
export function isByInstalments({ events }: Operation): boolean {
  return events.some(({ event }) => event.type === 'payout.partial' || event.type === 'installment.reminder')
}

/** The last parts are enough to see how it goes. */
const mostRows = 12

/** What was paid of a plan, what is left, and when the next part comes. */
export function planText(operation: Operation, tone: Tone): string {
  const paid = paymentsOf(operation)
  const last = operation.events.findLast(
    ({ event }) =>
      event.type === 'payout.partial' || event.type === 'installment.reminder' || event.type === 'payout.paid',
  )
  const event = (last ?? operation.state).event
  const { currency, stages } = event.payment ?? {}
  const stagesTold = stages ?? paid.map((each) => each.event.payment?.stages).findLast((each) => each !== undefined)
  const rows = paid.slice(-mostRows).map((each) => {
    const { payment } = each.event
    const stage = payment?.stage === undefined ? 'Выплата' : `Этап ${payment.stage}`
    const sum = tone.isPrivate ? '' : ` ${formatMoney(payment?.amount ?? '', currency)}`
    return `${stage}:${sum} ${dayAt(each.at, each.event, tone)}`
  })
  return [
    titleOf(operation, tone),
    stagesTold === undefined ? `Выплачено частей: ${paid.length}` : `Выплачено частей: ${paid.length} из ${stagesTold}`,
    ...rows,
    ...restLines(operation, tone),
  ].join('\n')
}

function restLines({ events, state }: Operation, tone: Tone): string[] {
  if (state.event.type === 'payout.paid' && state.event.payment?.remaining === undefined)
    return ['Выплачено полностью.']
  const remaining = events.map(({ event }) => event.payment?.remaining).findLast((each) => each !== undefined)
  if (remaining !== undefined && /^0+(?:\.0+)?$/.test(remaining)) return ['Остатка нет: выплачено полностью.']
  const day = events.map(({ event }) => expectedDay(event)).findLast((each) => each !== undefined)
  const left =
    remaining === undefined
      ? 'Сколько осталось, площадка нам не передала.'
      : `Осталось: ${formatMoney(remaining, state.event.payment?.currency)}`
  return [
    ...(tone.isPrivate ? [] : [left]),
    day === undefined
      ? 'Дату следующей выплаты площадка не назвала.'
      : `Следующая выплата: ${dayIn(day, state.event, tone)}`,
  ]
}
