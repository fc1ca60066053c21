import { accept, BslSyntaxError, type Cursor, expect, expectName, isAt, newMethod, peek } from './cursor.ts'
import { type Lexed, lex, type Problem } from './lex.ts'
import { parseStatements } from './statements.ts'

export type Parameter = { name: string; hasDefault: boolean }
/** `owner` is the word before the dot, "" of a call without one, "Новый" of a constructor; `args` says which are given. */
export type Call = { owner: string; name: string; args: readonly boolean[]; line: number; start: number; end: number }
export type Use = { name: string; line: number; start: number }
export type Method = {
  name: string
  isFunction: boolean
  isExport: boolean
  /** The line of the first annotation or of the word «Процедура»: the comment header ends right above it. */
  line: number
  endLine: number
  /** `НаСервере` of `&НаСервере`. */
  annotations: string[]
  parameters: Parameter[]
  calls: Call[]
  uses: Use[]
  assigned: Set<string>
  problems: Problem[]
}
export type Module = { lexed: Lexed; methods: Method[]; problems: Problem[] }

/** Reads a whole module. The first syntax error stops it, as the platform's compiler does. */
export function parseModule(text: string): Module {
  const lexed = lex(text)
  const module: Module = { lexed, methods: [], problems: [...lexed.problems] }
  const cursor: Cursor = { tokens: lexed.tokens, at: 0, method: newMethod() }
  try {
    while (peek(cursor).kind !== 'end') module.methods.push(parseMethod(cursor))
  } catch (error) {
    if (!(error instanceof BslSyntaxError)) throw error
    module.problems.push({ line: error.line, message: error.message })
  }
  for (const method of module.methods) module.problems.push(...method.problems)
  return module
}

function parseMethod(cursor: Cursor): Method {
  const { line } = peek(cursor)
  const method = newMethod()
  cursor.method = method
  parseAnnotations(cursor)
  accept(cursor, 'async')
  method.isFunction = isAt(cursor, 'function')
  expect(cursor, method.isFunction ? 'function' : 'procedure')
  method.name = expectName(cursor)
  method.line = line
  parseParameters(cursor)
  method.isExport = accept(cursor, 'export')
  parseStatements(cursor)
  method.endLine = peek(cursor).line
  expect(cursor, method.isFunction ? 'endfunction' : 'endprocedure')
  return method
}

function parseAnnotations(cursor: Cursor): void {
  while (accept(cursor, '&')) {
    cursor.method.annotations.push(expectName(cursor))
    if (!accept(cursor, '(')) continue
    if (peek(cursor).kind !== 'string') throw new BslSyntaxError(peek(cursor), 'строка')
    cursor.at++
    expect(cursor, ')')
  }
}

function parseParameters(cursor: Cursor): void {
  expect(cursor, '(')
  if (accept(cursor, ')')) return
  do {
    accept(cursor, 'val')
    const name = expectName(cursor)
    const hasDefault = accept(cursor, '=')
    if (hasDefault) parseDefault(cursor)
    cursor.method.parameters.push({ name, hasDefault })
  } while (accept(cursor, ','))
  expect(cursor, ')')
}

function parseDefault(cursor: Cursor): void {
  accept(cursor, '-')
  const token = peek(cursor)
  const isLiteral =
    token.kind === 'number' ||
    token.kind === 'string' ||
    token.kind === 'date' ||
    isAt(cursor, 'true') ||
    isAt(cursor, 'false') ||
    isAt(cursor, 'undefined') ||
    isAt(cursor, 'null')
  if (!isLiteral) throw new BslSyntaxError(token, 'значение по умолчанию')
  cursor.at++
}
