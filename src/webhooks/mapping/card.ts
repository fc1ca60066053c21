import { isLosslessNumber } from 'lossless-json'
import { isRecord } from './raw.ts'

/** Says of a key, as the sender wrote it, that its digits are a moment in time and not a card. */
export type IsMoment = (key: string) => boolean

/**
 * The sender's name of the first value, or key, that holds a full card number: 13–19 digits that pass Luhn, spaced or not,
 * alone or inside a text, under any key (contract §3.1). Moments are let through: an epoch in milliseconds is 13 digits
 * and one in ten passes Luhn, but no card begins with 1 in that length, or with 19 and 20 in fourteen digits.
 */
export function findCard(raw: unknown, isMoment: IsMoment): string | undefined {
  const budget = { nodes: 300_000 }
  return search(raw, '', '', isMoment, budget)
}

function search(value: unknown, path: string, key: string, isMoment: IsMoment, budget: { nodes: number }): string | undefined {
  if (budget.nodes-- <= 0) return undefined
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = search(item, `${path}[${index + 1}]`, key, isMoment, budget)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const innerPath = path === '' ? name : `${path}.${name}`
      if (hasCard(name)) return maskCards(innerPath)
      const found = search(inner, innerPath, name, isMoment, budget)
      if (found !== undefined) return found
    }
    return undefined
  }
  return holdsCard(value, key, isMoment) ? maskCards(path === '' ? 'тело' : path) : undefined
}

function holdsCard(value: unknown, key: string, isMoment: IsMoment): boolean {
  const text = textOf(value)
  if (text.length < 13) return false
  return hasCard(text) && !(isEpoch(text) && isMoment(key))
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number' && !isLosslessNumber(value)) return ''
  return wholePart(isLosslessNumber(value) ? value.value : String(value))
}

/** Digits of a JSON number that is whole: 4111111111111111.0 and 4.111111111111111e15 are the card, 4833.333333333333 is not. */
function wholePart(number: string): string {
  const match = /^-?(\d{1,40})(?:\.(\d{1,40}))?(?:e\+?(\d{1,2}))?$/i.exec(number)
  if (!match) return ''
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  return /[1-9]/.test(fraction.slice(shift)) ? '' : (whole + fraction.slice(0, shift).padEnd(shift, '0')).replace(/^0+(?=\d)/, '')
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

function cardSpans(text: string): Span[] {
  if (!/\d[^]{0,60}\d/.test(text)) return []
  const plain = withoutLookalikes(text)
  const spans: Span[] = []
  for (const run of plain.matchAll(runPattern)) {
    const groups = groupsOf(run[0], run.index)
    spans.push(...spansInRun(groups))
  }
  for (const match of plain.matchAll(/(?<!\d)\d{4}[./]\d{4}[./]\d{4}[./]\d{1,7}(?!\d)/g)) {
    if (isCard(match[0].replace(/\D/g, ''))) spans.push({ start: match.index, end: match.index + match[0].length })
  }
  return spans.sort((a, b) => a.start - b.start).filter((span, i, all) => i === 0 || span.start >= (all[i - 1]?.end ?? 0))
}

/** Digits joined by at most three blanks, dashes or invisible characters at a time. */
const between = '[\\s\\u00ad\\u200b-\\u200f\\u2010-\\u2015\\u2060\\u2212\\ufeff_-]{1,3}'
const runPattern = new RegExp(`\\d+(?:${between}\\d+)*`, 'g')

function groupsOf(run: string, offset: number): Group[] {
  return [...run.matchAll(/\d+/g)].map((match) => ({
    digits: match[0],
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }))
}

function spansInRun(groups: Group[]): Span[] {
  const whole = groups.reduce((sum, group) => sum + group.digits.length, 0)
  if (whole < 13) return []
  if (whole <= 19 && isCard(groups.map((group) => group.digits).join(''))) return [spanOf(groups)]

  const spans: Span[] = []
  for (let first = 0; first < groups.length; first++) {
    const window = cardWindow(groups, first)
    if (window === undefined) continue
    spans.push(spanOf(window))
    first += window.length - 1
  }
  return spans
}

/** Among more digits (a term, a phone beside it), only groups as cards print them: 4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4, or unbroken. */
function cardWindow(groups: Group[], first: number): Group[] | undefined {
  for (const shape of shapes) {
    const window = groups.slice(first, first + shape.length)
    const fits = window.length === shape.length && window.every((group, i) => group.digits.length === shape[i])
    if (fits && isCard(window.map((group) => group.digits).join(''))) return window
  }
  const alone = groups[first]
  return alone !== undefined && isCard(alone.digits) ? [alone] : undefined
}

const shapes = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 4, 1],
  [4, 4, 4, 4],
  [4, 4, 4, 1],
  [8, 8],
  [6, 10],
  [4, 6, 5],
  [4, 6, 4],
]

function spanOf(groups: Group[]): Span {
  return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 }
}

function isCard(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits) && !isCompactMoment(digits)
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = digit * 2
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

function isCompactMoment(digits: string): boolean {
  return /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(digits)
}

function isEpoch(text: string): boolean {
  return /^\s*(?:\\?\/Date\(1\d{12}(?:[+-]\d{4})?\)\\?\/|1\d{12})\s*$/.test(text)
}

/** GUIDs, long hex and dates hold runs of digits and dashes; they are blanked, keeping every position. Fullwidth digits become plain. */
function withoutLookalikes(text: string): string {
  const blank = (found: string) => '#'.repeat(found.length)
  return text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48))
    .replace(/(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi, blank)
    .replace(/(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{32,64}(?![0-9a-z])/gi, blank)
    .replace(/(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g, blank)
    .replace(/(?<=\d[.,])\d{5,}/g, (found) => (isWholeTail(found) ? found : blank(found)))
}

/** The long fraction of a written number («4833.3333333333333333») is no card; a fraction of zeros changes nothing. */
function isWholeTail(fraction: string): boolean {
  return /^0+$/.test(fraction)
}
