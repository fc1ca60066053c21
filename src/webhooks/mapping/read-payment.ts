import type { Event, EventType } from '../../events/event.ts'
import { decimalOf } from '../../lib/money.ts'
import { compact, compactOrNothing } from './compact.ts'
import { wordOf } from './names.ts'
import { nameFirst, scalarOf, titleFirst } from './raw.ts'
import type { Moments } from './read-moments.ts'
import { readMoney } from './read-money.ts'
import { findText } from './read-text.ts'
import { leavesOf, note, type Session, shownValue, warn } from './session.ts'
import { stagesOf } from './stages.ts'
import type { Leaf } from './understand.ts'

type Payment = NonNullable<Event['payment']>
type Stages = Pick<Payment, 'stage' | 'stages' | 'remaining'>

export function readPayment(
  session: Session,
  type: EventType,
  kopecks: bigint | undefined,
  moments: Moments,
): Payment | undefined {
  const stages = type.startsWith('payout.') || type === 'installment.reminder' ? readStages(session) : {}
  const last4 = readLast4(session)
  return compactOrNothing<Payment>({
    amount: kopecks === undefined ? undefined : decimalOf(kopecks),
    currency: readCurrency(session),
    method: readMethod(session) ?? (last4 === undefined ? undefined : 'card'),
    last4,
    ...stages,
    nextDate: moments.nextDate,
    dueDate: moments.dueDate,
  })
}

function readStages(session: Session): Stages {
  const [stage, stages] = stagesOf(session)
  noteCount(session, 'payment.stage', stage)
  noteCount(session, 'payment.stages', stages)
  const isInstallment = stage !== undefined || stages !== undefined
  return compact({ stage, stages, remaining: readRemaining(session, isInstallment) })
}

function noteCount(session: Session, field: 'payment.stage' | 'payment.stages', count: number | undefined): void {
  const leaf = leavesOf(session, field)[0]
  if (leaf !== undefined && count !== undefined) note(session, leaf, field, String(count))
}

/** Zero is 1C's «none»: it says that nothing is left only within installments. */
function readRemaining(session: Session, isInstallment: boolean): string | undefined {
  const remaining = readMoney(session, 'payment.remaining')
  const leaf = remaining?.leaf ?? (isInstallment ? leavesOf(session, 'payment.remaining').find(isZero) : undefined)
  if (leaf === undefined) return undefined
  const kopecks = remaining?.kopecks ?? 0n
  if (kopecks < 0n) {
    warn(session, leaf, 'field_ignored', `Поле «${leaf.name}» меньше нуля — оно не учтено.`)
    return undefined
  }
  note(session, leaf, 'payment.remaining', decimalOf(kopecks))
  return decimalOf(kopecks)
}

function isZero(leaf: Leaf): boolean {
  return /^[0\s.,]*0[0\s.,]*$/.test(scalarOf(leaf.value)?.text.slice(0, 30) ?? '')
}

function readMethod(session: Session): Payment['method'] {
  const found = findText(leavesOf(session, 'payment.method'), nameFirst)
  if (found === undefined) return undefined
  const method = session.compiled.methods.get(wordOf(found.text)) ?? 'other'
  note(session, found.leaf, 'payment.method', method)
  return method
}

/** «2200 70** **** 1234», «*1234», «1234», 1234. A number that lost its leading zeros gets them back. */
function readLast4(session: Session): string | undefined {
  const found = findText(leavesOf(session, 'payment.last4'), titleFirst)
  if (found === undefined) return undefined
  const { leaf } = found
  const last4 = last4In(found.text.slice(0, 100))
  if (last4 === undefined) {
    warn(
      session,
      leaf,
      'field_ignored',
      `Поле «${leaf.name}»: последние 4 цифры карты не найдены — передавайте «•••• 1234» или «1234».`,
    )
    return undefined
  }
  note(session, leaf, 'payment.last4', last4)
  return last4
}

function last4In(text: string): string | undefined {
  if (/^\d{1,4}$/.test(text)) return text.padStart(4, '0')
  const isMasked = /[*xх•·.#]/i.test(text) || /^\D*\d{4}\D*$/.test(text)
  return isMasked ? /(\d{4})\D*$/.exec(text)?.[1] : undefined
}

function readCurrency(session: Session): string | undefined {
  const found = findText(leavesOf(session, 'payment.currency'), ['код', 'code', ...titleFirst])
  if (found === undefined) return undefined
  const written = found.text.trim().toUpperCase()
  const currency = /^(?:РУБ.*|Р\.?|₽|RUR|643|810|РОССИЙСКИЙ РУБЛЬ)$/.test(written) ? 'RUB' : written
  if (!/^[A-Z]{3}$/.test(currency)) {
    warn(
      session,
      found.leaf,
      'field_ignored',
      `Поле «${found.leaf.name}» = ${shownValue(found.leaf)} — валюта не опознана; ожидается RUB.`,
    )
    return undefined
  }
  note(session, found.leaf, 'payment.currency', currency)
  return currency
}
