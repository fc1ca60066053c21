import { isLosslessNumber } from 'lossless-json'
import { isRecord } from './raw.ts'

/**
 * The sender's name of the first value, or key, that holds a full card number: 13–19 digits that pass Luhn, spaced or not,
 * alone or inside a text, under any key (contract §3.1).
 */
export function findCard(raw: unknown): string | undefined {
  return search(raw, '', '', { nodes: maxNodes })
}

const maxNodes = 300_000

function search(value: unknown, path: string, key: string, budget: { nodes: number }): string | undefined {
  if (budget.nodes-- <= 0) return undefined
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = search(item, `${path}[${index + 1}]`, key, budget)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isRecord(value)) return holdsCard(value, key) ? maskCards(path === '' ? 'значение' : path) : undefined

  for (const [name, inner] of Object.entries(value)) {
    const innerPath = path === '' ? name : `${path}.${name}`
    if (hasCard(name)) return maskCards(innerPath)
    const found = search(inner, innerPath, name, budget)
    if (found !== undefined) return found
  }
  return undefined
}

function holdsCard(value: unknown, key: string): boolean {
  const text = textOf(value)
  return hasCard(text) && !(epoch.test(text) && momentKey.test(key))
}

/** Milliseconds are 13 digits and one in ten passes Luhn; no card of 13 digits begins with 1. */
const epoch = /^\s*(?:\\?\/Date\(1\d{12}(?:[+-]\d{4})?\)\\?\/|1\d{12})\s*$/
const momentKey = /дата|время|момент|срок|период|date|time|stamp|[a-z]At$|_at$|^ts$/i

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return wholePart(String(value))
  return isLosslessNumber(value) ? wholePart(value.value) : ''
}

/** Digits of a JSON number that is whole: 4111111111111111.0 and 4.111111111111111e15 are the card, 4833.333333333333 is not. */
function wholePart(number: string): string {
  const match = /^-?(\d{1,40})(?:\.(\d{1,40}))?(?:e\+?(\d{1,2}))?$/i.exec(number)
  if (!match) return ''
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  if (/[1-9]/.test(fraction.slice(shift))) return ''
  return (whole + fraction.slice(0, shift).padEnd(shift, '0')).replace(/^0+(?=\d)/, '')
}

export function hasCard(text: string): boolean {
  return cardSpans(text).length > 0
}

/** The text with every full card number cut to its last four digits. */
export function maskCards(text: string): string {
  let masked = text
  for (const { start, end } of cardSpans(text).reverse()) {
    const digits = text.slice(start, end).replace(/\D/g, '')
    masked = `${masked.slice(0, start)}•••• ${digits.slice(-4)}${masked.slice(end)}`
  }
  return masked
}

type Span = { start: number; end: number }
type Group = { digits: string; start: number; end: number }

/** Spans do not overlap and come in the order of the text. */
function cardSpans(text: string): Span[] {
  if (text.length < 13 || !candidate.test(text)) return []
  const plain = withoutLookalikes(text)
  const spans: Span[] = []
  for (const run of plain.matchAll(runPattern)) spans.push(...spansInRun(run[0], run.index))
  for (const dotted of plain.matchAll(/(?<!\d)\d{4}[./]\d{4}[./]\d{4}[./]\d{1,7}(?!\d)/g)) {
    if (isCard(dotted[0].replace(/\D/g, ''))) spans.push({ start: dotted.index, end: dotted.index + dotted[0].length })
  }
  return spans.sort((a, b) => a.start - b.start)
}

const candidate = /[\d０-９](?:[\s./\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff_-]{0,3}[\d０-９]){12}/

/** Digits joined by at most three blanks, dashes or invisible characters at a time. */
const runPattern = /\d+(?:[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff_-]{1,3}\d+)*/g

function spansInRun(run: string, offset: number): Span[] {
  if (run.length < 13) return []
  const groups = [...run.matchAll(/\d+/g)].map(
    ({ 0: digits, index }): Group => ({ digits, start: offset + index, end: offset + index + digits.length }),
  )
  const total = groups.reduce((sum, { digits }) => sum + digits.length, 0)
  if (total <= 19 && isCard(joined(groups, 0, groups.length))) return [{ start: offset, end: offset + run.length }]

  const spans: Span[] = []
  for (let first = 0; first < groups.length; first++) {
    const length = cardLengthAt(groups, first)
    if (length === 0) continue
    spans.push({ start: groups[first]?.start ?? 0, end: groups[first + length - 1]?.end ?? 0 })
    first += length - 1
  }
  return spans
}

/** How many groups from `first` are a card. Among other digits, only groups as cards are written count. */
function cardLengthAt(groups: Group[], first: number): number {
  const size = groups[first]?.digits.length ?? 0
  if (size >= 13) return isCard(groups[first]?.digits ?? '') ? 1 : 0
  for (const shape of shapes) {
    if (shape.every((length, i) => groups[first + i]?.digits.length === length)) {
      if (isCard(joined(groups, first, shape.length))) return shape.length
    }
  }
  return 0
}

const shapes = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 4, 1],
  [4, 4, 4, 4],
  [4, 4, 4, 1],
  [4, 6, 5],
  [4, 6, 4],
  [6, 10],
  [8, 8],
]

function joined(groups: Group[], first: number, length: number): string {
  let digits = ''
  for (let i = first; i < first + length; i++) digits += groups[i]?.digits ?? ''
  return digits
}

function isCard(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits) && !compactMoment.test(digits)
}

/** «20251123124300»: no card of 14 digits begins with 19 or 20. */
const compactMoment = /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d$/

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = digit * 2
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** GUIDs, long hex, ISO days and the fraction of a written number are blanked, keeping every position. */
function withoutLookalikes(text: string): string {
  return text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48))
    .replace(/(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi, blank)
    .replace(/(?<![0-9a-z])(?=[0-9]{0,60}[a-f])[0-9a-f]{32,64}(?![0-9a-z])/gi, blank)
    .replace(/(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g, blank)
    .replace(/(?<=^\s*-?\d{1,19}[.,])\d{1,60}(?=\s*$)/, blank)
}

function blank(found: string): string {
  return '#'.repeat(found.length)
}
