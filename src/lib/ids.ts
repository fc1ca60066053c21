import { v7 } from 'uuid'

/** Every id is a readable prefix and the 32 hex digits of a UUIDv7, so it sorts by the time it was made. */
const prefixes = {
  event: 'evt',
  notification: 'ntf',
  delivery: 'dlv',
  attempt: 'att',
  receipt: 'rct',
  client: 'cli',
  contact: 'cnt',
  consent: 'cns',
  update: 'upd',
  key: 'key',
  webhook: 'whk',
  template: 'tpl',
  alert: 'alr',
  schedule: 'sch',
  erasure: 'ers',
  look: 'lok',
  retentionRun: 'rtn',
  question: 'que',
  erasureRequest: 'erq',
  audit: 'aud',
} as const

export type IdKind = keyof typeof prefixes
export type Id<K extends IdKind> = string & { readonly __id: K }
export type EventId = Id<'event'>
export type NotificationId = Id<'notification'>
export type DeliveryId = Id<'delivery'>
export type AttemptId = Id<'attempt'>
export type ClientId = Id<'client'>
export type ContactId = Id<'contact'>
export type ConsentId = Id<'consent'>
export type ScheduleId = Id<'schedule'>
export type QuestionId = Id<'question'>

export function newId<K extends IdKind>(kind: K): Id<K> {
  return branded<K>(`${prefixes[kind]}_${v7().replaceAll('-', '')}`)
}

export function prefixOf(kind: IdKind): string {
  return prefixes[kind]
}

/** When an id was made: a UUIDv7 begins with its moment. */
export function madeAt(id: Id<IdKind>): Date {
  return new Date(Number.parseInt(id.slice(id.indexOf('_') + 1).slice(0, 12), 16))
}

/** The least id of that kind made at that moment: 48 bits of milliseconds come first, so a span of time is a span of ids. */
export function firstIdAt<K extends IdKind>(kind: K, at: Date, laterMs = 0): Id<K> {
  const ms = Math.max(0, at.getTime() + laterMs)
  return branded<K>(`${prefixes[kind]}_${ms.toString(16).padStart(12, '0')}${'0'.repeat(20)}`)
}

/** The id in `text`, or undefined when it is not an id of that kind. */
export function parseId<K extends IdKind>(kind: K, text: string): Id<K> | undefined {
  return new RegExp(`^${prefixes[kind]}_[0-9a-f]{32}$`).test(text) ? branded<K>(text) : undefined
}

/** Guarantee: called only with text that has the form of an id of this kind: made here, checked above, or read from its own column. */
export function branded<K extends IdKind>(text: string): Id<K> {
  return text as Id<K>
}
