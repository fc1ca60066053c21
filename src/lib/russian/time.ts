/** What the clock on the wall of a zone shows. `offsetMinutes` is its distance from UTC. */
export type WallTime = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  offsetMinutes: number
}

export type Day = { year: number; month: number; day: number }

/** `zone` must be known: see `isZone`. */
export function wallTime(at: Date, zone: string): WallTime {
  const offsetMinutes = offsetOf(at.getTime(), zone)
  const wall = new Date(at.getTime() + offsetMinutes * 60_000)
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    offsetMinutes,
  }
}

/** Does this machine know the zone? */
export function isZone(zone: string): boolean {
  return zoneNamed(zone) !== undefined
}

/** «12:43 МСК»; in Samara «13:43 МСК+1», in Almaty «14:43 UTC+5». */
export function clockText(wall: WallTime, zone: string): string {
  return `${two(wall.hour)}:${two(wall.minute)} ${zoneLabel(zone, wall.offsetMinutes)}`
}

/** Russian zones are named by their distance from Moscow, others by the one from UTC. */
export function zoneLabel(zone: string, offsetMinutes: number): string {
  if (russianZones.has(zone)) return labelled('МСК', offsetMinutes - 180)
  return labelled('UTC', offsetMinutes)
}

/** «23 ноября»; «23 ноября 2024 года» when that is not the present year. */
export function dayText(day: Day, presentYear: number): string {
  const text = `${day.day} ${monthsGenitive[day.month - 1] ?? ''}`
  return day.year === presentYear ? text : `${text} ${day.year} года`
}

/** The day of "2025-12-23", whatever may follow it; undefined for 1C's empty date, which is of the year 1. */
export function parseDay(text: string): Day | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? []).map(Number)
  return year && month && day && year >= firstYear ? { year, month, day } : undefined
}

/** The moment of an ISO text with an offset; undefined for what is none, and for 1C's empty date. */
export function parseMoment(text: string): Date | undefined {
  const at = new Date(text)
  return at.getTime() >= earliest && at.getTime() <= latest ? at : undefined
}

const firstYear = 1971
const earliest = Date.UTC(firstYear, 0, 1)
const latest = Date.UTC(9999, 0, 1)

/** A greeting for that hour. At night nobody is wished a good one: «Доброй ночи» is a farewell. */
export function greetingAt(hour: number): string {
  if (hour >= 5 && hour < 12) return 'Доброе утро'
  if (hour >= 12 && hour < 18) return 'Добрый день'
  if (hour >= 18 && hour < 23) return 'Добрый вечер'
  return 'Здравствуйте'
}

/** Clocks are moved at a whole quarter of an hour, so one answer of Intl serves the quarter: messages of a day share a few. */
const quarterMs = 15 * 60_000
type Zone = { format: Intl.DateTimeFormat; offsets: Map<number, number> }
const zones = new Map<string, Zone | undefined>()
const mostRemembered = 1000

function offsetOf(at: number, name: string): number {
  const zone = zoneNamed(name)
  if (!zone) throw new RangeError(`unknown time zone: ${name}`)
  const quarter = Math.floor(at / quarterMs)
  const known = zone.offsets.get(quarter)
  if (known !== undefined) return known
  const offset = Math.round((shownAsUtc(zone.format, quarter * quarterMs) - quarter * quarterMs) / 60_000)
  if (zone.offsets.size >= mostRemembered) zone.offsets.clear()
  zone.offsets.set(quarter, offset)
  return offset
}

function shownAsUtc(format: Intl.DateTimeFormat, at: number): number {
  const match = /^(\d{2})\/(\d{2})\/(\d{4}), (\d{2}):(\d{2})$/.exec(format.format(at))
  const [day, month, year, hour, minute] = (match ?? []).slice(1).map(Number)
  if (!day || !month || !year || hour === undefined || minute === undefined) {
    throw new RangeError(`no wall time for ${at}`)
  }
  return Date.UTC(year, month - 1, day, hour, minute)
}

function zoneNamed(name: string): Zone | undefined {
  if (zones.has(name)) return zones.get(name)
  // Names of zones come from outside: the table must not grow with every misspelling.
  if (zones.size >= mostRemembered) zones.clear()
  const format = formatFor(name)
  const zone = format && { format, offsets: new Map<number, number>() }
  zones.set(name, zone)
  return zone
}

function formatFor(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
  } catch {
    return undefined
  }
}

function labelled(name: string, minutes: number): string {
  if (minutes === 0) return name
  const distance = Math.abs(minutes)
  const rest = distance % 60
  return `${name}${minutes < 0 ? '\u2212' : '+'}${Math.floor(distance / 60)}${rest ? `:${two(rest)}` : ''}`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

const monthsGenitive = [
  'января',
  'февраля',
  'марта',
  'апреля',
  'мая',
  'июня',
  'июля',
  'августа',
  'сентября',
  'октября',
  'ноября',
  'декабря',
]

const russianZones = new Set([
  'Europe/Kaliningrad',
  'Europe/Moscow',
  'Europe/Kirov',
  'Europe/Simferopol',
  'Europe/Volgograd',
  'Europe/Astrakhan',
  'Europe/Samara',
  'Europe/Saratov',
  'Europe/Ulyanovsk',
  'Asia/Yekaterinburg',
  'Asia/Omsk',
  'Asia/Novosibirsk',
  'Asia/Barnaul',
  'Asia/Tomsk',
  'Asia/Novokuznetsk',
  'Asia/Krasnoyarsk',
  'Asia/Irkutsk',
  'Asia/Chita',
  'Asia/Yakutsk',
  'Asia/Khandyga',
  'Asia/Vladivostok',
  'Asia/Ust-Nera',
  'Asia/Magadan',
  'Asia/Sakhalin',
  'Asia/Srednekolymsk',
  'Asia/Kamchatka',
  'Asia/Anadyr',
])
