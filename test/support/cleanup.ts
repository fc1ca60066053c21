/** What a test began ends in the opposite order; node:test runs its own hooks first to last. */
export type Cleanup = { after(work: () => Promise<void>): void }

const stacks = new WeakMap<Cleanup, (() => Promise<void>)[]>()

export function cleanup(t: Cleanup, work: () => Promise<unknown>): void {
  let stack = stacks.get(t)
  if (!stack) {
    const made: (() => Promise<void>)[] = []
    stacks.set(t, made)
    t.after(async () => {
      for (let next = made.pop(); next; next = made.pop()) await next()
    })
    stack = made
  }
  stack.push(async () => {
    await work()
  })
}
