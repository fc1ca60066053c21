import type { ErrorCode, FieldError } from '../../lib/errors.ts'
import { maskCards } from './card.ts'
import type { Compiled } from './compile.ts'
import type { FieldKey } from './profile.ts'
import { scalarOf, scalarsIn, titleFirst } from './raw.ts'
import type { Leaf, Understanding } from './understand.ts'
import type { Warning, WarningCode } from './warning.ts'

export type Understood = { from: string; to: string; value: string }

/** One event on its way from the sender's words to ours, with what is to be said about it. */
export type Session = {
  compiled: Compiled
  fields: Understanding['fields']
  rows: Understanding['rows']
  unknown: Understanding['unknown']
  zone: string
  now: Date
  /** The event is in the canonical form, whose sums are roubles and whose «Z» is UTC whatever the profile says. */
  isCanonical: boolean
  errors: FieldError[]
  warnings: Warning[]
  understood: Understood[]
  used: Set<Leaf>
}

export function leavesOf(session: Session, field: FieldKey): readonly Leaf[] {
  return session.fields.get(field) ?? []
}

export function refuse(session: Session, leaf: Leaf | undefined, code: ErrorCode, message: string): void {
  const error: FieldError = { code, message: maskCards(message) }
  if (leaf !== undefined) {
    session.used.add(leaf)
    error.field = shownName(leaf)
    const value = shownValue(leaf)
    if (value !== '') error.value = value
  }
  const isRepeated = session.errors.some((known) => known.code === error.code && known.field === error.field)
  if (!isRepeated) session.errors.push(error)
}

export function warn(session: Session, leaf: Leaf | undefined, code: WarningCode, message: string): void {
  const warning: Warning = { code, message: maskCards(message) }
  if (leaf !== undefined) {
    session.used.add(leaf)
    warning.field = shownName(leaf)
  }
  const isRepeated = session.warnings.some((known) => known.code === code && known.field === warning.field)
  if (!isRepeated && session.warnings.length < 50) session.warnings.push(warning)
}

/** `to` is the canonical path. */
export function note(session: Session, leaf: Leaf, to: string, value: string): void {
  session.used.add(leaf)
  session.understood.push({ from: leaf.name, to, value })
}

export function shownName(leaf: Leaf): string {
  return maskCards(leaf.name.slice(0, 200))
}

/** Short, on one line, and never a full card number. */
export function shownValue(leaf: Leaf): string {
  const scalar = scalarOf(leaf.value) ?? scalarsIn(leaf.value, titleFirst)[0]
  return maskCards((scalar?.text ?? '').slice(0, 200))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
}
