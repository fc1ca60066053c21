/** A fault that waits for the calls it aims at. */
export type Armed<Fault, Aim> = { fault: Fault; aim: Aim; left: number }

export type FaultQueue<Fault, Aim, Call> = {
  add(fault: Fault, aim: Aim): void
  /** The fault that strikes this call, first come first served. */
  take(call: Call): Fault | undefined
  list(): readonly Armed<Fault, Aim>[]
  clear(): void
}

/** @param strikes whether a fault with that aim strikes that call */
export function createFaultQueue<Fault, Aim extends { times?: number | undefined }, Call>(
  strikes: (aim: Aim, call: Call) => boolean,
): FaultQueue<Fault, Aim, Call> {
  let queue: Armed<Fault, Aim>[] = []
  return {
    add(fault, aim) {
      queue.push({ fault, aim, left: aim.times ?? 1 })
    },
    take(call) {
      const struck = queue.find((entry) => strikes(entry.aim, call))
      if (!struck) return undefined
      struck.left -= 1
      if (struck.left <= 0) queue = queue.filter((entry) => entry !== struck)
      return struck.fault
    },
    list: () => queue,
    clear() {
      queue = []
    },
  }
}
