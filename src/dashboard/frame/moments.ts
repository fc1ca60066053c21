import { plural } from '../../lib/russian/plural.ts'
import { type Day, dayText, wallTime, zoneLabel } from '../../lib/russian/time.ts'
import { type Html, html } from './html.ts'

/** What the operator's clock shows. */
export type Clock = { now: Date; zone: string }

export function clockOf(zone: string): Clock {
  return { now: new Date(), zone }
}

/** «сегодня 12:43», with the whole moment for those who point at it. */
export function momentTag(at: Date, clock: Clock): Html {
  return html`<time datetime="${at.toISOString()}" title="${wholeText(at, clock.zone)}">${momentText(at, clock)}</time>`
}

/** «сегодня 12:43», «вчера 18:05», «23 ноября 12:43», «23 ноября 2024 года 12:43». */
export function momentText(at: Date, { now, zone }: Clock): string {
  const wall = wallTime(at, zone)
  return `${dayWord(wall, wallTime(now, zone))} ${two(wall.hour)}:${two(wall.minute)}`
}

/** «через 12 секунд», «уже 5 минут», «3 часа», «2 дня», all in the accusative: never of two units, so that it is read at a glance. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return unitText(seconds, 'second')
  if (seconds < 3600) return unitText(Math.round(seconds / 60), 'minute')
  if (seconds < 48 * 3600) return unitText(Math.round(seconds / 3600), 'hour')
  return unitText(Math.round(seconds / 86_400), 'day')
}

/** «0,35 с»: how long a call took. */
export function callText(ms: number): string {
  return `${(ms / 1000).toLocaleString('ru', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}\u00a0с`
}

function unitText(amount: number, unit: keyof typeof units): string {
  return `${amount}\u00a0${plural(amount, units[unit])}`
}

const units = {
  second: { one: 'секунду', few: 'секунды', many: 'секунд' },
  minute: { one: 'минуту', few: 'минуты', many: 'минут' },
  hour: { one: 'час', few: 'часа', many: 'часов' },
  day: { one: 'день', few: 'дня', many: 'дней' },
}

function dayWord(day: Day, today: Day): string {
  const distance = Math.round((midday(today) - midday(day)) / 86_400_000)
  if (distance === 0) return 'сегодня'
  if (distance === 1) return 'вчера'
  if (distance === -1) return 'завтра'
  return dayText(day, today.year)
}

function midday({ year, month, day }: Day): number {
  return Date.UTC(year, month - 1, day, 12)
}

function wholeText(at: Date, zone: string): string {
  const wall = wallTime(at, zone)
  const clock = `${two(wall.hour)}:${two(wall.minute)}:${two(wall.second)}`
  return `${dayText(wall, 0)}, ${clock} ${zoneLabel(zone, wall.offsetMinutes)}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
