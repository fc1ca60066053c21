import { AssertionError, LiquidError, type Token, UndefinedVariableError } from 'liquidjs'
import { spellingKey } from '../lib/russian/text.ts'
import { knownTags } from './engine.ts'
import { filters } from './filters/catalog.ts'
import { variables } from './variables.ts'

/** Why a template cannot be used: a sentence for its author, and the place. Lines and columns count from 1. */
export type TemplateError = { message: string; line: number; column: number }

/** Liquid's own words, in Russian; undefined when the error is none of Liquid's, but a bug. */
export function problemOf(error: unknown): TemplateError | undefined {
  if (LiquidError.is(error)) return at(error.token, explained(error.originalError?.message ?? error.message, error))
  // A limit that runs out between two parts of the text has no place of its own.
  if (error instanceof AssertionError) return { message: explained(error.message), line: 1, column: 1 }
  return undefined
}

export function at(token: Token, message: string): TemplateError {
  const [line = 1, column = 1] = token.getPosition()
  return { message, line, column }
}

export function unknownVariable(name: string): string {
  return `Неизвестная переменная «${name}».${hint(name, variableNames)}`
}

function explained(message: string, error?: LiquidError): string {
  if (error instanceof UndefinedVariableError) return unknownName(message)
  for (const [pattern, text] of explanations) {
    const match = pattern.exec(message)
    if (match) return text(match[1] ?? '')
  }
  return error ? `Шаблон не разобрать рядом с «${clipped(error.token.getText())}».` : 'Шаблон не разобрать.'
}

/** `п.матерал` is unknown only as a part of `п`. */
function unknownName(message: string): string {
  const path = /undefined variable: (.*)$/.exec(message)?.[1] ?? ''
  const name = path.split('.').at(-1) ?? ''
  return path.includes('.') ? `У «${path.slice(0, -name.length - 1)}» нет части «${name}».` : unknownVariable(name)
}

const explanations: readonly (readonly [RegExp, (detail: string) => string])[] = [
  [/^output "?(.*?)"? not closed/, (text) => `Подстановка «${clipped(text)}» не закрыта: не хватает «}}».`],
  [/^tag "?(\{%.*?)"? not closed/, (text) => `Тег «${clipped(text)}» не закрыт: ${closing(text)}.`],
  [/^tag "(.*?)" not found/, (name) => unknownTag(name)],
  [/^undefined filter: (.*)/, (name) => `Неизвестный фильтр «${name}».${hint(name, filterNames)}`],
  [/^parse length limit/, () => 'Шаблон слишком длинный.'],
  [/^template render limit/, () => 'Шаблон работает слишком долго: проверьте циклы.'],
  [/^memory alloc limit/, () => 'Шаблон требует слишком много памяти: проверьте циклы.'],
  [/^output length limit/, () => 'Сообщение получается слишком длинным: проверьте циклы.'],
  [/^expected "\|" before filter/, () => 'Перед фильтром должна стоять черта «|».'],
  [/^expected ":" after filter name/, () => 'После имени фильтра ожидается «:» и значение, или конец подстановки.'],
  [/^expected filter name/, () => 'После «|» ожидается имя фильтра.'],
  [/^expected variable name/, () => 'Ожидается имя переменной.'],
  [/^expected "="/, () => 'Ожидается знак «=».'],
  [/^invalid value expression: "(.*)"/, (text) => invalidValue(text)],
]

function invalidValue(text: string): string {
  if (text.trim() === '') return 'Здесь ожидается значение: переменная, число или текст в кавычках.'
  return `Значение «${clipped(text)}» не разобрать.`
}

function closing(tag: string): string {
  const name = /^\{%-?\s*(\S+)/.exec(tag)?.[1] ?? ''
  return tag.includes('%}') ? `не хватает «{% end${name} %}»` : 'не хватает «%}»'
}

function unknownTag(name: string): string {
  if (forbiddenTags.has(name)) return `Тег «${name}» в шаблонах сообщений запрещён.`
  if (name.startsWith('end') || knownTags.includes(name)) return `Тег «${name}» стоит без своего начала.`
  return `Неизвестный тег «${name}».${hint(name, knownTags)}`
}

/** « Возможно, «сумма»?» when one of the names differs by a slip of the keyboard. */
function hint(name: string, known: readonly string[]): string {
  const near = nearest(spellingKey(name), known)
  return near === undefined ? '' : ` Возможно, «${near}»?`
}

export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3))
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name, spellingKey(candidate))
    if (distance <= limit && (!best || distance < best.distance)) best = { name: candidate, distance }
  }
  return best?.name
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

function clipped(text: string): string {
  const line = text.replace(/\\"/g, '"').replace(/\s+/g, ' ').trim()
  return line.length > 40 ? `${line.slice(0, 40)}…` : line
}

const variableNames = variables.flatMap((variable) => variable.names)
const filterNames = filters.flatMap((filter) => filter.names)
const forbiddenTags = new Set(
  'include render layout block capture cycle increment decrement tablerow echo liquid'.split(' '),
)
