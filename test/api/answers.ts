import assert from 'node:assert/strict'
import type { Json } from '../support/service.ts'

export const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** What there is not is absent: 1C cannot read an empty date. */
export function assertNothingEmpty(value: Json, path = ''): void {
  assert.ok(value !== null && value !== '' && value !== undefined, `${path} is empty: 1C cannot read an empty date`)
  if (typeof value !== 'object') return
  for (const [key, inner] of Object.entries(value)) assertNothingEmpty(inner, `${path}.${key}`)
}
