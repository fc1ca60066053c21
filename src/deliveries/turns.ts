import { setTimeout as pause } from 'node:timers/promises'
import type { WayName } from '../channels/channel.ts'
import type { Vault } from '../clients/vault.ts'
import type { Database } from '../db/database.ts'
import { type Batcher, createBatcher } from '../lib/batcher.ts'
import type { DeliveryId } from '../lib/ids.ts'
import type { QueueSystem } from '../queue/queue.ts'
import type { Guard, Lane } from './delivery.ts'
import { deliveryJob } from './jobs.ts'
import { nextRoundAt, roundOf, type SlotLimits } from './slots.ts'
import { type Claimed, type ClaimResult, claim } from './store/claim.ts'

export type TurnNeeds = {
  db: Database
  vault: Vault
  queue: Pick<QueueSystem, 'add'>
  channel: { name: WayName }
  lane: Lane
  limits: SlotLimits
  /** Asked for each round: the owner may change his mind. */
  guard(): Promise<Guard>
  /** Longer than a call may take, so that a lease only runs out when its worker is gone. */
  leaseMs: number
}

/** A bot that is busy for longer than this gives the job back to the queue. */
const longestWaitMs = 5_000

/** A pause of the bot may be lifted before its time: it is looked at again this soon. */
const longestRestMs = 1_000

/** Claims deliveries of a lane as the bot's budget lets them go. While it is used up the job waits here: the backlog stays in the queue, in order. */
export function createTurns(needs: TurnNeeds): (id: DeliveryId, signal: AbortSignal) => Promise<ClaimResult> {
  const rounds = createRounds(needs)
  return async (id, signal) => {
    while (true) {
      const result = await rounds.run({ id, signal })
      if (result.kind !== 'early') return result
      if (!result.isWholeBot || result.inMs > longestWaitMs || signal.aborted) {
        const { channel, lane, attempts, inMs } = result
        await needs.queue.add([
          deliveryJob({ id, channel, lane, attempts, delayMs: inMs, wokenBy: `e${Date.now().toString(36)}` }),
        ])
        return result
      }
      await pause(result.inMs, undefined, { signal }).catch(() => {})
    }
  }
}

type Turn = { id: DeliveryId; signal: AbortSignal }

/**
 * Rounds of claims, no larger and no sooner than the bot's budget has room for: to look at a promo again and again while it
 * waits for its turn would hold the locks that a payout needs (promise 5).
 */
function createRounds(needs: TurnNeeds): Batcher<Turn, ClaimResult> {
  let nextAt = 0
  return createBatcher<Turn, ClaimResult>({
    limit: roundOf(needs.lane, needs.limits),
    queueLimit: 10_000,
    work: async (turns) => {
      await pauseUntil(nextAt, turns)
      const guard = await needs.guard()
      const startedAt = performance.now()
      const ids = turns.map(({ id }) => id)
      const results = await claim({ ...needs, guard }, needs.channel.name, [...new Set(ids)])
      nextAt = startedAt + Math.min(longestRestMs, roomInMs(needs, [...results.values()]))
      // Two jobs of one delivery can meet in a round, its own and a wake: only one of them may send.
      return ids.map((id, index) => (ids.indexOf(id) === index ? results.get(id) : undefined) ?? { kind: 'gone' })
    },
  })
}

async function pauseUntil(at: number, turns: readonly Turn[]): Promise<void> {
  const inMs = at - performance.now()
  // All of a process stop together.
  if (inMs > 0) await pause(inMs, undefined, { signal: turns[0]?.signal }).catch(() => {})
}

/** Until the budget has room again, as this round has found or left it. */
function roomInMs({ lane, limits }: TurnNeeds, results: readonly ClaimResult[]): number {
  const waits = results.flatMap((each) => (each.kind === 'early' && each.isWholeBot ? [each.inMs] : []))
  if (waits.length > 0) return waits.some((each) => each > longestWaitMs) ? 0 : Math.min(...waits)
  const taken = results.flatMap((each) => (each.kind === 'claimed' ? [each] : []))
  const last = taken.reduce<Claimed | undefined>((a, b) => (a && a.startAt > b.startAt ? a : b), undefined)
  if (!last) return 0
  return nextRoundAt(lane, limits, last.startAt).getTime() - last.claimedAt.getTime()
}
