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
  const format = formatOf(zone)
  if (!format) throw new RangeError(`unknown time zone: ${zone}`)
  const [, day, month, year, hour, minute, second] = (wallPattern.exec(format.format(at)) ?? []).map(Number)
  if (!day || !month || !year || hour === undefined || minute === undefined || second === undefined) {
    throw new RangeError(`no wall time for ${at.getTime()} in ${zone}`)
  }
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  const offsetMinutes = Math.round((asUtc - at.getTime()) / 60_000)
  return { year, month, day, hour, minute, second, offsetMinutes }
}

/** Does this machine know the zone? */
export function isZone(zone: string): boolean {
  return formatOf(zone) !== undefined
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

/** The day of "2025-12-23", whatever may follow it. */
export function parseDay(text: string): Day | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? []).map(Number)
  return year && month && day ? { year, month, day } : undefined
}

/** A greeting for that hour. At night nobody is wished a good one: «Доброй ночи» is a farewell. */
export function greetingAt(hour: number): string {
  if (hour >= 5 && hour < 12) return 'Доброе утро'
  if (hour >= 12 && hour < 18) return 'Добрый день'
  if (hour >= 18 && hour < 23) return 'Добрый вечер'
  return 'Здравствуйте'
}

const wallPattern = /^(\d{2})\/(\d{2})\/(\d{4}), (\d{2}):(\d{2}):(\d{2})$/
const formats = new Map<string, Intl.DateTimeFormat | undefined>()

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone)
  // Names of zones come from outside: the table must not grow with every misspelling.
  if (formats.size >= 1000) formats.clear()
  const made = madeFormat(zone)
  formats.set(zone, made)
  return made
}

function madeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
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
