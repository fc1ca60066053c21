import type { QuietRules } from '../events/branch-rules.ts'
import type { Handling } from '../events/types/definition.ts'

/** Hours of the branch in which messages wait: from `from` o'clock to `to` o'clock of the next morning. */
export type QuietHours = { from: number; to: number }

/** What a message is to the quiet hours. */
export type QuietClass = 'money' | 'service' | 'promo'

export function quietClassOf({ urgency, class: kind }: Pick<Handling, 'urgency' | 'class'>): QuietClass {
  return urgency === 'money' ? 'money' : kind
}

/** The owner's rules, and the hours that the client has chosen for himself: those hold for every class. */
export type QuietOfClient = { branch: QuietRules; own: QuietHours | null }

/** The first moment at or after `now` when a message of that class may leave there. */
export function quietUntil(now: Date, zone: string, kind: QuietClass, { branch, own }: QuietOfClient): Date {
  if (own === null) return branchQuietUntil(now, zone, kind, branch)
  let at = now
  // The end of the one may fall into the other; hours that cover the whole day leave no moment, and the last one counts.
  for (let round = 0; round < 3; round++) {
    const next = branchQuietUntil(afterQuietHours(at, zone, own), zone, kind, branch)
    if (next <= at) return at
    at = next
  }
  return at
}

function branchQuietUntil(now: Date, zone: string, kind: QuietClass, rules: QuietRules): Date {
  if (kind === 'money' && rules.money !== 'wait') return now
  return afterQuietHours(now, zone, kind === 'promo' ? (rules.promo ?? rules) : rules)
}

/** A message that could not leave before the morning gets that much of it. */
const morningMs = 3_600_000

/**
 * Until when a message is tried that may leave from `leavesAt` on. The quiet hours never eat it: an end that would fall
 * into them comes after them.
 */
export function expiryOf(leavesAt: Date, expiryHours: number, quiet: (at: Date) => Date): Date {
  const end = new Date(leavesAt.getTime() + expiryHours * 3_600_000)
  const morning = quiet(end)
  return morning > end ? new Date(morning.getTime() + morningMs) : end
}

/** The first moment at or after `now` outside the quiet hours of that zone. */
export function afterQuietHours(now: Date, zone: string, quiet: QuietHours): Date {
  const { hour, minute, second } = clockIn(now, zone)
  if (!isQuiet(hour, quiet)) return now
  const hoursLeft = (quiet.to - hour + 24) % 24
  const end = new Date(now.getTime() + (hoursLeft * 3600 - minute * 60 - second) * 1000 - now.getMilliseconds())
  // A change of the clocks in between can leave it an hour off.
  const reached = clockIn(end, zone).hour
  return new Date(end.getTime() + (((quiet.to - reached + 36) % 24) - 12) * 3_600_000)
}

function isQuiet(hour: number, { from, to }: QuietHours): boolean {
  return from > to ? hour >= from || hour < to : hour >= from && hour < to
}

const formats = new Map<string, Intl.DateTimeFormat>()

function clockIn(at: Date, zone: string): { hour: number; minute: number; second: number } {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  const parts = format.formatToParts(at)
  return { hour: part('hour'), minute: part('minute'), second: part('second') }
}
