import { compile, targetOf } from './compile.ts'
import { keyOf } from './names.ts'
import type { Profile } from './profile.ts'
import { isRecord } from './raw.ts'

export type Batch = { isBatch: boolean; items: readonly unknown[] }

/**
 * The events of a body: an array, one object, or an envelope such as {"ИдентификаторБазы": …, "События": […]}, whose own
 * fields belong to each of its events.
 */
export function eventsIn(profile: Profile, value: unknown): Batch {
  if (Array.isArray(value)) return { isBatch: true, items: value }
  if (!isRecord(value)) return { isBatch: false, items: [value] }

  const entry = Object.entries(value).find(([key, inner]) => isListOfEvents(profile, value, keyOf(key), inner))
  if (entry === undefined) return { isBatch: false, items: [value] }
  const [listKey, list] = entry
  const shared = Object.fromEntries(Object.entries(value).filter(([key]) => key !== listKey))
  const items = Array.isArray(list) ? list.map((item: unknown) => (isRecord(item) ? { ...shared, ...item } : item)) : []
  return { isBatch: true, items }
}

function isListOfEvents(profile: Profile, envelope: Record<string, unknown>, key: string, inner: unknown): boolean {
  if (!Array.isArray(inner) || !inner.every(isRecord)) return false
  return lists.has(key) || (vagueLists.has(key) && !isEvent(profile, envelope))
}

const lists = new Set([
  'события',
  'events',
  'сообщения',
  'messages',
  'пакет',
  'batch',
  'записи',
  'records',
  'уведомления',
  'notifications',
  'sobytiya',
])

/** May as well be a part of one event: only of an envelope that is none itself. */
const vagueLists = new Set(['данные', 'data', 'список', 'list', 'массив', 'array', 'dannye', 'payload'])

function isEvent(profile: Profile, envelope: Record<string, unknown>): boolean {
  const compiled = compile(profile)
  return Object.keys(envelope).some((key) => {
    const field = targetOf(compiled, undefined, keyOf(key))?.field
    return field === 'type' || field === 'status' || field === 'client.phone' || field === 'amount'
  })
}
