import type { Queryable } from '../../db/database.ts'
import { type DeadFilter, type DeadLetter, deadLetters } from '../../deliveries/store/dead-letters.ts'
import { handlingOf } from '../../events/catalog.ts'
import { keptTypes } from '../../events/kept.ts'

export type Chosen = {
  /** The oldest first: a client hears of his facts in their order. */
  letters: DeadLetter[]
  /** Too old to be news: left out by the rule that plans real messages. */
  tooOld: number
}

const page = 1_000

/** Everything of the filter that may still be told, at most so many. */
export async function choose(db: Queryable, filter: DeadFilter, limit: number, now: Date): Promise<Chosen> {
  const chosen: Chosen = { letters: [], tooOld: 0 }
  let before: DeadFilter['before']
  while (chosen.letters.length < limit) {
    const found = await deadLetters(db, { ...filter, before }, page)
    for (const letter of found) {
      if (isTooOld(letter, now)) chosen.tooOld += 1
      else if (chosen.letters.length < limit) chosen.letters.push(letter)
    }
    before = found.at(-1)?.id
    if (found.length < page || before === undefined) break
  }
  chosen.letters.reverse()
  return chosen
}

/** A fact is at least as old as its delivery. */
function isTooOld({ type, at }: DeadLetter, now: Date): boolean {
  const kept = keptTypes.find((each) => each === type)
  return kept === undefined || now.getTime() - at.getTime() > handlingOf(kept).freshnessDays * 24 * 3_600_000
}

/** How many there are, by reason and channel, and of how many clients: no word of whom. */
export function summaryOf({ letters, tooOld }: Chosen): string {
  const counts = new Map<string, number>()
  for (const { reason, channel } of letters) {
    const key = `${reason}, ${channel ?? 'без канала'}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const clients = new Set(letters.map((each) => each.clientId)).size
  const lines = [...counts].sort(([, a], [, b]) => b - a).map(([key, count]) => `  ${count}  ${key}\n`)
  return (
    `Недоставленных сообщений: ${letters.length}, клиентов: ${clients}\n${lines.join('')}` +
    (tooOld > 0 ? `Слишком старых, их не отправляем: ${tooOld}\n` : '')
  )
}
