import type { Token } from './lex.ts'
import type { Method } from './parse.ts'
import { type Keyword, keywordOf } from './words.ts'

export type Cursor = { tokens: readonly Token[]; at: number; method: Method }

/** A keyword by its name in words.ts, or a sign as it is written. */
export type Wanted = Keyword | '&' | '(' | ')' | '[' | ']' | ',' | '.' | ';' | ':' | '=' | '?' | '-' | '+' | '~'

export class BslSyntaxError extends Error {
  readonly line: number
  constructor(token: Token, wanted: string) {
    super(`ожидалось ${wanted}, а стоит ${token.kind === 'end' ? 'конец модуля' : token.text.slice(0, 40)}`)
    this.line = token.line
  }
}

export function newMethod(): Method {
  return {
    name: '',
    isFunction: false,
    isExport: false,
    line: 1,
    endLine: 1,
    annotations: [],
    parameters: [],
    calls: [],
    uses: [],
    assigned: new Set(),
    problems: [],
  }
}

export function peek(cursor: Cursor): Token {
  const token = cursor.tokens[cursor.at]
  if (!token) throw new Error('the cursor went past the end of the module')
  return token
}

export function keywordAt(cursor: Cursor): Keyword | undefined {
  const token = peek(cursor)
  return token.kind === 'word' ? keywordOf(token.text) : undefined
}

export function isAt(cursor: Cursor, wanted: Wanted): boolean {
  const token = peek(cursor)
  return token.kind === 'sign' ? token.text === wanted : keywordAt(cursor) === wanted
}

export function accept(cursor: Cursor, wanted: Wanted): boolean {
  if (!isAt(cursor, wanted)) return false
  cursor.at++
  return true
}

export function expect(cursor: Cursor, wanted: Wanted): void {
  if (!accept(cursor, wanted)) throw new BslSyntaxError(peek(cursor), wanted)
}

/** A name that is no keyword: of a method, a parameter, a variable. */
export function expectName(cursor: Cursor): string {
  const token = peek(cursor)
  if (token.kind !== 'word' || keywordAt(cursor) !== undefined) throw new BslSyntaxError(token, 'имя')
  cursor.at++
  return token.text
}

/** After a dot any word is a name: `Запрос.Выполнить()`. */
export function expectMember(cursor: Cursor): string {
  const token = peek(cursor)
  if (token.kind !== 'word') throw new BslSyntaxError(token, 'имя после точки')
  cursor.at++
  return token.text
}
