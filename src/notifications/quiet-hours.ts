/** Hours of the branch in which only money messages leave: from `from` o'clock to `to` o'clock of the next morning. */
export type QuietHours = { from: number; to: number }

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
