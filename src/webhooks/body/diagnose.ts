import { causeOf } from './cause.ts'
import type { BodyFailure } from './read-body.ts'

/** Where the JSON breaks, and the likely cause in the words of a 1C programmer. */
export function diagnose(text: string, parserMessage: string): BodyFailure {
  const position = Math.min(Number(/at position (\d+)$/.exec(parserMessage)?.[1] ?? 0), text.length)
  const { line, column } = placeOf(text, position)
  if (isCut(text, position, parserMessage)) {
    return {
      ok: false,
      code: 'json_truncated',
      message: `JSON обрывается в строке ${line}, позиция ${column} — тело отправлено не целиком или не закрыты кавычки и скобки.`,
      line,
      column,
    }
  }
  const { field, cause } = causeOf(text, position, parserMessage)
  const subject = field === undefined ? '' : `поле «${field}» — `
  return {
    ok: false,
    code: 'json_invalid',
    message: `Строка ${line}, позиция ${column}: ${subject}${cause}.`,
    line,
    column,
  }
}

/** The text ends where more had to come, be it in the middle of a word or of an escape. */
function isCut(text: string, position: number, parserMessage: string): boolean {
  if (parserMessage.startsWith('Expected end of input')) return false
  const rest = text.slice(position, position + 20).trimEnd()
  return rest === '' || /^(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|\\u?[0-9a-f]{0,3})$/i.test(rest)
}

function placeOf(text: string, position: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let i = text.indexOf('\n'); i !== -1 && i < position; i = text.indexOf('\n', i + 1)) {
    line++
    lineStart = i + 1
  }
  return { line, column: position - lineStart + 1 }
}
