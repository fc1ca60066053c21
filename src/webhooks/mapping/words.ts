import { type EventType, eventTypes } from '../../events/event.ts'
import { wordOf } from './names.ts'
import type { EventMeaning, StatusMeaning } from './profile.ts'
import { nameFirst, scalarsIn } from './raw.ts'
import { meaningful } from './read-text.ts'
import { leavesOf, type Session } from './session.ts'
import type { Leaf } from './understand.ts'

/** A word of the sender's vocabulary where it stood, and what the profile says that it means. */
export type Word<Meaning> = { leaf: Leaf; text: string; meaning: Meaning | undefined }

/** True when the event names its type in our own word under our own key. */
export function isCanonicalForm(raw: Record<string, unknown>): boolean {
  const type = Object.hasOwn(raw, 'type') ? raw['type'] : undefined
  return typeof type === 'string' && canonicalType(type) !== undefined
}

function canonicalType(text: string): EventType | undefined {
  const word = text.trim().toLowerCase()
  return eventTypes.find((type) => type === word)
}

/** The sender's status, by its best name that means something to us, else by its best name. */
export function statusWord(session: Session): Word<StatusMeaning> | undefined {
  const words = wordsOf(session, leavesOf(session, 'status'), statusMeaningOf)
  const codes = wordsOf(session, leavesOf(session, 'statusCode'), statusMeaningOf)
  return words.find(isKnown) ?? codes.find(isKnown) ?? words[0] ?? codes[0]
}

export function wordsOf<Meaning>(
  session: Session,
  leaves: readonly Leaf[],
  meaningOf: (session: Session, text: string) => Meaning | undefined,
): Word<Meaning>[] {
  return leaves.flatMap((leaf) =>
    scalarsIn(leaf.value, nameFirst).flatMap((scalar) => {
      const text = meaningful(scalar.text.slice(0, 200))
      return text === undefined ? [] : [{ leaf, text, meaning: meaningOf(session, text) }]
    }),
  )
}

export function isKnown(word: Word<unknown>): boolean {
  return word.meaning !== undefined
}

export function eventMeaningOf(session: Session, text: string): EventMeaning | undefined {
  return canonicalType(text) ?? session.compiled.events.get(wordOf(text))
}

/** A word, a DirectBank code («03», 3) or both («03 — Отклонен банком»). */
export function statusMeaningOf(session: Session, text: string): StatusMeaning | undefined {
  const { statuses } = session.compiled
  const code = /^0?([1-9])(?:\.0+)?$/.exec(text)?.[1]
  if (code !== undefined) return statuses.get(`0${code}`)
  const withoutRemark = text.replace(/\s*\([^()]*\)\s*$/, '')
  const leadingCode = /^(0[1-9])[\s.:–—-]/.exec(text)?.[1]
  return (
    statuses.get(wordOf(text)) ??
    statuses.get(wordOf(withoutRemark)) ??
    (leadingCode === undefined ? undefined : statuses.get(leadingCode))
  )
}

export function isBankCode(text: string): boolean {
  return /^0?[1-9](?!\d)/.test(text)
}
