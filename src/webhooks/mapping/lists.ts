import { keyOf } from './names.ts'

export type Lists<Key extends string> = Partial<Record<Key, string[]>>

/** Both lists of every key, the first one's words before the second's. */
export function joinLists<Key extends string>(first: Lists<Key>, second: Lists<Key>): Lists<Key> {
  const keys = [...new Set([...listEntries(second), ...listEntries(first)].map(([key]) => key))]
  return listsOf(keys.map((key) => [key, [...(first[key] ?? []), ...(second[key] ?? [])]]))
}

/** The same, where a word of the first, in whatever form `normalise` takes for it, leaves what else it meant in the second. */
export function replaceWords<Key extends string>(
  first: Lists<Key> | undefined,
  second: Lists<Key>,
  normalise: (word: string) => string = nameOf,
): Lists<Key> {
  if (first === undefined) return second
  const taken = new Set(listEntries(first).flatMap(([, words]) => words.map(normalise)))
  const rest = listEntries(second).map(([key, words]): [Key, string[]] => [
    key,
    words.filter((word) => !taken.has(normalise(word))),
  ])
  return joinLists(first, listsOf(rest))
}

/** An alias as everybody spells it: «Этап.Номер» part by part. */
export function nameOf(alias: string): string {
  return alias.split('.').map(keyOf).join('.')
}

/** Sound for objects that zod has checked, or that were made below: no other keys, no undefined values. */
export function listEntries<Key extends string>(lists: Lists<Key>): [Key, string[]][] {
  return Object.entries(lists) as [Key, string[]][]
}

/** Sound because every entry has a key of `Key` and a list. */
function listsOf<Key extends string>(entries: [Key, string[]][]): Lists<Key> {
  return Object.fromEntries(entries) as Lists<Key>
}

/** «Сумма СуммаВыплаты»: the words of a list written in a row. */
export function list(words: string): string[] {
  return words.trim().split(/\s+/)
}
