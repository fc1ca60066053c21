import { type Civil, isCivil, utcOf } from '../../lib/moment.ts'

export type DateReading =
  | { kind: 'absent' }
  /** 1C's empty date: year 1. */
  | { kind: 'empty' }
  | { kind: 'invalid' }
  | { kind: 'date'; civil: Civil; hasTime: boolean; offset: 'Z' | number | undefined }

/** A date as 1C people write it; `offset` is minutes east of UTC, undefined when the text has no zone. */
export function readDateText(text: string): DateReading {
  const written = text
    .slice(0, 80)
    .replace(/[\s\u200b\ufeff]+/g, ' ')
    .trim()
  if (isNoDate(written)) return { kind: 'absent' }
  const parsed = epoch(written) ?? yearFirst(written) ?? dayFirst(written) ?? compact(written) ?? inWords(written)
  if (parsed === undefined) return { kind: 'invalid' }
  const { civil } = parsed
  if (civil.year <= 1 || isEndless(civil)) return { kind: 'empty' }
  if (!isCivil(civil) || civil.year < 1990 || civil.year > 2100) return { kind: 'invalid' }
  return { kind: 'date', ...parsed }
}

type Parsed = { civil: Civil; hasTime: boolean; offset: 'Z' | number | undefined }

function isNoDate(text: string): boolean {
  return !/[1-9]/.test(text.replace(/\/Date\(0\)/, '')) || /^null$/i.test(text)
}

/** 1C's «never» is 31.12.3999; MS SQL keeps an empty date as 1753 or shifted by 2000 years. */
function isEndless({ year }: Civil): boolean {
  return year >= 3999 || year === 1753
}

const time = String.raw`(?:(?:T|,? (?:в )?)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?`
const zone = String.raw` ?(Z|UTC|GMT|МСК|MSK|[+-]\d{2}(?::?\d{2})?)?`
const yearFirstPattern = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${time}${zone}$`, 'i')
const dayFirstPattern = new RegExp(
  `^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})(?: ?г\\.?| года)?${time}${zone}$`,
  'i',
)
const wordsPattern = new RegExp(`^(\\d{1,2}) ([а-я]{3,8})\\.? (\\d{4})(?: ?г\\.?| года)?${time}${zone}$`, 'i')

function yearFirst(text: string): Parsed | undefined {
  const match = yearFirstPattern.exec(text)
  return match ? assembled(match[1], match[2], match[3], match.slice(4)) : undefined
}

function dayFirst(text: string): Parsed | undefined {
  const match = dayFirstPattern.exec(text)
  if (!match) return undefined
  const year = match[3]?.length === 2 ? `20${match[3]}` : match[3]
  return assembled(year, match[2], match[1], match.slice(4))
}

function inWords(text: string): Parsed | undefined {
  const match = wordsPattern.exec(text.toLowerCase())
  if (!match) return undefined
  const month = months.findIndex((name) => match[2]?.startsWith(name)) + 1
  return month === 0 ? undefined : assembled(match[3], String(month), match[1], match.slice(4))
}

const months = ['янв', 'фев', 'мар', 'апр', 'ма', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек']

function compact(text: string): Parsed | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(text)
  return match ? assembled(match[1], match[2], match[3], match.slice(4)) : undefined
}

/** Seconds or milliseconds since 1970, bare or as Microsoft writes them: /Date(1763890980000+0300)/. */
function epoch(text: string): Parsed | undefined {
  const microsoft = /^\\?\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?\/$/i.exec(text)
  if (microsoft) return fromEpoch(Number(microsoft[1]))
  const bare = /^(\d{10}|\d{13})(?:\.\d{1,9})?$/.exec(text)
  if (!bare?.[1]) return undefined
  return fromEpoch(Number(bare[1]) * (bare[1].length === 10 ? 1000 : 1))
}

function fromEpoch(ms: number): Parsed | undefined {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return undefined
  const civil = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
  return { civil, hasTime: true, offset: 0 }
}

function assembled(year = '', month = '', day = '', rest: (string | undefined)[] = []): Parsed {
  const [hour, minute, second, suffix] = rest
  const civil = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  }
  return { civil, hasTime: hour !== undefined, offset: offsetOf(suffix) }
}

function offsetOf(suffix: string | undefined): 'Z' | number | undefined {
  if (suffix === undefined || suffix === '') return undefined
  if (/^(?:Z|UTC|GMT)$/i.test(suffix)) return 'Z'
  if (/^(?:МСК|MSK)$/i.test(suffix)) return 180
  const digits = suffix.replace(/\D/g, '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return suffix.startsWith('-') ? -minutes : minutes
}

/** The instant of a date that carries its own offset. */
export function instantAt(civil: Civil, offset: number): number {
  return utcOf(civil) - offset * 60_000
}
