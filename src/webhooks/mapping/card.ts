import { isLosslessNumber } from 'lossless-json'
import { cardSpans } from './card-spans.ts'
import { isRecord } from './raw.ts'

/**
 * The sender's name of the first value, or key, that holds a full card number: 13–19 digits that pass Luhn, spaced or not,
 * alone or inside a text, under any key (contract §3.1).
 */
export function findCard(raw: unknown): string | undefined {
  const path = search(raw, '', { nodes: maxNodes })
  return path === undefined ? undefined : maskCards(path.join('.').replaceAll('.[', '['))
}

const maxNodes = 300_000

function search(value: unknown, key: string, budget: { nodes: number }): string[] | undefined {
  if (budget.nodes-- <= 0) return undefined
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = search(value[i], key, budget)
      if (found !== undefined) return [`[${i + 1}]`, ...found]
    }
    return undefined
  }
  if (!isRecord(value)) return holdsCard(value, key) ? [] : undefined
  for (const name of Object.keys(value)) {
    const found = hasCard(name) ? [] : search(value[name], name, budget)
    if (found !== undefined) return [name, ...found]
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
  return cardSpans(text, 1).length > 0
}

/** The text with every full card number cut to its last four digits. */
export function maskCards(text: string): string {
  let masked = text
  for (const { start, end } of cardSpans(text, Number.POSITIVE_INFINITY).reverse()) {
    const digits = text.slice(start, end).replace(/\D/g, '')
    masked = `${masked.slice(0, start)}•••• ${digits.slice(-4)}${masked.slice(end)}`
  }
  return masked
}
