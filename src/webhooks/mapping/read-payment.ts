import type { Event, EventType } from '../../events/event.ts'
import { decimalOf } from '../../lib/money.ts'
import { compact, compactOrNothing } from './compact.ts'
import { stagesOf } from './decide-type.ts'
import { wordOf } from './names.ts'
import { nameFirst, titleFirst } from './raw.ts'
import type { Moments } from './read-moments.ts'
import { readMoney } from './read-money.ts'
import { findText } from './read-text.ts'
import { leavesOf, note, type Session, shownValue, warn } from './session.ts'

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

/** Zero stages mean «no installments»; a remainder of zero is news only within installments. */
function readStages(session: Session): Stages {
  const [stage, stages] = stagesOf(session).map((count) => (count !== undefined && count <= 1000 ? count : undefined))
  const remaining = readMoney(session, 'payment.remaining')
  const [stageLeaf, stagesLeaf, remainingLeaf] = [
    leavesOf(session, 'payment.stage')[0],
    leavesOf(session, 'payment.stages')[0],
    leavesOf(session, 'payment.remaining')[0],
  ]
  if (stage !== undefined && stageLeaf !== undefined) note(session, stageLeaf, 'payment.stage', String(stage))
  if (stages !== undefined && stagesLeaf !== undefined) note(session, stagesLeaf, 'payment.stages', String(stages))
  const isInstallment = stage !== undefined || stages !== undefined
  const left =
    remaining?.kopecks ?? (isInstallment && remainingLeaf !== undefined && isZero(remainingLeaf.value) ? 0n : undefined)
  const isLeftKnown = left !== undefined && left >= 0n
  if (isLeftKnown && remainingLeaf !== undefined)
    note(session, remaining?.leaf ?? remainingLeaf, 'payment.remaining', decimalOf(left))
  return compact({ stage, stages, remaining: isLeftKnown ? decimalOf(left) : undefined })
}

function isZero(value: unknown): boolean {
  return /^[0\s.,]*0[0\s.,]*$/.test(String(value ?? '').slice(0, 30))
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
  const text = found.text.slice(0, 100)
  const last4 = /^\d{1,4}$/.test(text)
    ? text.padStart(4, '0')
    : /^(?=[\s\S]*[*xх•·.#])[\s\S]*?(\d{4})\D*$/i.exec(text)?.[1]
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
