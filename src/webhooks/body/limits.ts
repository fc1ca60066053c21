import { beyondLimits, maxDepth, maxValues } from '../../lib/json-limits.ts'
import type { BodyFailure } from './read-body.ts'

/** Refuses before parsing what would overflow the stack or fill the memory. */
export function refusedBySize(text: string): BodyFailure | undefined {
  const beyond = beyondLimits(text)
  return beyond && failures[beyond]
}

const failures: Record<'depth' | 'values', BodyFailure> = {
  depth: {
    ok: false,
    code: 'json_invalid',
    message: `Вложенность JSON больше ${maxDepth} уровней — передайте событие плоской структурой.`,
  },
  values: {
    ok: false,
    code: 'body_too_large',
    message: `В теле больше ${maxValues} значений — разделите пакет на части.`,
  },
}
