import type { FieldKey } from './profile.ts'
import { idFirst, scalarsIn, titleFirst } from './raw.ts'
import { leavesOf, note, refuse, type Session, warn } from './session.ts'
import type { Leaf } from './understand.ts'

export type TextFound = { text: string; leaf: Leaf }

/** The first text that is there; what is longer than the field holds is cut with a warning. */
export function readText(
  session: Session,
  field: FieldKey,
  max: number,
  leaves = leavesOf(session, field),
): string | undefined {
  const found = findText(leaves, titleFirst, (text) => !isGuid(text))
  if (found === undefined) return undefined
  const { leaf } = found
  const text = found.text.slice(0, max).trim()
  if (found.text.length > max)
    warn(session, leaf, 'text_cut', `Поле «${leaf.name}» длиннее ${max} символов — остаток отброшен.`)
  note(session, leaf, itemPath(field), text)
  return text
}

/** Fields of an item are told by their canonical path. */
export function itemPath(field: FieldKey): string {
  return field.startsWith('item.') ? `operation.items.${field.slice(5)}` : field
}

/** An identifier is taken whole or refused: two that were cut could become one. */
export function readId(session: Session, field: FieldKey, max: number): string | undefined {
  const found = findText(leavesOf(session, field), idFirst)
  if (found === undefined) return undefined
  if (found.text.length > max) {
    refuse(
      session,
      found.leaf,
      'field_invalid',
      `Поле «${found.leaf.name}» длиннее ${max} символов — передайте идентификатор короче.`,
    )
    return undefined
  }
  note(session, found.leaf, field, found.text)
  return found.text
}

/** A reference written under the name of the thing («Клиент»: GUID) is its identifier, and no text for a client to read. */
export function readGuid(session: Session, field: FieldKey, to: FieldKey): string | undefined {
  const found = findText(leavesOf(session, field), idFirst, isGuid)
  if (found === undefined) return undefined
  note(session, found.leaf, to, found.text)
  return found.text
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}

export function findText(
  leaves: readonly Leaf[],
  preference: readonly string[],
  isWanted = (_text: string) => true,
): TextFound | undefined {
  for (const leaf of leaves) {
    for (const scalar of scalarsIn(leaf.value, preference)) {
      const text = meaningful(scalar.text)
      if (text !== undefined && isWanted(text)) return { text, leaf }
    }
  }
  return undefined
}

/** Text without what Postgres cannot hold, or undefined for the ways 1C writes «nothing»: an empty or broken reference, a mask. */
export function meaningful(text: string): string | undefined {
  const clean = isClean(text) ? text.trim() : cleaned(text)
  return clean === '' || nothing.test(clean) ? undefined : clean
}

/** The quick way to know that most texts need no cleaning; a whole surrogate pair is let through to `cleaned`. */
function isClean(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code <= 0xdfff)) return false
  }
  return true
}

function cleaned(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .trim()
}

const nothing =
  /^(?:null|undefined|неопределено|-|–|—|<>|<?не (?:указан|выбран|заполнен|определен|определён)[аоы]?>?|<пустое значение>|<объект не найден>.*|0{8}-0{4}-0{4}-0{4}-0{12})$/i
