const traces = new WeakMap<object, readonly string[]>()

/** More would make a line of a batch longer than a log takes. */
const shownIds = 20

/** The events of a request: their ids are what its line in the log, the plan's and the attempt's have in common. */
export function traceEvents(request: object, ids: readonly string[]): void {
  traces.set(request, ids)
}

/** What the request's line says of them; nothing for a request that brought none. */
export function tracedEvents(request: object): { events: readonly string[]; eventCount?: number } | undefined {
  const ids = traces.get(request)
  if (ids === undefined || ids.length === 0) return undefined
  return ids.length > shownIds ? { events: ids.slice(0, shownIds), eventCount: ids.length } : { events: ids }
}
