/** A date on the wall of some zone. Months and days count from 1. */
export type Civil = { year: number; month: number; day: number; hour: number; minute: number; second: number }

/** «2025-11-23T12:43:00+03:00»: the instant as the zone's wall shows it, to the second. */
export function momentOf(instantMs: number, zone: string): string {
  const offset = offsetMinutes(instantMs, zone)
  const wall = new Date(Math.floor(instantMs / 1000) * 1000 + offset * 60_000).toISOString().slice(0, 19)
  const absolute = Math.abs(offset)
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0')
  const minutes = String(absolute % 60).padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}

/** The zone's day at that instant: «2025-11-23». */
export function dayOf(instantMs: number, zone: string): string {
  return momentOf(instantMs, zone).slice(0, 10)
}

/** The instant when that day, or one so many days later, begins on the zone's wall. */
export function midnightOf(
  { year, month, day }: Pick<Civil, 'year' | 'month' | 'day'>,
  zone: string,
  daysLater = 0,
): Date {
  return new Date(instantOf({ year, month, day: day + daysLater, hour: 0, minute: 0, second: 0 }, zone))
}

/** The instant when the zone's wall shows this date. In the hour a clock change skips, the later reading. */
export function instantOf(civil: Civil, zone: string): number {
  const asUtc = utcOf(civil)
  const guess = asUtc - offsetMinutes(asUtc, zone) * 60_000
  return asUtc - offsetMinutes(guess, zone) * 60_000
}

export function utcOf({ year, month, day, hour, minute, second }: Civil): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** False for 31 February, hour 24 and the like. */
export function isCivil(civil: Civil): boolean {
  const { year, month, day, hour, minute, second } = civil
  if (year < 100 || hour > 23 || minute > 59 || second > 59) return false
  const date = new Date(utcOf(civil))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Minutes east of UTC at that instant. The zone must be one that `zoneOf` returned. */
export function offsetMinutes(instantMs: number, zone: string): number {
  const quarter = Math.floor(instantMs / quarterMs)
  const key = `${zone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const offset = computedOffset(quarter * quarterMs, zone)
  if (offsets.size >= maxCached) offsets.clear()
  offsets.set(key, offset)
  return offset
}

/** Clocks change on a quarter of an hour of UTC everywhere. */
const quarterMs = 15 * 60_000
const maxCached = 10_000
const offsets = new Map<string, number>()

function computedOffset(instantMs: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(instantMs)
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  )
  return Math.round((wall - instantMs) / 60_000)
}

/** The IANA zone for «Europe/Moscow», «МСК+2», «GMT+05:00», «+5»; undefined when there is none. */
export function zoneOf(text: string): string | undefined {
  const written = text.slice(0, 60).trim()
  if (written === '') return undefined
  const known = zones.get(written)
  if (known !== undefined) return known
  const zone = parsedZone(written)
  if (zone !== undefined && zones.size < maxCached) zones.set(written, zone)
  return zone
}

const zones = new Map<string, string>()

function parsedZone(written: string): string | undefined {
  const moscow = /^(?:мск|msk)\s*([+\-−]\s*\d{1,2})?$/i.exec(written)
  if (moscow) return russianZones[3 + hoursIn(moscow[1])]
  const fixed = /^(?:gmt|utc)?\s*([+\-−]?\s*\d{1,2})(?::?00)?$/i.exec(written)
  if (fixed) return russianZones[hoursIn(fixed[1])]
  if (!/^[a-z]/i.test(written)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function hoursIn(text: string | undefined): number {
  return Number((text ?? '0').replace(/\s/g, '').replace('−', '-'))
}

const russianZones: Record<number, string | undefined> = {
  2: 'Europe/Kaliningrad',
  3: 'Europe/Moscow',
  4: 'Europe/Samara',
  5: 'Asia/Yekaterinburg',
  6: 'Asia/Omsk',
  7: 'Asia/Krasnoyarsk',
  8: 'Asia/Irkutsk',
  9: 'Asia/Yakutsk',
  10: 'Asia/Vladivostok',
  11: 'Asia/Magadan',
  12: 'Asia/Kamchatka',
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  if (formats.size < 1000) formats.set(zone, format)
  return format
}
