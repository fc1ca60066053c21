import { z } from 'zod'

/** What may happen to the calls to our door, for a messenger promises each at least once and in no order. */
export const carryingFaultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('duplicate') }),
  z.object({ kind: z.literal('reorder') }),
])

export type CarryingFault = z.infer<typeof carryingFaultSchema>

export type Carrying<T> = {
  /** Passes it on at once, twice, or later, as the faults have it. */
  push(item: T): void
  /** The next so many come twice. */
  duplicateNext(times?: number): void
  /** The next so many are held, and come last first. */
  shuffleNext(count?: number): void
  /** @throws Error when nothing is carried, so that a fault is not armed in vain. */
  arm(fault: CarryingFault, times?: number): void
  armed(): { fault: CarryingFault; left: number }[]
  /** Ends the faults; what was held comes now. */
  clear(): void
}

export function createCarrying<T>(send: (item: T) => void, isCarried: () => boolean = () => true): Carrying<T> {
  let duplicates = 0
  let shuffled: { left: number; held: T[] } | undefined
  const duplicateNext = (times = 1) => {
    duplicates += times
  }
  const shuffleNext = (count = 2) => {
    shuffled = { left: (shuffled?.left ?? 0) + Math.max(count, 2), held: shuffled?.held ?? [] }
  }
  const release = () => {
    const { held } = shuffled ?? { held: [] }
    shuffled = undefined
    for (const each of held) send(each)
  }

  return {
    push(item) {
      const items = duplicates > 0 ? [item, item] : [item]
      if (duplicates > 0) duplicates -= 1
      if (!shuffled) {
        for (const each of items) send(each)
        return
      }
      shuffled.held.unshift(...items)
      shuffled.left -= 1
      if (shuffled.left <= 0) release()
    },
    duplicateNext,
    shuffleNext,
    arm({ kind }, times) {
      if (!isCarried()) throw new Error('nothing is carried to a door of ours: updates are polled')
      if (kind === 'duplicate') duplicateNext(times)
      else shuffleNext(times)
    },
    armed: () => [
      ...(duplicates > 0 ? [{ fault: { kind: 'duplicate' as const }, left: duplicates }] : []),
      ...(shuffled ? [{ fault: { kind: 'reorder' as const }, left: shuffled.left }] : []),
    ],
    clear() {
      duplicates = 0
      release()
    },
  }
}

/** Faults of calls to us as a part of the faults of an emulator. */
export type ArmedCarrying = Pick<Carrying<unknown>, 'arm' | 'armed' | 'clear'>
