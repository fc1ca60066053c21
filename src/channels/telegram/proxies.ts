/** Which of the proxies is asked first: the one place that those who connect and those who look after them share. */
export type Proxies = {
  readonly all: readonly URL[]
  /** Each once, in the order in which a connection tries them: the one in use, then those that work, then the rest. */
  inTurn(): URL[]
  /** The first of `inTurn`; undefined where there are none. */
  current(): URL | undefined
  /** How many are not known to be out of order. */
  working(): number
  /** A connection stood through it: where none is known to work it stays in use. */
  serves(proxy: URL): void
  /** A connection or a look through it came to nothing. */
  fails(proxy: URL): void
  /** A look through it brought an answer of the messenger. */
  passes(proxy: URL): void
  /** Told when another one comes into use, until the answer is called. */
  onSwitch(listener: () => void): () => void
}

/** One that was out of order is believed again after so many looks: what comes and goes is not run after. */
const looksToReturn = 3

export function createProxies(all: readonly URL[]): Proxies {
  const broken = new Map<URL, { goodInRow: number }>()
  const listeners = new Set<() => void>()
  let current = all[0]

  const works = (proxy: URL) => !broken.has(proxy)
  const use = (proxy: URL | undefined) => {
    if (proxy === undefined || proxy === current) return
    current = proxy
    for (const listener of listeners) listener()
  }
  return {
    all,
    inTurn: () => {
      const rest = all.filter((each) => each !== current)
      return [...(current ? [current] : []), ...rest.filter(works), ...rest.filter((each) => !works(each))]
    },
    current: () => current,
    working: () => all.length - broken.size,
    serves: (proxy) => {
      // A connection that was begun before the switch must not undo it.
      if (current && !works(current)) use(proxy)
    },
    fails: (proxy) => {
      broken.set(proxy, { goodInRow: 0 })
      // Where none works there is no better one: the connection itself tries them all.
      if (proxy === current) use(all.find(works))
    },
    passes: (proxy) => {
      const seen = broken.get(proxy)
      if (seen) seen.goodInRow += 1
      if (seen && (seen.goodInRow >= looksToReturn || broken.size === all.length)) broken.delete(proxy)
      // The list is the owner's order: an earlier one that works comes back into use.
      if (works(proxy)) use(all.find(works))
    },
    onSwitch: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
