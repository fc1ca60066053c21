import { isLosslessNumber } from 'lossless-json'
import type { Warning } from '../mapping/warning.ts'

/** Postgres text holds neither U+0000 nor half of a surrogate pair; JSON can carry them only as escapes. */
export function needsCleaning(text: string): boolean {
  return /\\u(?:0000|[dD][89a-fA-F])/.test(text)
}

export function cleanText(value: unknown): { value: unknown; warnings: Warning[] } {
  const found = { fields: new Set<string>() }
  const cleaned = clean(value, '', found)
  const warnings = [...found.fields].slice(0, 10).map(
    (field): Warning => ({
      code: 'text_cleaned',
      ...(field === '' ? {} : { field }),
      message: `Из поля «${field}» убраны недопустимые символы (U+0000 или половина суррогатной пары).`,
    }),
  )
  return { value: cleaned, warnings }
}

function clean(value: unknown, field: string, found: { fields: Set<string> }): unknown {
  if (typeof value === 'string') return cleanString(value, field, found)
  if (Array.isArray(value)) return value.map((item) => clean(item, field, found))
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value

  const entries = Object.entries(value).map(([key, inner]) => {
    const cleanKey = cleanString(key, '', found)
    return [cleanKey, clean(inner, cleanKey.slice(0, 100), found)] as const
  })
  return Object.fromEntries(entries)
}

function cleanString(text: string, field: string, found: { fields: Set<string> }): string {
  const cleaned = text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\uFFFD')
  if (cleaned !== text) found.fields.add(field)
  return cleaned
}
