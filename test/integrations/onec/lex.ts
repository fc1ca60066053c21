/** The lexer of the 1C language: strings with `|` continuations, comments, `#` directives, Russian and English words. */

export type TokenKind = 'word' | 'number' | 'string' | 'date' | 'sign' | 'end'
export type Token = { kind: TokenKind; text: string; start: number; end: number; line: number }
export type Directive = { name: string; argument: string; line: number }
export type Comment = { text: string; line: number }
export type Problem = { line: number; message: string }
export type Lexed = { tokens: Token[]; directives: Directive[]; comments: Comment[]; problems: Problem[] }

const blank = /[ \t\r\n\uFEFF]+/y
const comment = /\/\/[^\n]*/y
const directive = /#[ \t]*([\p{L}!][\p{L}]*)([^\n]*)/uy
const stringLine = /(?:[^"\n]|"")*/y
const continuation = /\n[ \t]*(?:\/\/[^\n]*\n[ \t]*)*\|/y
const plain: readonly (readonly [TokenKind, RegExp])[] = [
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['number', /\d+(?:\.\d+)?/y],
  ['date', /'[^'\n]*'/y],
  ['sign', /<>|<=|>=|[-+*/%=<>().,;:?[\]&~]/y],
]

export function lex(text: string): Lexed {
  const lexed: Lexed = { tokens: [], directives: [], comments: [], problems: [] }
  const lineAt = lineCounter(text)
  let at = 0
  while (at < text.length) {
    const line = lineAt(at)
    const skipped = match(blank, text, at) ?? readComment(lexed, text, at, line) ?? readDirective(lexed, text, at, line)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const token = text[at] === '"' ? readString(lexed, text, at, line) : readPlain(text, at, line)
    if (token) lexed.tokens.push(token)
    else lexed.problems.push({ line, message: `символ ${JSON.stringify(text[at])} здесь невозможен` })
    at = token ? token.end : at + 1
  }
  lexed.tokens.push({ kind: 'end', text: '', start: text.length, end: text.length, line: lineAt(text.length) })
  return lexed
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function readComment(lexed: Lexed, text: string, at: number, line: number): string | undefined {
  const found = match(comment, text, at)
  if (found !== undefined) lexed.comments.push({ text: found.slice(2), line })
  return found
}

function readDirective(lexed: Lexed, text: string, at: number, line: number): string | undefined {
  if (text[at] !== '#') return undefined
  directive.lastIndex = at
  const found = directive.exec(text)
  if (!found) return undefined
  lexed.directives.push({ name: (found[1] ?? '').toLowerCase(), argument: (found[2] ?? '').trim(), line })
  return found[0]
}

function readString(lexed: Lexed, text: string, start: number, line: number): Token {
  let at = start + 1
  for (;;) {
    at += (match(stringLine, text, at) ?? '').length
    if (text[at] === '"') return { kind: 'string', text: text.slice(start, at + 1), start, end: at + 1, line }
    const next = match(continuation, text, at)
    if (next === undefined) {
      lexed.problems.push({ line, message: 'строка не закрыта кавычкой' })
      return { kind: 'string', text: text.slice(start, at), start, end: at, line }
    }
    at += next.length
  }
}

function readPlain(text: string, start: number, line: number): Token | undefined {
  for (const [kind, pattern] of plain) {
    const found = match(pattern, text, start)
    if (found !== undefined) return { kind, text: found, start, end: start + found.length, line }
  }
  return undefined
}

function lineCounter(text: string): (at: number) => number {
  let line = 1
  let seen = 0
  return (at) => {
    for (; seen < at; seen++) if (text[seen] === '\n') line++
    return line
  }
}
