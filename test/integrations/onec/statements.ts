import {
  accept,
  BslSyntaxError,
  type Cursor,
  expect,
  expectName,
  isAt,
  keywordAt,
  peek,
  type Wanted,
} from './cursor.ts'
import { parseExpression, parsePostfix } from './expressions.ts'
import type { Keyword } from './words.ts'

/** Reads statements up to a word that closes the block. Every statement ends with «;», also the last one. */
export function parseStatements(cursor: Cursor): number {
  let count = 0
  while (!isBlockEnd(cursor)) {
    parseStatement(cursor)
    expect(cursor, ';')
    count++
  }
  return count
}

const blockEnds: readonly Wanted[] = [
  'endif',
  'elsif',
  'else',
  'enddo',
  'except',
  'endtry',
  'endprocedure',
  'endfunction',
]

function isBlockEnd(cursor: Cursor): boolean {
  return peek(cursor).kind === 'end' || blockEnds.some((end) => isAt(cursor, end))
}

const readers: { [Key in Keyword]?: (cursor: Cursor) => void } = {
  if: parseIf,
  for: parseFor,
  while: parseWhile,
  try: parseTry,
  return: parseReturn,
  raise: parseReturn,
  break: skipWord,
  continue: skipWord,
  var: parseVariables,
  execute: parseOneExpression,
  await: parseOneExpression,
}

function parseStatement(cursor: Cursor): void {
  const keyword = keywordAt(cursor)
  const read = keyword === undefined ? undefined : readers[keyword]
  if (read) read(cursor)
  else parseAssignmentOrCall(cursor)
}

function skipWord(cursor: Cursor): void {
  cursor.at++
}

function parseOneExpression(cursor: Cursor): void {
  cursor.at++
  parseExpression(cursor)
}

function parseIf(cursor: Cursor): void {
  do {
    cursor.at++
    parseExpression(cursor)
    expect(cursor, 'then')
    parseStatements(cursor)
  } while (isAt(cursor, 'elsif'))
  if (accept(cursor, 'else')) parseStatements(cursor)
  expect(cursor, 'endif')
}

function parseFor(cursor: Cursor): void {
  expect(cursor, 'for')
  const isEach = accept(cursor, 'each')
  cursor.method.assigned.add(expectName(cursor).toLowerCase())
  expect(cursor, isEach ? 'in' : '=')
  parseExpression(cursor)
  if (!isEach) {
    expect(cursor, 'to')
    parseExpression(cursor)
  }
  parseLoopBody(cursor)
}

function parseWhile(cursor: Cursor): void {
  expect(cursor, 'while')
  parseExpression(cursor)
  parseLoopBody(cursor)
}

function parseLoopBody(cursor: Cursor): void {
  expect(cursor, 'do')
  parseStatements(cursor)
  expect(cursor, 'enddo')
}

function parseTry(cursor: Cursor): void {
  expect(cursor, 'try')
  parseStatements(cursor)
  const { line, start } = peek(cursor)
  expect(cursor, 'except')
  const count = parseStatements(cursor)
  const { start: end } = peek(cursor)
  expect(cursor, 'endtry')
  const problems = cursor.method.problems
  if (count === 0) problems.push({ line, message: 'пустое Исключение' })
  const isLogged = cursor.method.calls.some(
    (call) => call.start > start && call.start < end && call.name === 'ПодробноеПредставлениеОшибки',
  )
  if (!isLogged) problems.push({ line, message: 'Исключение не пишет ПодробноеПредставлениеОшибки' })
}

function parseReturn(cursor: Cursor): void {
  cursor.at++
  if (!isAt(cursor, ';') && !isBlockEnd(cursor)) parseExpression(cursor)
}

function parseVariables(cursor: Cursor): void {
  expect(cursor, 'var')
  do cursor.method.assigned.add(expectName(cursor).toLowerCase())
  while (accept(cursor, ','))
}

function parseAssignmentOrCall(cursor: Cursor): void {
  const first = peek(cursor)
  const uses = cursor.method.uses.length
  const target = parsePostfix(cursor)
  if (accept(cursor, '=')) {
    if (target === 'call') throw new BslSyntaxError(first, 'переменная слева от =')
    if (target === 'name') {
      // The name on the left is written, not read.
      cursor.method.uses.splice(uses, 1)
      cursor.method.assigned.add(first.text.toLowerCase())
    }
    parseExpression(cursor)
  } else if (target !== 'call') throw new BslSyntaxError(first, 'присваивание или вызов')
}
