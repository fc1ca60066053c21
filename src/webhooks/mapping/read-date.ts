import { type Civil, dayOf, instantOf, momentOf, offsetMinutes } from '../../lib/moment.ts'
import { type DateReading, instantAt, readDateText } from './date-text.ts'
import type { FieldKey } from './profile.ts'
import { scalarsIn, titleFirst } from './raw.ts'
import { leavesOf, note, refuse, type Session, shownValue, warn } from './session.ts'
import type { Leaf } from './understand.ts'

export type FoundDate = { leaf: Leaf; civil: Civil; hasTime: boolean; offset: 'Z' | number | undefined }

/** The first date that is there; year 1 is 1C's empty date and means «none». An impossible date is refused. */
export function readDate(session: Session, field: FieldKey): FoundDate | undefined {
  for (const leaf of leavesOf(session, field)) {
    const reading = dateIn(leaf)
    if (reading.kind === 'absent' || reading.kind === 'empty') continue
    if (reading.kind === 'invalid') {
      refuse(session, leaf, 'date_invalid', invalidMessage(leaf))
      return undefined
    }
    session.used.add(leaf)
    return { leaf, civil: reading.civil, hasTime: reading.hasTime, offset: reading.offset }
  }
  return undefined
}

/** A field that holds year 1, which says that the sender has a place for the date and nothing in it. */
export function emptyDateLeaf(session: Session, fields: readonly FieldKey[]): Leaf | undefined {
  return fields.flatMap((field) => leavesOf(session, field)).find((leaf) => dateIn(leaf).kind === 'empty')
}

export function dateIn(leaf: Leaf): DateReading {
  const scalar = scalarsIn(leaf.value, titleFirst)[0]
  if (scalar === undefined || scalar.kind === 'boolean') return { kind: 'absent' }
  return readDateText(scalar.text)
}

/** ISO with the zone's offset. The time of day may stand in a field of its own («Дата» and «Время»). */
export function asMoment(session: Session, found: FoundDate, to: string): string {
  const timed = withTime(session, found)
  const instant = instantIn(session, timed)
  const moment = momentOf(instant, session.zone)
  warnAboutMoment(session, timed, instant)
  note(session, found.leaf, to, moment)
  return moment
}

export function asDay(session: Session, found: FoundDate, to: string): string {
  const day = dayOf(instantIn(session, found), session.zone)
  note(session, found.leaf, to, day)
  return day
}

function instantIn(session: Session, { civil, offset }: FoundDate): number {
  const isTrusted = session.isCanonical || session.compiled.profile.trustZ
  if (offset === undefined || (offset === 'Z' && !isTrusted)) return instantOf(civil, session.zone)
  return instantAt(civil, offset === 'Z' ? 0 : offset)
}

function withTime(session: Session, found: FoundDate): FoundDate {
  if (found.hasTime && !isMidnight(found.civil)) return found
  const leaf = leavesOf(session, 'time')[0]
  const text = leaf === undefined ? undefined : scalarsIn(leaf.value, titleFirst)[0]?.text
  const time = /(?:^|T| )(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec((text ?? '').slice(0, 40))
  const [hour, minute, second] = [Number(time?.[1]), Number(time?.[2]), Number(time?.[3] ?? 0)]
  if (leaf === undefined || time === null || hour > 23 || minute > 59 || second > 59) return found
  session.used.add(leaf)
  return { ...found, hasTime: true, civil: { ...found.civil, hour, minute, second } }
}

function isMidnight({ hour, minute, second }: Civil): boolean {
  return hour === 0 && minute === 0 && second === 0
}

function warnAboutMoment(session: Session, { leaf, civil, hasTime, offset }: FoundDate, instant: number): void {
  if (!hasTime || isMidnight(civil)) {
    warn(
      session,
      leaf,
      'date_without_time',
      `Поле «${leaf.name}» = ${shownValue(leaf)} — дата без времени; передайте и время.`,
    )
    return
  }
  const aheadMinutes = (instant - session.now.getTime()) / 60_000
  const zoneMinutes = offsetMinutes(instant, session.zone)
  if (offset === 'Z' && zoneMinutes > 0 && Math.abs(aheadMinutes - zoneMinutes) <= toleranceMinutes) {
    warn(
      session,
      leaf,
      'z_not_utc',
      `Поле «${leaf.name}» = ${shownValue(leaf)} — похоже, «Z» стоит у местного времени; уберите Z или переведите время в UTC.`,
    )
  } else if (aheadMinutes > futureMinutes) {
    warn(
      session,
      leaf,
      'date_future',
      `Поле «${leaf.name}» = ${shownValue(leaf)} — дата в будущем; проверьте часы и часовой пояс.`,
    )
  }
}

const toleranceMinutes = 15
const futureMinutes = 60

function invalidMessage(leaf: Leaf): string {
  return `Поле «${leaf.name}» = «${shownValue(leaf)}» — такой даты нет; ожидается 2025-11-23T12:43:00 или 23.11.2025 12:43:00.`
}
