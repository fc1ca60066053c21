import { isLosslessNumber, parse } from 'lossless-json'
import { maskCards } from '../mapping/card.ts'
import type { Warning } from '../mapping/warning.ts'
import { diagnose } from './diagnose.ts'
import { refusedBySize } from './limits.ts'
import type { BodyFailure } from './read-body.ts'

type Parsed = { ok: true; value: unknown; warnings: Warning[] } | BodyFailure

/** An object or an array with its numbers untouched. A repeated key keeps its last value, with a warning. */
export function parseJson(text: string): Parsed {
  const parsed = parseOnce(text)
  if (!parsed.ok) return parsed
  const inner = typeof parsed.value === 'string' ? parseOnce(parsed.value) : undefined
  const value = inner?.ok ? inner.value : parsed.value

  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) {
    return { ok: false, code: 'json_invalid', message: notAnObject }
  }
  if (isXdto(value)) return { ok: false, code: 'xdto_json', message: xdto }
  if (inner?.ok) return { ok: true, value, warnings: [...inner.warnings, encodedTwice] }
  return { ok: true, value, warnings: parsed.warnings }
}

function parseOnce(text: string): Parsed {
  const beyond = refusedBySize(text)
  if (beyond !== undefined) return beyond

  const repeated = new Set<string>()
  try {
    const value = parse(text, undefined, {
      onDuplicateKey: ({ key, newValue }) => {
        if (repeated.size < 10) repeated.add(maskCards(key.slice(0, 100)))
        return newValue
      },
    })
    return { ok: true, value, warnings: [...repeated].map(repeatedKey) }
  } catch (error) {
    return diagnose(text, error instanceof Error ? error.message : '')
  }
}

function isXdto(value: object): boolean {
  const first = Array.isArray(value) ? value[0] : value
  return (
    typeof first === 'object' && first !== null && (Object.hasOwn(first, '#type') || Object.hasOwn(first, '#value'))
  )
}

function repeatedKey(field: string): Warning {
  return {
    code: 'duplicate_key',
    field,
    message: `Поле «${field}» передано дважды с разными значениями — взято последнее.`,
  }
}

const encodedTwice: Warning = {
  code: 'encoded_twice',
  message:
    'JSON записан дважды: тело — строка, внутри которой JSON. Отправляйте саму строку, без повторного ЗаписатьJSON.',
}

const notAnObject = 'В теле нет события: ожидается объект {…} или массив объектов […].'

const xdto =
  'Тело записано через СериализаторXDTO («#type», «#value») — соберите Структуру с простыми значениями и запишите её обычным ЗаписатьJSON.'
