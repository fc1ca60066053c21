import type { Database } from '../db/database.ts'
import { dayOf, midnightOf } from '../lib/moment.ts'
import { isZone, parseDay } from '../lib/russian/time.ts'
import { branchZones, computedDays, firstMessageAt, rewriteDay, type Windows, zonesBetween } from './store/facts.ts'

export type FactNeeds = { db: Database; timezone: string }

/** Only a day's messages of the last weeks still change: receipts of reading may come late. */
const settledAfterDays = 40
const hourMs = 3_600_000

/** How long the numbers of a day hold before they are made anew; undefined: for ever. Each time some ten thousand rows are written. */
export function holdsForMs(ageDays: number): number | undefined {
  if (ageDays === 0) return 5 * 60_000
  if (ageDays <= 3) return hourMs
  return ageDays <= settledAfterDays ? 24 * hourMs : undefined
}

/**
 * Makes the numbers of all days that are due, the latest first, each in a transaction of its own. Answers how many days.
 * One process at a time does it (`db.leading`): two would wait for one another's rows.
 */
export async function refreshFacts(needs: FactNeeds, signal: AbortSignal, now = new Date()): Promise<number> {
  const days = await dueDays(needs, now)
  let done = 0
  for (const day of days) {
    if (signal.aborted) break
    await computeDay(needs, day)
    done++
  }
  return done
}

async function dueDays({ db, timezone }: FactNeeds, now: Date): Promise<string[]> {
  const first = await firstMessageAt(db)
  if (first === undefined) return []
  // East of TIMEZONE tomorrow has begun already.
  const today = shifted(dayOf(now.getTime(), timezone), 1)
  const from = shifted(dayOf(first.getTime(), timezone), -1)
  const known = new Map((await computedDays(db, from, today)).map((each) => [each.day, each.computedAt]))
  return daysBetween(from, today)
    .reverse()
    .filter((day, ageDays) => {
      const computedAt = known.get(day)
      if (computedAt === undefined) return true
      const holds = holdsForMs(Math.max(0, ageDays - 1))
      return holds !== undefined && now.getTime() - computedAt.getTime() >= holds
    })
}

/** The numbers of one day, made from the journal: the old rows go and the new ones come in one transaction. */
export async function computeDay({ db, timezone }: FactNeeds, day: string): Promise<void> {
  const widest = { from: windowOf(day, 'Etc/GMT-14').from, to: windowOf(day, 'Etc/GMT+12').to }
  await db.transaction(async (tx) => {
    const zones = await zonesBetween(tx, widest.from, widest.to)
    const branches = await branchZones(tx)
    const known = [...new Set([timezone, ...zones.filter(isZone)])]
    await rewriteDay(tx, day, {
      zones: known.map((zone) => windowOf(day, zone)),
      branches: [
        windowOf(day, timezone),
        ...branches.filter(({ zone }) => isZone(zone)).map(({ code, zone }) => ({ ...windowOf(day, zone), code })),
      ],
    })
  })
}

function windowOf(day: string, zone: string): Windows[number] {
  return { zone, from: midnight(day, zone), to: midnight(shifted(day, 1), zone) }
}

function midnight(day: string, zone: string): Date {
  const civil = parseDay(day)
  if (!civil) throw new Error(`not a day: ${day}`)
  return midnightOf(civil, zone)
}

/** That many days later, or earlier when negative. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * hourMs).toISOString().slice(0, 10)
}

/** Every day from one to the other, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let day = from; day <= to; day = shifted(day, 1)) days.push(day)
  return days
}
