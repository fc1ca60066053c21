import type { Reminders } from '../events/branch-rules.ts'
import type { KeptEvent } from '../events/kept.ts'
import { instantOf } from '../lib/moment.ts'
import { parseDay } from '../lib/russian/time.ts'

export type ReminderTime = Exclude<Reminders, 'off'>

export const defaultReminders: ReminderTime = { daysBefore: 1, hour: 10 }

/**
 * When a client is reminded of a payment of that day ("2025-12-23"): so many days before, at that hour on the wall of the
 * branch. Undefined when the moment has passed already: the message that brought the plan has just named the day.
 */
export function dueMoment(nextDate: string, zone: string, time: ReminderTime, now: Date): Date | undefined {
  const day = parseDay(nextDate)
  if (day === undefined) return undefined
  const before = new Date(Date.UTC(day.year, day.month - 1, day.day - time.daysBefore))
  const at = new Date(
    instantOf(
      {
        year: before.getUTCFullYear(),
        month: before.getUTCMonth() + 1,
        day: before.getUTCDate(),
        hour: time.hour,
        minute: 0,
        second: 0,
      },
      zone,
    ),
  )
  return at > now ? at : undefined
}

/** A reminder of ours is never told after the day it speaks of: `end`, or the end of that day on the wall of the branch. */
export function dueEnd({ payment }: Pick<KeptEvent, 'payment'>, zone: string, end: Date): Date {
  const day = payment?.nextDate === undefined ? undefined : parseDay(payment.nextDate)
  if (day === undefined) return end
  const next = new Date(Date.UTC(day.year, day.month - 1, day.day + 1))
  const civil = { year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() }
  return new Date(Math.min(end.getTime(), instantOf({ ...civil, hour: 0, minute: 0, second: 0 }, zone)))
}
