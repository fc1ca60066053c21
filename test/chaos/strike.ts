import { setTimeout as pause } from 'node:timers/promises'
import { type Battlefield, type Fault, type FaultName, faults } from './faults.ts'
import { count } from './sender.ts'

export type Struck = { tally: Map<string, number>; lastAt: number }

export type StrikeOrder = {
  field: Battlefield
  names: readonly FaultName[]
  random: () => number
  /** From one fault to the next, on the average. */
  everyMs: number
  /** How often each comes at most. */
  rounds: number
  /** Every fault comes once before any comes again, and each once at least, however short the run. */
  isOver: () => boolean
}

/** One fault after another, in an order that the seed decides; they overlap, unless they touch the same thing. */
export async function strikeAll(order: StrikeOrder, struck: Struck): Promise<void> {
  const { field, names, random, everyMs } = order
  const busy = new Map<Fault['touches'], Promise<void>>()
  let bag: FaultName[] = []
  for (let times = 0; times < order.rounds * names.length; times++) {
    if (order.isOver() && times >= names.length) break
    await pause(everyMs * (0.4 + 1.2 * random()))
    if (bag.length === 0) bag = shuffled(names, random)
    const name = bag.pop()
    if (name === undefined) break
    const fault: Fault = faults[name]
    await busy.get(fault.touches)
    count(struck.tally, name)
    busy.set(
      fault.touches,
      fault.strike(field, random).then(() => {
        struck.lastAt = Date.now()
      }),
    )
  }
  await Promise.all(busy.values())
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items]
  const result: T[] = []
  while (left.length > 0) result.push(...left.splice(Math.floor(random() * left.length), 1))
  return result
}
