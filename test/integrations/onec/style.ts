import type { Problem } from './lex.ts'
import type { Method, Module } from './parse.ts'

/** The rules of its.1c.ru/db/v8std that need no meaning: texts (456), headers (453), parameters (640), regions (455). */
export function checkStyle(text: string, module: Module): Problem[] {
  return [...checkLines(text), ...checkRegions(module), ...module.methods.flatMap((each) => checkHeader(module, each))]
}

const maxLineLength = 120
const tabWidth = 4
const acronyms = new Set([
  'HTTP',
  'JSON',
  'SMS',
  'SSL',
  'OpenSSL',
  'ByteOrderMark',
  'Hex',
  'XML',
  'UTF',
  'URL',
  'Json',
  'Bearer',
])

function checkLines(text: string): Problem[] {
  return text
    .replace('\uFEFF', '')
    .split('\n')
    .flatMap((content, index) => lineProblems(content).map((message) => ({ line: index + 1, message })))
}

function lineProblems(content: string): string[] {
  const problems: string[] = []
  if (content.replaceAll('\t', ' '.repeat(tabWidth)).length > maxLineLength) problems.push('строка длиннее 120')
  if (/^\t* +\S/.test(content)) problems.push('отступ пробелами')
  if (/ $/.test(content)) problems.push('пробел в конце строки')
  if (/[ёЁ]/.test(content)) problems.push('буква ё')
  for (const word of content.match(/[\p{L}\p{Nd}]+/gu) ?? []) {
    if (isMixed(word)) problems.push(`русские и латинские буквы в одном слове: ${word}`)
  }
  return problems
}

function isMixed(word: string): boolean {
  const latin = word.match(/[A-Za-z]+/g) ?? []
  return /[А-Яа-я]/.test(word) && latin.some((run) => !acronyms.has(run))
}

const regions = [
  'ПрограммныйИнтерфейс',
  'СлужебныйПрограммныйИнтерфейс',
  'ОбработчикиСобытийФормы',
  'ОбработчикиКомандФормы',
  'СлужебныеПроцедурыИФункции',
]
const opens = new Map([
  ['область', 'конецобласти'],
  ['если', 'конецесли'],
  ['вставка', 'конецвставки'],
  ['удаление', 'конецудаления'],
])

function checkRegions({ lexed, methods }: Module): Problem[] {
  const problems: Problem[] = []
  const stack: { close: string; argument: string; line: number }[] = []
  const found: { name: string; from: number; to: number }[] = []
  for (const { name, argument, line } of lexed.directives) {
    const close = opens.get(name)
    if (close !== undefined) stack.push({ close, argument, line })
    else if (['иначе', 'иначеесли'].includes(name)) continue
    else {
      const open = stack.pop()
      if (open?.close !== name) problems.push({ line, message: `#${name} ничего не закрывает` })
      else if (name === 'конецобласти') found.push({ name: open.argument, from: open.line, to: line })
    }
  }
  for (const { line } of stack) problems.push({ line, message: 'директива не закрыта' })
  const order = found.map(({ name }) => regions.indexOf(name))
  if (order.some((place, index) => place < 0 || place <= (order[index - 1] ?? -1))) {
    problems.push({ line: 1, message: 'области не те или не в том порядке' })
  }
  return [...problems, ...methods.flatMap((method) => regionOf(method, found))]
}

function regionOf(method: Method, found: readonly { name: string; from: number; to: number }[]): Problem[] {
  const region = found.find(({ from, to }) => from < method.line && to > method.endLine)?.name
  const isPublic = region?.endsWith('ПрограммныйИнтерфейс') ?? false
  const fits = region !== undefined && isPublic === method.isExport
  return fits ? [] : [{ line: method.line, message: `${method.name} не в своей области` }]
}

function checkHeader({ lexed }: Module, method: Method): Problem[] {
  const { name, line, parameters } = method
  const problems: Problem[] = []
  if (parameters.length > 7) problems.push({ line, message: `${name}: больше семи параметров` })
  if (!method.isExport) return problems
  const header = headerOf(lexed.comments, line)
  if (header.length === 0) return [...problems, { line, message: `${name}: нет описания` }]
  if (parameters.length > 0 && !header.includes(' Параметры:'))
    problems.push({ line, message: `${name}: нет Параметры:` })
  for (const parameter of parameters) {
    const isDescribed = header.some((text) => text.startsWith(`  ${parameter.name} - `))
    if (!isDescribed) problems.push({ line, message: `${name}: не описан ${parameter.name}` })
  }
  if (method.isFunction !== header.includes(' Возвращаемое значение:')) {
    problems.push({ line, message: `${name}: Возвращаемое значение: должно быть у функций, и только у них` })
  }
  return problems
}

function headerOf(comments: readonly { text: string; line: number }[], line: number): string[] {
  const byLine = new Map(comments.map((comment) => [comment.line, comment.text]))
  const header: string[] = []
  for (let above = line - 1; byLine.has(above); above--) header.unshift(byLine.get(above) ?? '')
  return header
}
