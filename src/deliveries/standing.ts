import type { WayName } from '../channels/channel.ts'
import type { Guard, Lane, Reason } from './delivery.ts'

/** What the database knows of a delivery at the moment somebody wants to send it. */
export type Facts = {
  channel: WayName
  isBehind: boolean
  /** The one repeat after a lost answer. */
  isRepeat: boolean
  isErased: boolean
  lane: Lane
  purpose: 'service' | 'advertising'
  zone: string
  branch: string | null
  /** Hours in which the client wants nothing. */
  ownQuiet: { from: number; to: number } | null
  isTest: boolean
  /** Came with a team key. */
  isTeamOnly: boolean
  hasContact: boolean
  contactIsCurrent: boolean
  blockedReason: 'blocked' | 'not_found' | null
  isTeam: boolean
  /** The client's latest word about the consent this message needs; null when there never was one. */
  consent: boolean | null
  nextAttemptAt: Date | null
  expiresAt: Date
  chatFreeAt: Date
  /** A chat's own limit: one message in this time, once its burst is used up. */
  chatIntervalMs: number
}

export type Standing =
  | { kind: 'go' }
  /** Behind an earlier message of the same client: the one that finishes wakes it. */
  | { kind: 'behind' }
  /** `isQuiet`: it waits for the morning, which may not be its end. */
  | { kind: 'early'; at: Date; isQuiet: boolean }
  | { kind: 'drop'; state: 'skipped' | 'failed'; reason: Reason }

/** How many messages a chat may run ahead of its limit: three at once, then one by one. */
const chatBurst = 2
const clockToleranceMs = 50

/** Whether a delivery may leave now. Looks at everything anew: a block, a withdrawal or a ban counts at once. */
export function standingOf(facts: Facts, guard: Guard, now: Date): Standing {
  const dropped = dropReason(facts, guard)
  if (dropped) return dropped
  if (facts.expiresAt <= now) return { kind: 'drop', state: 'failed', reason: 'expired' }
  if (facts.isBehind) return { kind: 'behind' }
  // Nobody hears of a rehearsal, so nobody is woken by it; a repeat is due at once (promise 4).
  const isAtAnyHour = facts.channel === 'sandbox' || facts.isRepeat
  const quietUntil = isAtAnyHour
    ? now
    : guard.afterQuiet(now, { zone: facts.zone, branch: facts.branch, kind: quietClassOf(facts), own: facts.ownQuiet })
  const soonest = Math.max(
    facts.nextAttemptAt?.getTime() ?? 0,
    facts.chatFreeAt.getTime() - chatBurst * facts.chatIntervalMs,
    quietUntil.getTime(),
  )
  if (soonest > now.getTime() + clockToleranceMs)
    return { kind: 'early', at: new Date(soonest), isQuiet: quietUntil > now }
  return { kind: 'go' }
}

function quietClassOf({ lane, purpose }: Facts): 'money' | 'service' | 'promo' {
  if (lane === 'money') return 'money'
  return purpose === 'advertising' ? 'promo' : 'service'
}

function dropReason(facts: Facts, guard: Guard): Standing | undefined {
  const skip = (reason: Reason): Standing => ({ kind: 'drop', state: 'skipped', reason })
  if (facts.isErased) return skip('erased')
  // It stays in this process: neither the owner's mode nor the client's word speaks of it.
  if (facts.channel === 'sandbox') return facts.hasContact ? undefined : skip('no_contact')
  if (facts.isTest || guard.sendMode === 'test') return skip('test_mode')
  if (guard.forbidden.includes(facts.channel)) return skip('channel_forbidden')
  if (!guard.channels.includes(facts.channel)) return skip('channel_off')
  if (!facts.hasContact || !facts.contactIsCurrent) return skip('no_contact')
  if ((guard.sendMode === 'team' || facts.isTeamOnly) && !facts.isTeam) return skip('not_team')
  if (facts.consent === null) return skip('no_consent')
  if (!facts.consent) return skip('opted_out')
  if (facts.blockedReason !== null) return { kind: 'drop', state: 'failed', reason: facts.blockedReason }
  return undefined
}
