import { z } from 'zod'
import { ru } from 'zod/locales'
import { RequestError } from '../lib/errors.ts'

z.config(ru())

/** @throws RequestError 422 that names each wrong field, in Russian. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) {
    if (hasNul(parsed.data))
      throw new RequestError('field_invalid', 'В тексте есть нулевой символ (U+0000). Уберите его.')
    return parsed.data
  }
  const errors = parsed.error.issues.map((issue) => ({
    code: 'field_invalid' as const,
    field: issue.path.join('.'),
    message: `Поле «${issue.path.join('.')}»: ${issue.message}`,
  }))
  throw new RequestError('field_invalid', errors[0]?.message, { errors })
}

/** Postgres keeps no U+0000 in a text. */
function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000')
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNul)
}

/** A moment with offset, or a day; `to` as a day means its end. */
export const momentInput = z.iso.datetime({ offset: true }).or(z.iso.date())

/** The end of what `to` names: a day is meant whole. */
export function endOf(text: string): Date {
  const at = new Date(text)
  return /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(at.getTime() + 24 * 3_600_000) : at
}
