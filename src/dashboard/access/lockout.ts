import { LRUCache } from 'lru-cache'

/** So many wrong passwords in a row close a user's door for a while. */
export const triesBeforeLock = 5
export const lockMs = 5 * 60_000

export type Tries = { failed: number; lockedUntil: Date | null }

/** The tries after one more; undefined while the door is closed. Counted before the password is looked at: many at once are many. */
export function oneMore({ failed, lockedUntil }: Tries, now: Date): Tries | undefined {
  if (lockedUntil !== null && lockedUntil > now) return undefined
  const next = lockedUntil === null ? failed + 1 : 1
  return { failed: next, lockedUntil: next >= triesBeforeLock ? new Date(now.getTime() + lockMs) : null }
}

export type StrangersDoor = { try(name: string, now: Date): { lockedUntil: Date | null; isOpen: boolean } }

/** A name that no user has is locked like one that is had: the door does not tell them apart. */
export function createStrangersDoor(): StrangersDoor {
  const known = new LRUCache<string, Tries>({ max: 10_000 })
  return {
    try: (name, now) => {
      const before = known.get(name) ?? { failed: 0, lockedUntil: null }
      const after = oneMore(before, now)
      if (after) known.set(name, after)
      return { lockedUntil: (after ?? before).lockedUntil, isOpen: after !== undefined }
    },
  }
}
