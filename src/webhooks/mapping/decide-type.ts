import { type EventType, eventTypes } from '../../events/event.ts'
import { keyOf, wordOf } from './names.ts'
import type { EventMeaning, StatusMeaning } from './profile.ts'
import { nameFirst, scalarsIn } from './raw.ts'
import { dateIn } from './read-date.ts'
import { peekMoney } from './read-money.ts'
import { meaningful } from './read-text.ts'
import { leavesOf, note, refuse, type Session, shownValue, warn } from './session.ts'
import type { Leaf } from './understand.ts'

export type Decision = { type: EventType | undefined; status: string | undefined }

type Word<Meaning> = { leaf: Leaf; text: string; meaning: Meaning | undefined }

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

/** True when the event names its type in our own word under our own key. */
export function isCanonicalForm(raw: Record<string, unknown>): boolean {
  const type = Object.hasOwn(raw, 'type') ? raw['type'] : undefined
  return typeof type === 'string' && canonicalType(type) !== undefined
}

function canonicalType(text: string): EventType | undefined {
  const word = text.trim().toLowerCase()
  return eventTypes.find((type) => type === word)
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
function checkedByStatus(session: Session, type: EventType, status: Word<StatusMeaning> | undefined): EventType {
  const meaning = status?.meaning
  if (status === undefined || meaning === undefined) return type
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

export function stagesOf(session: Session): [number | undefined, number | undefined] {
  const text = (field: 'payment.stage' | 'payment.stages') =>
    scalarsIn(leavesOf(session, field)[0]?.value, nameFirst)[0]?.text ?? ''
  const both = /^\s*(\d{1,4})\s*(?:из|\/|of)\s*(\d{1,4})\s*$/i.exec(text('payment.stage').slice(0, 40))
  if (both) return [whole(both[1] ?? ''), whole(both[2] ?? '')]
  return [whole(text('payment.stage')), whole(text('payment.stages'))]
}

function whole(text: string): number | undefined {
  const digits = /^\s*(\d{1,4})(?:[.,]0+)?\s*$/.exec(text.slice(0, 40))?.[1]
  const count = Number(digits ?? 0)
  return count >= 1 && count <= 1000 ? count : undefined
}

function statusWord(session: Session): Word<StatusMeaning> | undefined {
  const words = wordsOf(session, leavesOf(session, 'status'), statusMeaningOf)
  const codes = wordsOf(session, leavesOf(session, 'statusCode'), statusMeaningOf)
  return words.find(isKnown) ?? codes.find(isKnown) ?? words[0] ?? codes[0]
}

function wordsOf<Meaning>(
  session: Session,
  leaves: readonly Leaf[],
  meaningOf: (session: Session, text: string) => Meaning | undefined,
): Word<Meaning>[] {
  return leaves.flatMap((leaf) =>
    scalarsIn(leaf.value, nameFirst).flatMap((scalar) => {
      const text = meaningful(scalar.text.slice(0, 200))
      return text === undefined ? [] : [{ leaf, text, meaning: meaningOf(session, text) }]
    }),
  )
}

function isKnown(word: Word<unknown>): boolean {
  return word.meaning !== undefined
}

function eventMeaningOf(session: Session, text: string): EventMeaning | undefined {
  return canonicalType(text) ?? session.compiled.events.get(wordOf(text))
}

/** A word, a DirectBank code («03», 3) or both («03 — Отклонен банком»). */
function statusMeaningOf(session: Session, text: string): StatusMeaning | undefined {
  const { statuses } = session.compiled
  const code = /^0?([1-9])(?:\.0+)?$/.exec(text)?.[1]
  if (code !== undefined) return statuses.get(`0${code}`)
  const withoutRemark = text.replace(/\s*\([^()]*\)\s*$/, '')
  const leadingCode = /^(0[1-9])[\s.:–—-]/.exec(text)?.[1]
  return (
    statuses.get(wordOf(text)) ??
    statuses.get(wordOf(withoutRemark)) ??
    (leadingCode === undefined ? undefined : statuses.get(leadingCode))
  )
}

function isBankCode(text: string): boolean {
  return /^0?[1-9](?!\d)/.test(text)
}

function refuseStatus(session: Session, status: Word<StatusMeaning>, why: string): undefined {
  refuse(
    session,
    status.leaf,
    'status_unknown',
    `Статус «${shownValue(status.leaf)}» ${why}; ${knownStatuses}. Добавьте соответствие в настройках источника, если это нужный статус.`,
  )
  return undefined
}

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
