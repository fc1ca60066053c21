import { setTimeout as pause } from 'node:timers/promises'
import type { ChannelName, Outcome } from '../channels/channel.ts'
import type { Database } from '../db/database.ts'
import { pauseBot, takeSlot } from './store/limits.ts'

/** The row of the budget is the money's: it is not asked more often than this. */
const shortestPauseMs = 100

const lines = new Map<ChannelName, Promise<unknown>>()

export type Budget = { db: Database; channel: ChannelName; perSecond: number }

/**
 * A place in the bot's budget for a word that is no delivery, waited for: true when it may leave now, false after `waitMs` without
 * one. Of one messenger one word at a time asks, so that a crowd of them does not hold up the messages.
 */
export async function waitForSlot(budget: Budget, waitMs: number): Promise<boolean> {
  const { channel } = budget
  const deadline = performance.now() + waitMs
  const mine = (lines.get(channel) ?? Promise.resolve()).then(() => askForSlot(budget, deadline))
  lines.set(
    channel,
    mine.catch(() => {}),
  )
  return await mine
}

async function askForSlot({ db, channel, perSecond }: Budget, deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    const { kind, inMs } = await db.transaction((tx) => takeSlot(tx, channel, perSecond))
    if (kind === 'slot') {
      if (inMs > 0) await pause(inMs)
      return true
    }
    await pause(Math.min(Math.max(inMs, shortestPauseMs), Math.max(0, deadline - performance.now())))
  }
  return false
}

/** A limit that such a word has met is one of the whole bot all the same. */
export async function heedLimit({ db, channel }: Pick<Budget, 'db' | 'channel'>, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'limited' || outcome.scope !== 'bot') return
  const { retryAfterMs: ms, code, description } = outcome
  await pauseBot(db, channel, { ms, code, description, brokenCount: 0 })
}
