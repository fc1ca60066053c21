/** What a messenger says of our bot does not change while we run: asked until it is known, and remembered. */
export function remembered<T>(ask: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let known: T | undefined
  let asking: Promise<T | undefined> | undefined
  return async () => {
    if (known !== undefined) return known
    asking ??= ask().finally(() => {
      asking = undefined
    })
    known = await asking
    return known
  }
}
