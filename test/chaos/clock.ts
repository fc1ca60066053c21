/**
 * Read before a program (`node --import`), it makes the wall clock of that one process wrong by CHAOS_CLOCK_MS; the
 * monotonic clock stays as it is, as on a machine whose time was set by hand.
 */
const RealDate = Date
const offMs = Number(process.env['CHAOS_CLOCK_MS'] ?? 0)

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offMs] : args, newTarget),
  apply: () => new RealDate(RealDate.now() + offMs).toString(),
  get: (target, key, receiver) => (key === 'now' ? () => RealDate.now() + offMs : Reflect.get(target, key, receiver)),
})
