import {
  accept,
  BslSyntaxError,
  type Cursor,
  expect,
  expectMember,
  expectName,
  isAt,
  keywordAt,
  peek,
} from './cursor.ts'

export function parseExpression(cursor: Cursor): void {
  parseOperand(cursor)
  while (isOperator(cursor)) {
    cursor.at++
    parseOperand(cursor)
  }
}

const operatorSigns = ['+', '-', '*', '/', '%', '=', '<>', '<', '>', '<=', '>=']

function isOperator(cursor: Cursor): boolean {
  const token = peek(cursor)
  return token.kind === 'sign' ? operatorSigns.includes(token.text) : isAt(cursor, 'and') || isAt(cursor, 'or')
}

function parseOperand(cursor: Cursor): void {
  while (accept(cursor, 'not') || accept(cursor, '-') || accept(cursor, '+'));
  parsePostfix(cursor)
}

/** What it came to: a bare name, a field, a call, or a value that can neither be called nor assigned. */
export type Shape = 'name' | 'field' | 'call' | 'value'

export function parsePostfix(cursor: Cursor): Shape {
  const first = peek(cursor)
  let shape = parsePrimary(cursor)
  let owner = shape === 'name' ? first.text : '…'
  for (;;) {
    if (accept(cursor, '.')) {
      const { line, start } = peek(cursor)
      const name = expectMember(cursor)
      shape = isAt(cursor, '(') ? parseCall(cursor, { owner, name, line, start }) : 'field'
      owner = `${owner}.${name}`
    } else if (accept(cursor, '[')) {
      parseExpression(cursor)
      expect(cursor, ']')
      shape = 'field'
      owner = '…'
    } else return shape
  }
}

function parsePrimary(cursor: Cursor): Shape {
  const token = peek(cursor)
  if (token.kind === 'number' || token.kind === 'string' || token.kind === 'date') {
    cursor.at++
    return 'value'
  }
  if (accept(cursor, '(')) {
    parseExpression(cursor)
    expect(cursor, ')')
    return 'value'
  }
  if (accept(cursor, '?')) return parseTernary(cursor)
  switch (keywordAt(cursor)) {
    case 'true':
    case 'false':
    case 'undefined':
    case 'null':
      cursor.at++
      return 'value'
    case 'new':
      return parseNew(cursor)
    default:
      return parseName(cursor)
  }
}

function parseTernary(cursor: Cursor): Shape {
  expect(cursor, '(')
  parseExpression(cursor)
  expect(cursor, ',')
  parseExpression(cursor)
  expect(cursor, ',')
  parseExpression(cursor)
  expect(cursor, ')')
  return 'value'
}

function parseNew(cursor: Cursor): Shape {
  cursor.at++
  const { line, start } = peek(cursor)
  const name = isAt(cursor, '(') ? 'Новый' : expectName(cursor)
  if (isAt(cursor, '(')) parseCall(cursor, { owner: 'Новый', name, line, start })
  else cursor.method.calls.push({ owner: 'Новый', name, args: [], line, start, end: start })
  return 'value'
}

function parseName(cursor: Cursor): Shape {
  const { line, start } = peek(cursor)
  const name = expectName(cursor)
  if (isAt(cursor, '(')) return parseCall(cursor, { owner: '', name, line, start })
  cursor.method.uses.push({ name, line, start })
  return 'name'
}

function parseCall(cursor: Cursor, head: { owner: string; name: string; line: number; start: number }): Shape {
  const args: boolean[] = []
  expect(cursor, '(')
  while (!isAt(cursor, ')')) {
    const isGiven = !isAt(cursor, ',')
    if (isGiven) parseExpression(cursor)
    args.push(isGiven)
    if (isAt(cursor, ')')) break
    if (!isAt(cursor, ',')) throw new BslSyntaxError(peek(cursor), 'запятая или )')
    cursor.at++
    if (isAt(cursor, ')')) args.push(false)
  }
  const { end } = peek(cursor)
  expect(cursor, ')')
  cursor.method.calls.push({ ...head, args, end })
  return 'call'
}
