import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClientId } from '../../lib/ids.ts'
import { spellingKey } from '../../lib/russian/text.ts'
import { type Person, peopleBefore, type SearchNeeds } from './store.ts'

/** Names and phones are sealed with a key per client, and only whole phones have an index: parts of them are looked for by opening so many of the latest. */
export const peopleAmong = 5_000
const pageSize = 500

export type Match = (person: Person) => boolean

export type Scanned = { people: Person[]; hasMore: boolean; isCut: boolean }

/** The latest clients first; stops at one more than `limit`. */
export async function scanPeople(needs: SearchNeeds, isWanted: Match, limit: number): Promise<Scanned> {
  const people: Person[] = []
  let before: ClientId | undefined
  for (let seen = 0; seen < peopleAmong; seen += pageSize) {
    const page = await peopleBefore(needs, before, pageSize)
    people.push(...page.filter(isWanted))
    if (people.length > limit) return { people: people.slice(0, limit), hasMore: true, isCut: false }
    if (page.length < pageSize) return { people, hasMore: false, isCut: false }
    before = page.at(-1)?.id
    await nextTurn()
  }
  const rest = await peopleBefore(needs, before, 1)
  return { people, hasMore: false, isCut: rest.length > 0 }
}

/** Four digits and more may be the end of a phone. */
export function phoneTail(typed: string): Match | undefined {
  if (!/^[\d\s()+.-]+$/.test(typed)) return undefined
  const digits = typed.replace(/\D/g, '')
  return digits.length < 4 || digits.length > 11 ? undefined : ({ phone }) => phone?.endsWith(digits) === true
}

/** Every word typed begins a word of the name, in any order: «пётр ив» finds Иванова Петра. */
export function nameLike(typed: string): Match | undefined {
  const wanted = wordsOf(typed)
  if (!wanted.some((word) => /\p{L}{2}/u.test(word))) return undefined
  return ({ fullName }) => {
    const words = fullName === undefined ? [] : wordsOf(fullName)
    return wanted.every((each) => words.some((word) => word.startsWith(each)))
  }
}

function wordsOf(text: string): string[] {
  return spellingKey(text).match(/[\p{L}\p{N}]+/gu) ?? []
}
