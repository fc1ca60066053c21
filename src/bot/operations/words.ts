import type { Event, EventType } from '../../events/event.ts'
import { dayOf } from '../../lib/moment.ts'
import { oneLine } from '../../lib/russian/text.ts'
import { dayText, isZone, parseDay, wallTime } from '../../lib/russian/time.ts'
import { renderText } from '../../templates/render.ts'
import type { Operation } from './operation.ts'

/** How a text is to be made: the moment of asking, the zone of branches without one, and whether sums may stand in it. */
export type Tone = { now: Date; timezone: string; isPrivate: boolean }

type Words = { open: string; isPrivate: string }

const sum = '{% if сумма %} {{ сумма }}{% endif %}'
const when = '{% if когда %} {{ когда }}{% endif %}'
const why = '{% if причина %} Причина: {{ причина | с_точкой }}{% else %} Причину площадка не сообщила.{% endif %}'

/** How an operation stands, after each kind of event. The same variables as in the messages, so the same sums and dates. */
const states: Partial<Record<EventType, Words>> = {
  'operation.accepted': {
    open:
      `Лом принят${when}{% if сумма %}, сумма {{ сумма }}{% endif %}. О выплате сведений ещё нет: ` +
      'когда её отправят, мы сообщим.{% if срок %} Плановая дата выплаты — {{ срок }}.{% endif %}',
    isPrivate: 'Лом принят. О выплате сведений ещё нет.{% if срок %} Плановая дата выплаты — {{ срок }}.{% endif %}',
  },
  'payout.sent': {
    open:
      `Выплата${sum} отправлена{% if куда %} {{ куда }}{% endif %}{% if карта %} {{ карта }}{% endif %}${when}. ` +
      'О зачислении сообщим отдельно.{% if срок %} Ожидаемая дата — {{ срок }}.{% endif %}',
    isPrivate:
      'Выплата отправлена, о зачислении сообщим отдельно.{% if срок %} Ожидаемая дата — {{ срок }}.{% endif %}',
  },
  'payout.paid': {
    open:
      `Выплата${sum} {% if способ == 'наличными' %}выдана наличными{% elsif куда %}зачислена {{ куда }}{% else %}проведена{% endif %}` +
      `{% if карта %} {{ карта }}{% endif %}${when}.`,
    isPrivate: "Выплата {% if способ == 'наличными' %}выдана{% else %}проведена{% endif %}.",
  },
  'payout.partial': {
    open:
      `Выплачена часть{% if сумма %}, {{ сумма }}{% endif %}${when}{% if этап and этапов >= этап %} (этап {{ этап }} из {{ этапов }}){% endif %}.` +
      '{% if остаток_число > 0 %} Осталось выплатить {{ остаток }}.{% elsif остаток %} Остатка нет.{% endif %}' +
      '{% if следующая_дата %} Следующая выплата — {{ следующая_дата }}.{% elsif остаток_число > 0 %} Дату следующей выплаты площадка не назвала.{% endif %}',
    isPrivate: 'Выплачена часть.{% if следующая_дата %} Следующая выплата — {{ следующая_дата }}.{% endif %}',
  },
  'payout.delayed': {
    open:
      `Выплата${sum} задерживается.${why}` +
      '{% if срок %} Плановая дата выплаты — {{ срок }}.{% else %} Новую дату площадка не назвала.{% endif %}',
    isPrivate:
      'Выплата задерживается.{% if срок %} Плановая дата выплаты — {{ срок }}.{% else %} Новую дату площадка не назвала.{% endif %}',
  },
  'payout.failed': {
    open: `Выплата${sum} не прошла${when}.${why} Деньги вам пока не поступили: спросите площадку.`,
    isPrivate: 'Выплата не прошла. Деньги вам пока не поступили: спросите площадку.',
  },
  'installment.reminder': {
    open: `Ожидается выплата${sum}{% if дата_платежа %} {{ дата_платежа }}{% endif %}.`,
    isPrivate: 'Ожидается выплата{% if дата_платежа %} {{ дата_платежа }}{% endif %}.',
  },
}

/** How it stands, in a sentence or two. A promised day that has passed is not passed over. */
export function stateText({ state }: Operation, tone: Tone): string {
  const words = states[state.event.type]
  const template = words === undefined ? '' : tone.isPrivate ? words.isPrivate : words.open
  const rendered = renderText({ template, event: state.event, now: tone.now, defaultTimezone: tone.timezone })
  return [rendered.ok ? rendered.text : '', passedText(state.event, tone)].filter(Boolean).join(' ')
}

/** The day on which money is to come, in the words of an event that tells of one. */
export function expectedDay({ type, payment }: Event): string | undefined {
  if (type === 'payout.paid') return undefined
  return type === 'payout.partial' || type === 'installment.reminder'
    ? (payment?.nextDate ?? payment?.dueDate)
    : (payment?.dueDate ?? payment?.nextDate)
}

function passedText(event: Event, { now, timezone }: Tone): string {
  const day = expectedDay(event)
  const isOver = day !== undefined && day < dayOf(now.getTime(), zoneIn(event, timezone))
  return isOver ? 'Эта дата прошла, а новых сведений площадка не передала.' : ''
}

/** «ПСА-000457 от 23 ноября»; without a number, or where no numbers are named, by its day alone. */
export function titleOf({ events, state }: Operation, { now, timezone, isPrivate }: Tone): string {
  const number = events.map(({ event }) => event.operation?.number).findLast((each) => each !== undefined)
  const written = events.map(({ event }) => event.operation?.date).findLast((each) => each !== undefined)
  const zone = zoneIn(state.event, timezone)
  const at = written === undefined ? (events[0] ?? state).at : new Date(written)
  const day = dayText(wallTime(at, zone), wallTime(now, zone).year)
  return number === undefined || isPrivate ? `Операция от ${day}` : `${oneLine(number)} от ${day}`
}

/** «23 декабря» of "2025-12-23". */
export function dayIn(written: string, event: Event, { now, timezone }: Tone): string {
  const day = parseDay(written)
  return day === undefined ? written : dayText(day, wallTime(now, zoneIn(event, timezone)).year)
}

/** The day of a moment, on the wall of the branch. */
export function dayAt(at: Date, event: Event, { now, timezone }: Tone): string {
  const zone = zoneIn(event, timezone)
  return dayText(wallTime(at, zone), wallTime(now, zone).year)
}

function zoneIn({ branch }: Event, timezone: string): string {
  return branch?.timezone !== undefined && isZone(branch.timezone) ? branch.timezone : timezone
}
