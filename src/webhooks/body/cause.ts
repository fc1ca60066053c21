import { maskCards } from '../mapping/card.ts'

type Cause = { field?: string; cause: string }

/** Windows of fixed size on both sides of the break keep every pattern below cheap on any body. */
const windowSize = 300

export function causeOf(text: string, position: number, parserMessage: string): Cause {
  const before = text.slice(Math.max(0, position - windowSize), position)
  const after = text.slice(position, position + windowSize)
  const value = valueAround(before, after)

  return (
    endCause(parserMessage, after) ??
    insideStringCause(parserMessage, before, after) ??
    commentCause(after) ??
    trailingCommaCause(before, after) ??
    valueCause(value) ??
    keyCause(parserMessage, after) ??
    quoteCause(parserMessage, before, after) ??
    commaCause(parserMessage, after) ?? {
      cause: 'здесь JSON записан с ошибкой; сформируйте тело через ЗаписатьJSON, а не склейкой строк',
    }
  )
}

function endCause(parserMessage: string, after: string): Cause | undefined {
  if (!parserMessage.startsWith('Expected end of input')) return undefined
  return /^[{[]/.test(after)
    ? { cause: 'несколько JSON подряд; чтобы передать несколько событий, заключите их в массив […]' }
    : { cause: 'после конца JSON есть лишний текст; удалите его' }
}

function insideStringCause(parserMessage: string, before: string, after: string): Cause | undefined {
  const field = lastKey(before)
  if (parserMessage.startsWith('Invalid character')) {
    const cause = /^[\r\n]/.test(after)
      ? 'перевод строки внутри значения; его записывают как \\n (ЗаписатьJSON делает это сам), или не закрыты кавычки'
      : 'управляющий символ внутри строки; уберите его или запишите как \\uXXXX'
    return withField(field, cause)
  }
  if (!parserMessage.startsWith('Invalid escape') && !parserMessage.startsWith('Invalid unicode')) return undefined
  return withField(field, 'обратная косая черта внутри строки; в JSON её удваивают: \\\\')
}

function commentCause(after: string): Cause | undefined {
  return /^\/[/*]/.test(after) ? { cause: 'комментарий; в JSON комментариев нет, удалите его' } : undefined
}

function trailingCommaCause(before: string, after: string): Cause | undefined {
  if (!/,\s*$/.test(before.slice(-50)) || !/^[}\]]/.test(after)) return undefined
  return { cause: 'лишняя запятая перед закрывающей скобкой; удалите её' }
}

type Value = { field: string; written: string }

/** The unquoted value that the break is in, under its key: «"Сумма":14 500,00» broken at any place of the number. */
function valueAround(before: string, after: string): Value | undefined {
  const head = /"([^"\\]{1,100})"\s{0,20}:\s{0,20}([^"{}[\]:]{0,60})$/.exec(before)
  if (head?.[1] === undefined || head[2] === undefined) return undefined
  const written = (head[2] + (/^[^"{}[\]]{0,60}/.exec(after)?.[0] ?? '')).trim()
  return {
    field: maskCards(head[1]),
    written: written
      .replace(/,\s*$/, '')
      .replace(/\s*,\s*[^\s\d][\s\S]*$/, '')
      .trim(),
  }
}

function valueCause(value: Value | undefined): Cause | undefined {
  if (value === undefined) return undefined
  const { field, written } = value
  if (written === '') return withField(field, 'после двоеточия нет значения; передайте значение или null')
  if (/^[-+]?[\d.,\s'’\u00a0\u2009\u202f]+$/.test(written) && /\d/.test(written))
    return withField(field, numberCause(written))
  if (/^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}/.test(written))
    return withField(field, 'дата без кавычек; передайте её строкой, например "2025-11-23T12:43:00"')
  for (const [pattern, cause] of words) if (pattern.test(written)) return withField(field, cause)
  if (/^[a-zа-яё\d]/i.test(written))
    return withField(field, 'значение без кавычек; строки, даты и идентификаторы пишутся в двойных кавычках')
  return undefined
}

function numberCause(written: string): string {
  const shown = maskCards(written.replace(/\s/g, ' ').slice(0, 30))
  const plain = written
    .replace(/[\s'’+]/g, '')
    .replace(/[.,](?=.*[.,])/g, '')
    .replace(',', '.')
  const example = /^-?\d{1,15}(\.\d+)?$/.test(plain) ? maskCards(plain.replace(/^(-?)0+(?=\d)/, '$1')) : '14500.00'
  return `число записано как «${shown}»; в JSON число пишется ${example}, либо передайте строку в кавычках`
}

const words: [RegExp, string][] = [
  [/^истина/i, 'Истина пишется в JSON как true'],
  [/^ложь/i, 'Ложь пишется в JSON как false'],
  [/^(да|yes)$/i, '«да» пишется в JSON как true'],
  [/^(нет|no)$/i, '«нет» пишется в JSON как false'],
  [/^(неопределено|undefined|none|nil)/i, 'Неопределено пишется в JSON как null'],
  [/^true/i, 'true пишется строчными буквами'],
  [/^false/i, 'false пишется строчными буквами'],
  [/^null/i, 'null пишется строчными буквами'],
  [/^[-+]?(nan|inf)/i, 'такого числа в JSON нет; передайте null'],
  [/^'/, 'одинарные кавычки; строки в JSON пишутся в двойных кавычках'],
  [/^[«“”„`]/, 'типографские кавычки; строки в JSON пишутся в прямых двойных кавычках'],
]

function keyCause(parserMessage: string, after: string): Cause | undefined {
  if (!parserMessage.startsWith('Quoted object key')) return undefined
  const key = /^[\p{L}_][\p{L}\p{N}_]{0,60}/u.exec(after)?.[0]
  if (key !== undefined) {
    return withField(
      key,
      'имя поля без кавычек; пишите его в двойных кавычках (в ПараметрыЗаписиJSON включите двойные кавычки)',
    )
  }
  if (/^['«“”„`]/.test(after))
    return { cause: 'имя поля не в двойных кавычках; имена и строки в JSON пишутся в прямых двойных кавычках' }
  return { cause: 'ожидается имя поля в двойных кавычках' }
}

function quoteCause(parserMessage: string, before: string, after: string): Cause | undefined {
  if (!parserMessage.startsWith('Comma') || !/"\s*$/.test(before.slice(-50)) || !/^[\p{L}\p{N}]/u.test(after))
    return undefined
  return withField(
    keyBeforeString(before),
    'кавычки внутри значения; внутри строки их записывают как \\" (ЗаписатьJSON делает это сам)',
  )
}

function commaCause(parserMessage: string, after: string): Cause | undefined {
  if (parserMessage.startsWith('Colon')) return { cause: 'после имени поля нет двоеточия' }
  if (!parserMessage.startsWith('Comma')) return undefined
  if (/^["{[]/.test(after)) return { cause: 'пропущена запятая между полями' }
  if (/^[}\]]/.test(after)) return { cause: 'не та закрывающая скобка' }
  return undefined
}

function lastKey(before: string): string | undefined {
  const keys = [...before.matchAll(/"([^"\\]{1,100})"\s{0,20}:/g)]
  const last = keys.at(-1)?.[1]
  return last === undefined ? undefined : maskCards(last)
}

function keyBeforeString(before: string): string | undefined {
  const key = /"([^"\\]{1,100})"\s{0,20}:\s{0,20}"[^"]{0,200}"\s{0,20}$/.exec(before)?.[1]
  return key === undefined ? undefined : maskCards(key)
}

function withField(field: string | undefined, cause: string): Cause {
  return field === undefined ? { cause } : { field, cause }
}
