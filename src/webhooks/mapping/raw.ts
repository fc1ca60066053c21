import { isLosslessNumber } from 'lossless-json'
import { keyOf } from './names.ts'

/** A simple value as the sender wrote it. Numbers keep every digit. */
export type Scalar = { kind: 'text' | 'number' | 'boolean'; text: string }

export function scalarOf(value: unknown): Scalar | undefined {
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value) }
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', text: String(value) }
  if (isLosslessNumber(value)) return { kind: 'number', text: value.value }
  return undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** What a value stands for: itself, or the parts of a reference or an enum ({Имя, Представление}) in order of preference. */
export function scalarsIn(value: unknown, preference: readonly string[]): Scalar[] {
  const simple = scalarOf(value)
  if (simple !== undefined) return [simple]
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((item) => scalarsIn(item, preference).slice(0, 1))
  if (!isRecord(value)) return []
  const byKey = new Map(Object.entries(value).map(([key, inner]) => [keyOf(key), scalarOf(inner)]))
  return preference.map((key) => byKey.get(key)).filter((scalar) => scalar !== undefined)
}

/** Looks like a reference or an enum value written as an object, and not like a part of the event. */
export function isPresentation(value: Record<string, unknown>): boolean {
  const names = Object.keys(value)
  return names.length > 0 && names.length <= 6 && names.every((name) => presentationKeys.has(keyOf(name)))
}

export const nameFirst = [
  'имя',
  'name',
  'код',
  'code',
  'значение',
  'value',
  '#value',
  'представление',
  'presentation',
  'наименование',
  'title',
  'text',
]
export const titleFirst = [
  'наименование',
  'представление',
  'presentation',
  'name',
  'title',
  'имя',
  'значение',
  'value',
  '#value',
  'text',
  'message',
  'сообщение',
  'description',
  'описание',
  'текст',
  'код',
  'code',
]
export const idFirst = [
  'ссылка',
  'guid',
  'uuid',
  'uid',
  'id',
  'ref',
  'уникальныйидентификатор',
  'идентификатор',
  'значение',
  'value',
  '#value',
  'код',
  'code',
]

const presentationKeys = new Set([...nameFirst, ...idFirst, 'тип', 'type', '#type', 'синоним', 'synonym'])
