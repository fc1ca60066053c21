import { clockText, type Day, dayText, greetingAt, parseDay, parseMoment, wallTime } from '../../lib/russian/time.ts'
import type { Facts, TemplateEvent } from '../facts.ts'
import type { Variable } from './variable.ts'

export const momentVariables: readonly Variable[] = [
  {
    names: ['время', 'time'],
    description: 'Когда это случилось: в течение суток — часы, позже — с днём («23 ноября, 12:43 МСК»)',
    example: '12:43 МСК',
    fields: ['occurredAt', 'branch.timezone'],
    personal: false,
    read: (facts) => {
      const moment = momentOf(facts)
      return moment ? textOf(facts, moment) : null
    },
  },
  {
    names: ['когда', 'when'],
    description: 'То же с предлогом, где он нужен: «в 12:43 МСК», «23 ноября, 12:43 МСК»',
    example: 'в 12:43 МСК',
    fields: ['occurredAt', 'branch.timezone'],
    personal: false,
    read: (facts) => {
      const moment = momentOf(facts)
      if (!moment) return null
      return moment.isFresh ? `в ${textOf(facts, moment)}` : textOf(facts, moment)
    },
  },
  {
    names: ['часы', 'clock'],
    description: 'Только часы и пояс',
    example: '12:43 МСК',
    fields: ['occurredAt', 'branch.timezone'],
    personal: false,
    read: (facts) => momentOf(facts)?.clock ?? null,
  },
  {
    names: ['дата', 'date'],
    description: 'День события; год — если он не текущий',
    example: '23 ноября',
    fields: ['occurredAt', 'branch.timezone'],
    personal: false,
    read: (facts) => {
      const moment = momentOf(facts)
      return moment ? dayText(moment.wall, presentYear(facts)) : null
    },
  },
  {
    names: ['дата_ПСА', 'act_date', 'дата_документа', 'document_date'],
    description: 'День акта или договора',
    example: '23 ноября',
    fields: ['operation.date'],
    personal: false,
    read: (facts) => dayIn(facts, facts.event.operation?.date),
  },
  {
    names: ['следующая_дата', 'next_date'],
    description: 'День следующей выплаты',
    example: '23 декабря',
    fields: ['payment.nextDate'],
    personal: false,
    read: (facts) => day(facts, facts.event.payment?.nextDate),
  },
  {
    names: ['срок', 'due_date'],
    description: 'Плановый день выплаты',
    example: '25 ноября',
    fields: ['payment.dueDate'],
    personal: false,
    read: (facts) => day(facts, facts.event.payment?.dueDate),
  },
  {
    names: ['дата_платежа', 'payment_date'],
    description: 'День очередного платежа: следующая дата, а без неё — срок',
    example: '23 декабря',
    fields: ['payment.nextDate', 'payment.dueDate'],
    personal: false,
    read: (facts) => day(facts, facts.event.payment?.nextDate ?? facts.event.payment?.dueDate),
  },
  {
    names: ['баллы_до', 'points_expire'],
    description: 'День, до которого действуют бонусы',
    example: '31 декабря',
    fields: ['bonus.expiresAt'],
    personal: false,
    read: (facts) => day(facts, facts.event.bonus?.expiresAt),
  },
  {
    names: ['приветствие', 'greeting'],
    description: 'Приветствие по времени суток площадки',
    example: 'Добрый день',
    fields: ['now', 'branch.timezone'],
    personal: false,
    read: ({ now, zone }) => greetingAt(wallTime(now, zone).hour),
  },
]

/** The moment from which a text that shows the time of the fact must be rendered anew, because the day belongs to it then. */
export function freshUntil({ event, now }: Facts): Date | null {
  const at = parseMoment(happenedAt(event) ?? '')
  return at && isFresh(at, now) ? new Date(at.getTime() + dayMs) : null
}

function isFresh(at: Date, now: Date): boolean {
  return Math.abs(now.getTime() - at.getTime()) < dayMs
}

/** `clock` is absent when only the day is known. */
type Moment = { wall: Day; clock: string | null; isFresh: boolean }

const dayMs = 24 * 60 * 60 * 1000

/** An accepted act without a time of its own happened when the act was made; of a payment the act's date says nothing. */
function happenedAt(event: TemplateEvent): string | undefined {
  return event.occurredAt ?? (event.type === 'operation.accepted' ? event.operation?.date : undefined)
}

function momentOf({ event, zone, now }: Facts): Moment | undefined {
  const written = happenedAt(event)
  if (written === undefined) return undefined
  const at = parseMoment(written)
  if (!at) return undefined
  const wall = wallTime(at, zone)
  // A midnight to the second, there or here, is a date that was given without a time.
  const own = written.includes('T00:00:00') ? parseDay(written) : undefined
  if (own || (wall.hour === 0 && wall.minute === 0 && wall.second === 0)) {
    return { wall: own ?? wall, clock: null, isFresh: false }
  }
  return { wall, clock: clockText(wall, zone), isFresh: isFresh(at, now) }
}

function textOf(facts: Facts, { wall, clock, isFresh }: Moment): string {
  if (clock !== null && isFresh) return clock
  const day = dayText(wall, presentYear(facts))
  return clock === null ? day : `${day}, ${clock}`
}

function dayIn(facts: Facts, moment: string | undefined): string | null {
  if (moment === undefined) return null
  const at = parseMoment(moment)
  return at ? dayText(wallTime(at, facts.zone), presentYear(facts)) : null
}

function day(facts: Facts, written: string | undefined): string | null {
  const parsed: Day | undefined = written === undefined ? undefined : parseDay(written)
  return parsed ? dayText(parsed, presentYear(facts)) : null
}

function presentYear({ now, zone }: Facts): number {
  return wallTime(now, zone).year
}
