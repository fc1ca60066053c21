/** Lets so many pieces of work run at once; the others wait for their turn, first come first served. */
export function createGate(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((enter) => waiting.push(enter))
    else running += 1
    try {
      return await work()
    } finally {
      // Whoever waits takes over the place of the one who leaves.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
