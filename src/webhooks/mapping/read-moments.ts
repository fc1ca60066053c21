import type { EventType } from '../../events/event.ts'
import type { FieldKey } from './profile.ts'
import { asDay, asMoment, emptyDateLeaf, type FoundDate, readDate } from './read-date.ts'
import { refuse, type Session, shownValue, warn } from './session.ts'

export type Moments = {
  occurredAt?: string | undefined
  operationDate?: string | undefined
  nextDate?: string | undefined
  dueDate?: string | undefined
  expiresAt?: string | undefined
}

/** Which of the sender's dates is the moment of the fact depends on the fact. */
export function readMoments(session: Session, type: EventType): Moments {
  const dates: Dates = {
    occurred: readDate(session, 'occurredAt'),
    general: readDate(session, 'date'),
    payment: readDate(session, 'payment.date'),
    operation: readDate(session, 'operation.date'),
    document: readDate(session, 'documentDate'),
  }
  const fact = factDate(type, dates)
  const operation =
    dates.operation ??
    dates.document ??
    (type === 'operation.accepted' || dates.general !== fact ? dates.general : undefined)
  if (hasMoved(type) && fact === undefined && operation === undefined)
    checkEmpty(session, ['payment.date', 'occurredAt', 'date'])
  if (fact !== undefined && fact === dates.document && hasMoved(type)) warnDocumentDate(session, fact)

  const expires = type === 'bonus.granted' ? readDate(session, 'bonus.expiresAt') : undefined
  return {
    occurredAt: fact && asMoment(session, fact, 'occurredAt'),
    operationDate: operation && asMoment(session, operation, 'operation.date'),
    ...plannedDays(session, type, dates.payment),
    expiresAt: expires && asDay(session, expires, 'bonus.expiresAt'),
  }
}

type Dates = Record<'occurred' | 'general' | 'payment' | 'operation' | 'document', FoundDate | undefined>

/** «ДатаПлатежа» of a delay or a reminder is the day the money is to come. */
function plannedDays(
  session: Session,
  type: EventType,
  payment: FoundDate | undefined,
): Pick<Moments, 'nextDate' | 'dueDate'> {
  const next = readDate(session, 'payment.nextDate')
  const own = readDate(session, 'payment.dueDate')
  const isPlan = type === 'payout.delayed' || (type === 'installment.reminder' && next === undefined)
  const due = own ?? (isPlan ? payment : undefined)
  if (type === 'installment.reminder' && next === undefined && due === undefined) {
    checkEmpty(session, ['payment.dueDate', 'payment.nextDate', 'payment.date'])
  }
  return {
    nextDate: next && asDay(session, next, 'payment.nextDate'),
    dueDate: due && asDay(session, due, 'payment.dueDate'),
  }
}

function factDate(type: EventType, { occurred, general, payment, operation, document }: Dates): FoundDate | undefined {
  switch (type) {
    case 'payout.paid':
    case 'payout.sent':
    case 'payout.partial':
      return (
        timed(payment, occurred) ?? payment ?? occurred ?? general ?? (operation === undefined ? document : undefined)
      )
    case 'payout.failed':
      return occurred ?? general ?? payment
    case 'operation.accepted':
      return occurred ?? operation ?? document ?? general
    case 'payout.delayed':
    case 'installment.reminder':
    case 'bonus.granted':
    case 'greeting':
      return occurred ?? general
  }
}

/** A payment date without its time yields to the moment of the event on the same day. */
function timed(payment: FoundDate | undefined, occurred: FoundDate | undefined): FoundDate | undefined {
  if (payment === undefined || occurred === undefined) return undefined
  const { year, month, day, hour, minute, second } = payment.civil
  const isSameDay = occurred.civil.year === year && occurred.civil.month === month && occurred.civil.day === day
  return isSameDay && hour + minute + second === 0 ? occurred : undefined
}

function hasMoved(type: EventType): boolean {
  return type === 'payout.paid' || type === 'payout.sent' || type === 'payout.partial'
}

/** The fact is about a date, and the only one for it is 1C's empty date: somebody set the status by hand. */
function checkEmpty(session: Session, fields: readonly FieldKey[]): void {
  const empty = emptyDateLeaf(session, fields)
  if (empty === undefined || session.errors.some(({ code }) => code === 'date_invalid')) return
  refuse(
    session,
    empty,
    'date_empty',
    `Поле «${empty.name}» = ${shownValue(empty)} — дата пустая, а событие без неё не сообщить; заполните дату или не передавайте поле.`,
  )
}

function warnDocumentDate(session: Session, { leaf }: FoundDate): void {
  warn(session, leaf, 'date_of_document', `Дата выплаты не передана — взята «${leaf.name}»; передавайте «ДатаОплаты».`)
}
