import type { Outcome, Repeats } from '../channels/channel.ts'
import type { Reason } from './delivery.ts'

/** Retries after `deferred`: 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then hourly (contract §3.2). */
export const retryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const

/** The one repeat after a lost answer comes this soon; the contract allows 20 s. */
export const repeatDelayMs = 2_000

/** How long a channel that refuses our token or payload rests before one message tries it again. */
const brokenPausesMs = [30_000, 60_000, 300_000, 900_000] as const

/** Of deferrals that are our own doing. */
export const ownCodes = { paused: 'worker_paused', notReworded: 'not_reworded' } as const

export type Situation = {
  outcome: Outcome
  /** Deferrals so far, this one not counted. */
  failures: number
  /** This attempt was the repeat after a lost answer. */
  repeat: boolean
  repeats: Repeats
  /** Broken answers in a row on this channel, this one not counted. */
  brokenCount: number
  /** From 0 to 1, so that messages that failed together do not come back together. */
  jitter: number
}

export type Decision = {
  state: 'sent' | 'queued' | 'waiting' | 'unknown' | 'failed'
  reason: Reason | null
  /** When to try again; null when nothing more will be tried. */
  nextInMs: number | null
  countsAsFailure: boolean
  /** Says something about the contact itself. */
  contact: { kind: 'blocked' | 'not_found' } | { kind: 'moved'; address: string } | null
  /** Stops the whole bot for a while. */
  pauseMs: number | null
  isBroken: boolean
}

/** What becomes of a delivery after one call to the messenger. Pure: the caller brings time and chance. */
export function judge(situation: Situation): Decision {
  const decision = judgeOutcome(situation)
  // Once an answer was lost the message may have arrived: whatever the repeat comes to, «failed» would be a guess.
  if (situation.repeat && decision.state !== 'sent') return { ...decision, state: 'unknown' }
  return decision
}

function judgeOutcome({ outcome, failures, repeat, repeats, brokenCount, jitter }: Situation): Decision {
  switch (outcome.kind) {
    case 'sent':
      return { ...nothing, state: 'sent' }
    case 'refused':
      return {
        ...nothing,
        state: 'failed',
        reason: outcome.reason,
        contact: outcome.reason === 'rejected_by_channel' ? null : { kind: outcome.reason },
      }
    case 'deferred': {
      const wait = Math.max(retryDelay(failures, jitter), outcome.retryAfterMs ?? 0)
      return { ...nothing, state: 'waiting', reason: outcome.reason, nextInMs: wait, countsAsFailure: true }
    }
    case 'limited':
      return {
        ...nothing,
        state: 'waiting',
        reason: 'rate_limited',
        nextInMs: outcome.retryAfterMs,
        pauseMs: outcome.scope === 'bot' ? outcome.retryAfterMs : null,
      }
    case 'broken': {
      if (outcome.scope === 'message') return { ...nothing, state: 'failed', reason: 'rejected_by_channel' }
      const pause = brokenPause(brokenCount)
      return { ...nothing, state: 'waiting', reason: 'config', nextInMs: pause, pauseMs: pause, isBroken: true }
    }
    case 'unknown':
      return { ...nothing, state: 'unknown', nextInMs: repeat || repeats === 'none' ? null : repeatDelayMs }
    case 'moved':
      return { ...nothing, state: 'queued', nextInMs: 0, contact: { kind: 'moved', address: outcome.address } }
  }
}

const nothing = { reason: null, nextInMs: null, countsAsFailure: false, contact: null, pauseMs: null, isBroken: false }

export function retryDelay(failures: number, jitter: number): number {
  return Math.round(at(retryDelaysMs, failures) * (1 + 0.2 * jitter))
}

/** How long a channel rests that does not answer at all: shorter, since it may be back at any moment. */
export function silencePause(brokenCount: number): number {
  return at([10_000, 30_000, 60_000, 120_000], brokenCount)
}

/** @param brokenCount how often in a row it was stopped before */
function brokenPause(brokenCount: number): number {
  return at(brokenPausesMs, brokenCount)
}

function at(delays: readonly [number, ...number[]], index: number): number {
  return delays[Math.min(index, delays.length - 1)] ?? delays[0]
}
