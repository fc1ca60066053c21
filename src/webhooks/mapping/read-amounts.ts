import type { EventType } from '../../events/event.ts'
import { decimalOf } from '../../lib/money.ts'
import type { FieldKey } from './profile.ts'
import type { ItemsRead } from './read-items.ts'
import { type Money, peekMoney, readMoney, refuseNegative } from './read-money.ts'
import { note, type Session, shownValue } from './session.ts'

export type Amounts = { payment?: bigint | undefined; operation?: bigint | undefined; points?: bigint | undefined }

/** Which of the sender's sums is the news: the payment's own, else the one just called «Сумма», else the document's. */
export function readAmounts(session: Session, type: EventType, items: ItemsRead): Amounts {
  switch (type) {
    case 'bonus.granted': {
      const points = taken(session, 'bonus.points', readMoney(session, 'bonus.points') ?? readMoney(session, 'amount'))
      return { points }
    }
    case 'greeting':
      return {}
    case 'operation.accepted': {
      const own = readMoney(session, 'operation.amount') ?? readMoney(session, 'amount')
      const operation =
        taken(session, 'operation.amount', own ?? readMoney(session, 'payment.amount')) ?? items.totalKopecks
      return { operation }
    }
    case 'payout.partial':
    case 'installment.reminder':
      return ofPayment(session, items, { mayBeWhole: false })
    case 'payout.sent':
    case 'payout.paid':
    case 'payout.delayed':
    case 'payout.failed':
      return ofPayment(session, items, { mayBeWhole: true })
  }
}

/** A payout without a sum of its own is of the whole document; a stage never is. */
function ofPayment(session: Session, items: ItemsRead, { mayBeWhole }: { mayBeWhole: boolean }): Amounts {
  const own = readMoney(session, 'payment.amount')
  const general = readMoney(session, 'amount')
  const document = readMoney(session, 'operation.amount')
  const payment = taken(session, 'payment.amount', own ?? general ?? (mayBeWhole ? document : undefined))
  const operation = taken(session, 'operation.amount', document ?? (own === undefined ? undefined : general))
  return {
    payment: payment ?? (mayBeWhole ? items.totalKopecks : undefined),
    operation: operation ?? items.totalKopecks,
  }
}

function taken(session: Session, to: string, money: Money | undefined): bigint | undefined {
  if (money === undefined) return undefined
  note(session, money.leaf, to, decimalOf(money.kopecks))
  if (money.kopecks > 0n) return money.kopecks
  refuseNegative(session, money, shownValue(money.leaf))
  return undefined
}

/** The sum as the sender meant it, for the answer about an event that is refused. */
export function shownAmount(session: Session): string | undefined {
  const fields: FieldKey[] = ['payment.amount', 'amount', 'operation.amount', 'bonus.points']
  for (const field of fields) {
    const kopecks = peekMoney(session, field)
    if (kopecks !== undefined) return decimalOf(kopecks)
  }
  return undefined
}
