import { formatMoney, formatNumber, isDecimal } from '../../lib/russian/numbers.ts'
import { plural } from '../../lib/russian/plural.ts'
import type { Facts } from '../facts.ts'
import type { Variable } from './variable.ts'

export const amountVariables: readonly Variable[] = [
  {
    names: ['сумма', 'amount'],
    description: 'Сумма выплаты; для приёма лома — сумма операции',
    example: '14 500 ₽',
    fields: ['payment.amount', 'operation.amount'],
    personal: true,
    read: (facts) => money(facts, amountOf(facts)),
  },
  {
    names: ['сумма_число', 'amount_number'],
    description: 'Та же сумма числом, для сравнений: {% if сумма_число > 10000 %}',
    example: '14500.00',
    fields: ['payment.amount', 'operation.amount'],
    personal: true,
    read: (facts) => amountOf(facts) ?? null,
  },
  {
    names: ['сумма_операции', 'operation_amount'],
    description: 'Сумма всего акта, если выплата — только часть',
    example: '14 500 ₽',
    fields: ['operation.amount'],
    personal: true,
    read: (facts) => money(facts, facts.event.operation?.amount),
  },
  {
    names: ['остаток', 'remaining'],
    description: 'Сколько осталось выплатить',
    example: '10 000 ₽',
    fields: ['payment.remaining'],
    personal: true,
    read: (facts) => money(facts, facts.event.payment?.remaining),
  },
  {
    names: ['остаток_число', 'remaining_number'],
    description: 'Остаток числом, для сравнений',
    example: '10000.00',
    fields: ['payment.remaining'],
    personal: true,
    read: ({ event }) => event.payment?.remaining ?? null,
  },
  {
    names: ['баллы', 'points'],
    description: 'Начисленные бонусы словами',
    example: '500 баллов',
    fields: ['bonus.points'],
    personal: true,
    read: ({ event }) => points(event.bonus?.points),
  },
  {
    names: ['баллы_число', 'points_number'],
    description: 'Начисленные бонусы числом, для сравнений и фильтра «множественное»',
    example: '500',
    fields: ['bonus.points'],
    personal: true,
    read: ({ event }) => event.bonus?.points ?? null,
  },
  {
    names: ['баланс', 'balance'],
    description: 'Бонусный баланс словами',
    example: '1 750 баллов',
    fields: ['bonus.balance'],
    personal: true,
    read: ({ event }) => points(event.bonus?.balance),
  },
  {
    names: ['баланс_число', 'balance_number'],
    description: 'Бонусный баланс числом',
    example: '1750',
    fields: ['bonus.balance'],
    personal: true,
    read: ({ event }) => event.bonus?.balance ?? null,
  },
]

/** The sum of the act is news only when the act is: a payout that names no sum may have been a part of it. */
function amountOf({ event }: Facts): string | undefined {
  if (event.type === 'operation.accepted') return event.operation?.amount ?? event.payment?.amount
  return event.payment?.amount
}

function money({ event }: Facts, decimal: string | undefined): string | null {
  return decimal === undefined ? null : formatMoney(decimal, event.payment?.currency)
}

function points(decimal: string | undefined): string | null {
  if (decimal === undefined || !isDecimal(decimal)) return null
  const word = plural(decimal, { one: 'балл', few: 'балла', many: 'баллов' })
  return `${formatNumber(decimal)}\u00a0${word}`
}
