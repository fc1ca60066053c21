import type { z } from 'zod'
import { type PluralForms, plural } from '../lib/russian/plural.ts'

type Issue = z.core.$ZodRawIssue

const kinds: Record<string, string> = {
  string: 'строка',
  number: 'число',
  int: 'целое число',
  bigint: 'целое число',
  boolean: 'true или false',
  array: 'список',
  tuple: 'список',
  object: 'объект',
  record: 'объект',
  map: 'объект',
  date: 'дата',
  null: 'null',
}

const formats: Record<string, string> = {
  datetime: 'дата и время со смещением, например 2026-11-25T12:43:00+03:00',
  date: 'дата, например 2026-11-25',
  time: 'время, например 12:43',
  email: 'адрес почты',
  url: 'адрес страницы, например https://example.ru',
  uuid: 'UUID',
}

/**
 * What zod found, said to the 1C programmer: zod's own Russian speaks of «ожидалось array» and «>=1 символ». A schema that has
 * words of its own for a field is not asked here.
 */
export function wordingOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `не заполнено; нужно: ${kindOf(issue.expected)}`
        : `нужно: ${kindOf(issue.expected)}, а пришло: ${nameOf(issue.input)}`
    case 'invalid_value':
      return issue.values.length === 1
        ? `может быть только ${quoted(issue.values[0])}`
        : `может быть только одним из: ${issue.values.map(quoted).join(', ')}`
    case 'too_big':
      return sizeOf(issue, Number(issue.maximum), 'не больше')
    case 'too_small':
      return sizeOf(issue, Number(issue.minimum), 'не меньше')
    case 'invalid_format':
      return formats[issue.format] ? `нужно: ${formats[issue.format]}` : 'записано не по правилам этого поля'
    case 'not_multiple_of':
      return `должно делиться на ${issue.divisor}`
    case 'unrecognized_keys':
      return `таких полей здесь нет: ${issue.keys.join(', ')}; проверьте написание`
    case 'invalid_union':
      return 'не подходит ни под один из допустимых видов'
    default:
      return 'не подходит; проверьте значение'
  }
}

function kindOf(expected: string): string {
  return kinds[expected] ?? expected
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'список'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'негодная дата' : 'дата'
  return Number.isNaN(value) ? 'не число' : kindOf(typeof value)
}

type Size = { origin: string; exact?: boolean; inclusive?: boolean }

function sizeOf({ origin, exact, inclusive }: Size, limit: number, bound: string): string {
  const words = exact ? 'ровно' : bound
  if (origin === 'string') return `${words} ${limit} ${plural(limit, exact ? marks : ofMarks)}`
  if (['array', 'set', 'object', 'record', 'map'].includes(origin))
    return `${words} ${limit} ${plural(limit, exact ? values : ofValues)}`
  if (inclusive !== false) return `${words} ${limit}`
  return bound === 'не больше' ? `меньше ${limit}` : `больше ${limit}`
}

const marks: PluralForms = { one: 'знак', few: 'знака', many: 'знаков' }
const ofMarks: PluralForms = { one: 'знака', few: 'знаков', many: 'знаков' }
const values: PluralForms = { one: 'значение', few: 'значения', many: 'значений' }
const ofValues: PluralForms = { one: 'значения', few: 'значений', many: 'значений' }

function quoted(value: unknown): string {
  return typeof value === 'string' ? `«${value}»` : String(value)
}
