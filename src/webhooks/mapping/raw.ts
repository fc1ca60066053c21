import { isLosslessNumber } from 'lossless-json'

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
