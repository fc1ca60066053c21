import { isSame, minus } from '../../lib/decimal.ts'
import { formatMoney, sumOfDecimals } from '../../lib/russian/numbers.ts'
import { oneLine, withFullStop } from '../../lib/russian/text.ts'
import { acceptedAmount, type Operation, paymentsOf } from './operation.ts'

/** What was accepted against what was paid. `unknown`: one of the two was never told. Pure. */
export type Difference =
  | { kind: 'unknown'; accepted: string | undefined; paid: string | undefined }
  | { kind: 'same'; amount: string }
  /** Not all is paid yet: the rest is owed, no difference. */
  | { kind: 'parts'; accepted: string; paid: string; remaining: string | undefined }
  | { kind: 'differs'; accepted: string; paid: string }

export function differenceOf(operation: Operation): Difference {
  const accepted = acceptedAmount(operation)
  const payments = paymentsOf(operation)
  const paid = payments.length === 0 ? undefined : sumOfDecimals(payments.map(({ event }) => event.payment?.amount))
  if (accepted === undefined || paid === undefined) return { kind: 'unknown', accepted, paid }
  if (isSame(accepted, paid, 2)) return { kind: 'same', amount: accepted }
  const last = payments.at(-1)?.event
  const isLess = !(minus(accepted, paid) ?? '-').startsWith('-')
  if (last?.type === 'payout.partial' && isLess && last.payment?.remaining !== '0.00')
    return { kind: 'parts', accepted, paid, remaining: last.payment?.remaining }
  return { kind: 'differs', accepted, paid }
}

/** In words. The reason is the one that was given, or it is said that there is none. */
export function differenceText(operation: Operation): string {
  const difference = differenceOf(operation)
  const currency = operation.state.event.payment?.currency
  const sum = (amount: string) => formatMoney(amount, currency)
  switch (difference.kind) {
    case 'unknown':
      if (difference.paid === undefined)
        return difference.accepted === undefined
          ? 'Ни суммы акта, ни суммы выплаты площадка нам пока не передала, сравнить нечего.'
          : `Лом принят на ${sum(difference.accepted)}. Выплаты ещё не было, сравнивать не с чем.`
      return `Выплачено ${sum(difference.paid)}. Сумму акта площадка нам не передала, сравнить не с чем.`
    case 'same':
      return `Суммы совпадают: принято и выплачено ${sum(difference.amount)}.`
    case 'parts': {
      const rest = difference.remaining === undefined ? '' : `, осталось ${sum(difference.remaining)}`
      return `Это выплата частями: принято на ${sum(difference.accepted)}, выплачено ${sum(difference.paid)}${rest}.`
    }
    case 'differs': {
      const gap = minus(difference.accepted, difference.paid) ?? '0'
      const isMore = gap.startsWith('-')
      const size = sum(isMore ? gap.slice(1) : gap)
      return [
        `Принято на ${sum(difference.accepted)}, выплачено ${sum(difference.paid)}: на ${size} ${isMore ? 'больше' : 'меньше'}.`,
        reasonText(operation),
      ].join('\n')
    }
  }
}

function reasonText({ events }: Operation): string {
  const reason = events.map(({ event }) => event.reason).findLast((each) => each !== undefined && oneLine(each) !== '')
  if (reason === undefined)
    return 'Причину площадка нам не передала. Спросите её: нажмите «Задать вопрос», ответ придёт сюда.'
  return `Площадка указала причину: ${withFullStop(oneLine(reason))}`
}
