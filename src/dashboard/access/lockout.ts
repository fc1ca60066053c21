import { LRUCache } from 'lru-cache'

/** So many wrong passwords in a row from one address close a user's door to that address for a while. */
export const triesBeforeLock = 5
export const lockMs = 5 * 60_000
/** So many from all addresses together close it to everyone until the hour is over. One address never gets that far. */
export const triesAnHour = 100
const hourMs = 60 * 60_000

export type Tries = { failed: number; lockedUntil: Date | null }

/** The tries after one more; undefined while the door is closed. Counted before the password is looked at: many at once are many. */
export function oneMore({ failed, lockedUntil }: Tries, now: Date): Tries | undefined {
  if (lockedUntil !== null && lockedUntil > now) return undefined
  const next = lockedUntil === null ? failed + 1 : 1
  return { failed: next, lockedUntil: next >= triesBeforeLock ? new Date(now.getTime() + lockMs) : null }
}

export type Door = {
  /** Counts one try at this lock, which is one user's, from there. */
  try(lock: string, from: string, now: Date): { lockedUntil: Date | null; isOpen: boolean }
  /** The password was right. */
  opened(lock: string, from: string): void
}

/**
 * A stranger locks out himself and nobody else. A name that no user has is locked like one that is had: the door does not
 * tell them apart. Each process counts for itself.
 */
export function createDoor(): Door {
  const byAddress = new LRUCache<string, Tries>({ max: 20_000 })
  const byLock = new LRUCache<string, { count: number; until: Date }>({ max: 10_000 })
  return {
    try: (lock, from, now) => {
      const key = JSON.stringify([lock, from])
      const before = byAddress.get(key) ?? { failed: 0, lockedUntil: null }
      const after = oneMore(before, now)
      // What a closed door turns away costs the others nothing.
      if (!after) return { lockedUntil: before.lockedUntil, isOpen: false }
      const known = byLock.get(lock)
      const hour = known && known.until > now ? known : { count: 0, until: new Date(now.getTime() + hourMs) }
      if (hour.count >= triesAnHour) return { lockedUntil: hour.until, isOpen: false }
      byLock.set(lock, { ...hour, count: hour.count + 1 })
      byAddress.set(key, after)
      return { lockedUntil: after.lockedUntil, isOpen: true }
    },
    opened: (lock, from) => {
      byAddress.delete(JSON.stringify([lock, from]))
      byLock.delete(lock)
    },
  }
}
