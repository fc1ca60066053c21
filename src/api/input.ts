import { z } from 'zod'
import { type FieldError, RequestError } from '../lib/errors.ts'
import { midnightOf } from '../lib/moment.ts'
import { parseDay } from '../lib/russian/time.ts'
import { wordingOf } from './wording.ts'

z.config({ localeError: wordingOf })

/** @throws RequestError 422 that names each wrong field, in Russian. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) {
    if (hasUnkept(parsed.data))
      throw new RequestError(
        'field_invalid',
        'В тексте есть нулевой символ (U+0000) или половина суррогатной пары. Уберите их.',
      )
    return parsed.data
  }
  const errors = parsed.error.issues.flatMap(errorsOf)
  throw new RequestError('field_invalid', errors[0]?.message, { errors })
}

function errorsOf(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [fieldError(issue.path, issue.message)]
  // A misspelt name is told with its own path, not with that of the object around it.
  return issue.keys.map((key) => fieldError([...issue.path, key], 'такого поля здесь нет; проверьте написание'))
}

function fieldError(path: readonly PropertyKey[], message: string): FieldError {
  const field = path.map(String).join('.')
  return {
    code: 'field_invalid',
    field,
    message: field === '' ? `Тело запроса: ${message}` : `Поле «${field}»: ${message}`,
  }
}

/** Postgres keeps neither U+0000 nor half of a surrogate pair in a text. */
function hasUnkept(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000') || /\p{Surrogate}/u.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnkept)
}

/** A moment with offset, or a day of TIMEZONE; `to` as a day means its end. */
export const momentInput = z.iso.datetime({ offset: true }).or(z.iso.date())

/** The beginning of what `from` names: a day is that of the zone. */
export function startOf(text: string, zone: string): Date {
  return momentIn(text, zone, 0)
}

/** The end of what `to` names: a day is meant whole. */
export function endOf(text: string, zone: string): Date {
  return momentIn(text, zone, 1)
}

function momentIn(text: string, zone: string, daysLater: number): Date {
  const day = text.length === '2025-12-23'.length ? parseDay(text) : undefined
  if (!day) return new Date(text)
  return midnightOf(day, zone, daysLater)
}
