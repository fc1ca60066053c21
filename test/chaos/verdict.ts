import { groupBy } from '../../src/lib/list.ts'
import type { Json } from '../support/service.ts'
import type { Posted } from './sender.ts'
import type { Arrival, Fact } from './town.ts'

/** What came of it, seen from outside: the screens of the clients against what was answered 200, and the journal between. */
export type Verdict = {
  posted: number
  arrived: number
  lost: number
  outOfOrder: number
  unmarkedRepeats: number
  toTheWrongPerson: number
  markedRepeats: number
  /** Both answers were lost; of them, those that nobody saw. */
  unknown: number
  unknownUnseen: number
  /** What must not be, the first of each kind in words. */
  complaints: string[]
}

export type Evidence = {
  facts: readonly Fact[]
  posted: Posted
  arrivals: readonly Arrival[]
  /** By event, its lines of the journal in the order in which they were made. */
  journal: ReadonlyMap<string, readonly Json[]>
  /** How many calls may have lost their answers by what was done to the service. */
  mayRepeat: number
}

export function judge({ facts, posted, arrivals, journal, mayRepeat }: Evidence): Verdict {
  const complain = complaintsIn(posted)
  const bySum = groupBy(arrivals, (each) => each.roubles)
  const verdict = {
    posted: posted.ids.size,
    arrived: 0,
    lost: 0,
    unmarkedRepeats: 0,
    toTheWrongPerson: 0,
    markedRepeats: 0,
    unknown: 0,
    unknownUnseen: 0,
  }
  for (const fact of facts) {
    const eventId = posted.ids.get(fact)
    const screens = bySum.get(fact.roubles) ?? []
    const lines = journal.get(eventId ?? '') ?? []
    const told = toldOf(fact, lines, screens)
    if (eventId === undefined) complain('never answered 200', told)
    if (screens.length > 0) verdict.arrived += 1

    const strangers = screens.filter(({ address, where }) => !isHis(fact, address, where))
    verdict.toTheWrongPerson += strangers.length
    if (strangers.length > 0) complain('to the wrong person', told)

    const unmarked = screens.filter(({ isMarked }, index) => !isMarked && index > 0)
    verdict.unmarkedRepeats += unmarked.length
    if (unmarked.length > 0) complain('an unmarked repeat', told)
    verdict.markedRepeats += screens.filter(({ isMarked }, index) => isMarked && index > 0).length
    // What goes on by another channel may bear the mark of what happened on the first.
    if (lines.length === 1 && lines[0]?.repeat !== true && screens.some(({ isMarked }) => isMarked))
      complain('marked as a repeat, and none', told)
    if (screens.length > 2) complain('more than one repeat', told)

    const last = lines.at(-1)
    if (lines.length === 0) complain('not in the journal', told)
    // An event may go on by another channel; what it left behind there surely did not arrive.
    if (lines.slice(0, -1).some(({ state }) => state !== 'failed')) complain('more than one final state', told)
    const isSent = last?.state === 'sent' || last?.state === 'delivered'
    if (screens.length === 0 && last?.state !== 'unknown') {
      verdict.lost += 1
      complain(isSent ? 'said to be sent, and on no screen' : 'lost', told)
    }
    if (!isSent && last?.state !== 'unknown' && lines.length > 0) complain(`ended as ${last?.state}`, told)
    if (last?.state !== 'unknown') continue
    verdict.unknown += 1
    if (screens.length === 0) verdict.unknownUnseen += 1
    if (last.repeat !== true) complain('given up without its repeat', told)
  }
  const outOfOrder = disorder(arrivals, facts, complain)
  const known = new Set(posted.ids.values())
  for (const [eventId] of journal) if (!known.has(eventId)) complain('an event nobody posted', eventId)
  if (bySum.size > facts.length) complain('sums that nobody posted', `${bySum.size} of ${facts.length}`)
  // It takes two lost answers of the same message; a service that lost its messages in this way would be seen here.
  if (verdict.unknownUnseen > Math.max(10, facts.length / 100))
    complain('too many of which nobody knows', `${verdict.unknownUnseen} of ${facts.length}`)
  if (verdict.markedRepeats > mayRepeat)
    complain('more repeats than lost answers', `${verdict.markedRepeats} of ${mayRepeat}`)
  return { ...verdict, outOfOrder, complaints: complain.said() }
}

/** Counted by kind; the first of each is told in full. */
function complaintsIn(posted: Posted) {
  const kinds = new Map<string, string[]>()
  const complain = (kind: string, told: string) => void kinds.set(kind, [...(kinds.get(kind) ?? []), told])
  for (const each of posted.complaints) complain('an odd answer to a sender', each)
  return Object.assign(complain, {
    said: () => [...kinds].map(([kind, all]) => `${kind}, ${all.length} times; the first: ${all[0]}`),
  })
}

function isHis({ reader }: Fact, address: string, where: Arrival['where']): boolean {
  return address === reader.address && reader.channels.includes(where)
}

function toldOf(fact: Fact, lines: readonly Json[], screens: readonly Arrival[]): string {
  const states = lines.map(({ channel, state, reason, repeat, attempts }) => ({
    channel,
    state,
    reason,
    repeat,
    attempts,
  }))
  const seen = screens.map(({ where, isMarked, at }) => ({ where, isMarked, at: new Date(at).toISOString() }))
  return `event ${fact.number} of ${fact.reader.id}, ${JSON.stringify(states)}, on screens ${JSON.stringify(seen)}`
}

/** Those that a client saw for the first time after one that was posted later. */
function disorder(
  arrivals: readonly Arrival[],
  facts: readonly Fact[],
  complain: (kind: string, told: string) => void,
): number {
  const bySum = new Map(facts.map((fact) => [fact.roubles, fact]))
  const seen = new Set<number>()
  const latest = new Map<string, number>()
  let count = 0
  for (const { roubles } of arrivals) {
    const fact = bySum.get(roubles)
    if (fact === undefined || seen.has(roubles)) continue
    seen.add(roubles)
    const before = latest.get(fact.reader.id) ?? -1
    if (fact.number < before) {
      count += 1
      complain('out of order', `${fact.reader.id} read event ${before} before ${fact.number}`)
    } else latest.set(fact.reader.id, fact.number)
  }
  return count
}
