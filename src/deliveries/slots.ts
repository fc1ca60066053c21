import type { DeliveryId } from '../lib/ids.ts'
import type { Lane } from './delivery.ts'

/** A channel's limits. One budget a bot, shared by all workers through the database (promise 6). */
export type SlotLimits = {
  perSecond: number
  /** See standing.ts. */
  chatIntervalMs: number
}

export type BotLimits = { freeAt: Date; pausedUntil: Date; brokenCount: number; failuresInRow: number }

export type Slot = { kind: 'slot' | 'full'; at: Date }

/**
 * How far ahead of its time a call may be taken. Money may run further ahead than a promo, so that a promo never
 * takes the budget which a payout that comes a moment later needs (promise 5).
 */
const horizonMs: Record<Lane, number> = { money: 400, ordinary: 40 }

/** How long before its turn whoever found no room asks again: early enough that the budget never idles, late enough that several fit. */
const wakesBeforeMs: Record<Lane, number> = { money: 200, ordinary: 12 }

const largestRound = 100

/** How many of a lane find room at a time: more of them would only be looked at in vain. */
export function roundOf(lane: Lane, { perSecond }: SlotLimits): number {
  const fitting = Math.floor(((horizonMs[lane] - wakesBeforeMs[lane]) * perSecond) / 1000) + 1
  return Math.min(fitting, largestRound)
}

/** When the next round of a lane finds room, after one that took the slot `last`. */
export function nextRoundAt(lane: Lane, { perSecond }: SlotLimits, last: Date): Date {
  return new Date(last.getTime() + 1000 / perSecond - wakesBeforeMs[lane])
}

export const probeEveryMs = 2_000

/**
 * Gives each delivery its moment, money first, in the order of events; those that do not fit are told when to ask again.
 * Money does not wait for what promos may have reserved: it leaves that much earlier, and the next promos that much later.
 */
export function slotsFor(
  ready: readonly { id: DeliveryId; lane: Lane; event_seq: bigint }[],
  bot: BotLimits,
  limits: Pick<SlotLimits, 'perSecond'>,
  now: Date,
): Map<DeliveryId, Slot> {
  const slots = new Map<DeliveryId, Slot>()
  if (bot.pausedUntil > now) {
    for (const each of ready) slots.set(each.id, { kind: 'full', at: bot.pausedUntil })
    return slots
  }
  // A channel that was down is tried by one message at a time until one goes through.
  const intervalMs = bot.brokenCount > 0 ? probeEveryMs : 1000 / limits.perSecond
  const overtakesMs = bot.brokenCount > 0 ? 0 : horizonMs.ordinary
  const free = bot.freeAt.getTime()
  const nextOf: Record<Lane, number> = {
    money: Math.max(free - overtakesMs, now.getTime()),
    ordinary: Math.max(free, now.getTime()),
  }
  for (const each of [...ready].sort(moneyFirst)) {
    const next = nextOf[each.lane]
    const fits = next - now.getTime() <= horizonMs[each.lane]
    slots.set(
      each.id,
      fits ? { kind: 'slot', at: new Date(next) } : { kind: 'full', at: new Date(next - wakesBeforeMs[each.lane]) },
    )
    nextOf.money += intervalMs
    nextOf.ordinary += intervalMs
  }
  return slots
}

function moneyFirst(a: { lane: Lane; event_seq: bigint }, b: { lane: Lane; event_seq: bigint }): number {
  if (a.lane !== b.lane) return a.lane === 'money' ? -1 : 1
  return a.event_seq < b.event_seq ? -1 : 1
}
