import type { EventType } from '../../events/event.ts'
import { keyOf } from './names.ts'
import type { EventMeaning, StatusMeaning } from './profile.ts'
import { dateIn } from './read-date.ts'
import { peekMoney } from './read-money.ts'
import { leavesOf, note, refuse, type Session, shownValue, warn } from './session.ts'
import { stagesOf } from './stages.ts'
import type { Leaf } from './understand.ts'
import { eventMeaningOf, isBankCode, isKnown, statusMeaningOf, statusWord, type Word, wordsOf } from './words.ts'

export type Decision = { type: EventType | undefined; status: string | undefined }

/** What happened: the event's word, and where it only says «payout» or «changed», the status. */
export function decideType(session: Session): Decision {
  const status = statusWord(session)
  const word = eventWord(session, status)
  const shownStatus = status === undefined ? undefined : keyOf(status.text).slice(0, 100) || undefined
  const type = word === undefined ? undefined : typeFrom(session, word, status)
  if (type !== undefined && word !== undefined) note(session, word.leaf, 'type', type)
  if (status !== undefined && shownStatus !== undefined) note(session, status.leaf, 'status', shownStatus)
  return { type, status: shownStatus }
}

function eventWord(session: Session, status: Word<StatusMeaning> | undefined): Word<EventMeaning> | undefined {
  const words = wordsOf(session, leavesOf(session, 'type'), eventMeaningOf)
  const hints = wordsOf(session, leavesOf(session, 'typeHint'), eventMeaningOf)
  const known = words.find(isKnown) ?? (words.length === 0 ? hints.find(isKnown) : undefined)
  if (known !== undefined) return known

  const asStatus = wordsOf(session, leavesOf(session, 'type'), statusMeaningOf).find(isKnown)
  const carrier = words.length === 0 ? (status ?? asStatus) : asStatus
  if (carrier !== undefined) return { leaf: carrier.leaf, text: carrier.text, meaning: 'change' }
  refuseEvent(session, words[0] ?? hints[0])
  return undefined
}

function typeFrom(
  session: Session,
  word: Word<EventMeaning>,
  status: Word<StatusMeaning> | undefined,
): EventType | undefined {
  if (word.meaning === 'payout' || word.meaning === 'change') {
    return typeByStatus(session, word, word.meaning, status ?? statusInEvent(session, word))
  }
  if (word.meaning === undefined) return undefined
  return session.isCanonical ? word.meaning : checkedByStatus(session, word.meaning, status)
}

/** The event's own word may be a status: «Событие»: «Оплачено». */
function statusInEvent(session: Session, word: Word<EventMeaning>): Word<StatusMeaning> | undefined {
  const meaning = statusMeaningOf(session, word.text)
  return meaning === undefined ? undefined : { leaf: word.leaf, text: word.text, meaning }
}

function typeByStatus(
  session: Session,
  word: Word<EventMeaning>,
  kind: 'payout' | 'change',
  status: Word<StatusMeaning> | undefined,
): EventType | undefined {
  if (status === undefined)
    return kind === 'payout' ? payoutWithoutStatus(session, word) : refuseNoStatus(session, word)
  const meaning =
    status.meaning === 'accepted' && kind === 'change' && !isBankCode(status.text)
      ? 'operation.accepted'
      : status.meaning
  if (meaning === undefined) return refuseStatus(session, status, 'не сопоставлен ни с одним событием')
  if (meaning === 'pending') return refuseStatus(session, status, notYet)
  if (meaning === 'silent' || meaning === 'accepted' || (kind === 'payout' && meaning === 'operation.accepted')) {
    return refuseStatus(session, status, 'не сопоставлен ни с одним событием: клиенту о нём не сообщают')
  }
  return stagedPaid(session, meaning)
}

/**
 * A payment date says that the payout has come to its end; without one, no more is said than that the money is on its way.
 * A status field with nothing in it is 1C's empty enum value: nothing has happened yet.
 */
function payoutWithoutStatus(session: Session, word: Word<EventMeaning>): EventType | undefined {
  const empty = [...leavesOf(session, 'status'), ...leavesOf(session, 'statusCode')][0]
  if (empty !== undefined) return refuseNoStatus(session, { leaf: empty })
  const isDated = leavesOf(session, 'payment.date').some((leaf) => dateIn(leaf).kind === 'date')
  const taken = isDated ? 'оплачено' : 'отправлено'
  const event = shownValue(word.leaf)
  warn(
    session,
    word.leaf,
    'status_missing',
    `Событие «${event}» без статуса — принято как «${taken}»; передавайте статус.`,
  )
  return isDated ? stagedPaid(session, 'payout.paid') : 'payout.sent'
}

function refuseNoStatus(session: Session, { leaf }: { leaf: Leaf }): undefined {
  refuse(
    session,
    leaf,
    'status_unknown',
    `Поле «${leaf.name}» не говорит, что с выплатой, — передайте поле «Статус»; ${knownStatuses}.`,
  )
  return undefined
}

/** A paid stage that is not the last one is a partial payout. */
function stagedPaid(session: Session, type: EventType): EventType {
  if (type !== 'payout.paid') return type
  const [stage, stages] = stagesOf(session)
  return stage !== undefined && stages !== undefined && stage < stages ? 'payout.partial' : type
}

/** Good news is not told against a status that says otherwise; the last stage that the status calls paid is the whole. */
function checkedByStatus(
  session: Session,
  type: EventType,
  status: Word<StatusMeaning> | undefined,
): EventType | undefined {
  const meaning = status?.meaning
  if (status === undefined || meaning === undefined) return type
  if (goodNews.has(type) && meaning === 'pending') return refuseStatus(session, status, notYet)
  if (goodNews.has(type) && (meaning === 'payout.failed' || meaning === 'payout.delayed')) {
    warn(
      session,
      status.leaf,
      'status_conflict',
      `Событие говорит одно, а статус «${shownValue(status.leaf)}» другое — принято по статусу.`,
    )
    return meaning
  }
  if (type === 'payout.partial' && meaning === 'payout.paid') {
    const [stage, stages] = stagesOf(session)
    const isLast = stage !== undefined && stage === stages && peekMoney(session, 'payment.remaining') === undefined
    if (isLast) return 'payout.paid'
  }
  return type
}

const goodNews = new Set<EventType>(['payout.paid', 'payout.partial', 'payout.sent'])

function refuseStatus(session: Session, status: Word<StatusMeaning>, why: string): undefined {
  refuse(
    session,
    status.leaf,
    'status_unknown',
    `Статус «${shownValue(status.leaf)}» ${why}; ${knownStatuses}. Добавьте соответствие в настройках источника, если это нужный статус.`,
  )
  return undefined
}

const notYet = 'говорит, что деньги ещё не выплачены, — клиенту сообщать нечего'
const knownStatuses = 'известные: оплачено, исполнено банком, частично оплачено, приостановлено, отклонено'

function refuseEvent(session: Session, word: Word<EventMeaning> | undefined): void {
  const known =
    'известные: ПриемЛома, Выплата, ЧастичнаяВыплата, ЗадержкаВыплаты, ОшибкаВыплаты, НапоминаниеОРассрочке, НачислениеБонуса, Поздравление'
  const message =
    word === undefined
      ? `Не указано, что произошло — передайте поле «Событие» (или event, type); ${known}.`
      : `Событие «${shownValue(word.leaf)}» не опознано; ${known}. Добавьте соответствие в настройках источника, если это нужное событие.`
  refuse(session, word?.leaf, 'event_unknown', message)
}
