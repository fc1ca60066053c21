import { findPhoneNumbersInText, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'

export type PhoneReading =
  | { kind: 'absent' }
  | { kind: 'phone'; phone: string; isMobile: boolean; others: number }
  | { kind: 'invalid'; digits: number; expected?: number }

/**
 * E.164 from any spelling met in 1C fields (БСП adds «, доб. 12, комментарий»; hands add a second number after «;»).
 * Of several numbers the first mobile wins. An input mask without digits is absent. `expected` is the length the
 * number would have to have, when it is only a matter of length.
 */
export function readPhone(text: string): PhoneReading {
  const written = text.slice(0, 300).normalize('NFKC').trim()
  if (isBlank(written)) return { kind: 'absent' }

  const found = numbersIn(written)
  const chosen = found.find(({ isMobile }) => isMobile) ?? found[0]
  if (chosen === undefined) return invalid(written)
  return { kind: 'phone', ...chosen, others: found.length - 1 }
}

/** Nothing but a mask («+7 (   )    -  -  »), zeros, or a word for nothing. */
function isBlank(text: string): boolean {
  const digits = digitsOf(text)
  return digits === '7' || digits === '8' || /^0*$/.test(digits)
}

type Found = { phone: string; isMobile: boolean }

function numbersIn(text: string): Found[] {
  const whole = one(text)
  if (whole !== undefined) return [whole]

  const pieces = text.split(/[;,/|\\\n\r\t]|\s(?:и|или|and|or)\s/i).slice(0, 10)
  const unique = new Map<string, Found>()
  for (const piece of pieces) {
    const found = one(piece)
    if (found !== undefined) unique.set(found.phone, found)
  }
  if (unique.size === 0) {
    for (const { number } of findPhoneNumbersInText(text.slice(0, 100), 'RU')) {
      const found = personal(number)
      if (found !== undefined) unique.set(found.phone, found)
    }
  }
  return [...unique.values()]
}

/** Digits may be grouped anyhow: only their count and their beginning say what they are. */
function one(piece: string): Found | undefined {
  const number = piece.replace(/(?:доб|вн|ext|#).*$/i, '')
  const digits = digitsOf(number)
  if (digits.length < 7 || digits.length > 15) return undefined
  if (!number.includes('+')) return valid(withCountry(digits))
  return valid(`+${digits}`) ?? (digits.startsWith('8') ? valid(withCountry(digits)) : undefined)
}

function withCountry(digits: string): string {
  if (digits.length === 11 && /^[78]/.test(digits)) return `+7${digits.slice(1)}`
  if (digits.length === 10) return `+7${digits}`
  if (/^810\d{10,}/.test(digits)) return `+${digits.slice(3)}`
  return `+${digits}`
}

/** The library calls every +79… of eleven digits a valid mobile (a test holds it to that), fifty times slower. */
function valid(spelling: string): Found | undefined {
  if (/^\+79\d{9}$/.test(spelling)) return { phone: spelling, isMobile: true }
  const number = parsePhoneNumberFromString(spelling)
  return number?.isValid() ? personal(number) : undefined
}

/** A person answers it: not a short, free or premium number. */
function personal(number: PhoneNumber): Found | undefined {
  const type = number.getType()
  if (type !== undefined && !personalTypes.has(type)) return undefined
  return { phone: number.number, isMobile: type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' }
}

const personalTypes = new Set<string>(['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE', 'PERSONAL_NUMBER', 'VOIP'])

function invalid(text: string): PhoneReading {
  const first = text.split(/[;,]/, 1)[0] ?? text
  const digits = digitsOf(first)
  const isRussian = /^(?:[78]|\+7)/.test(first.replace(/[^\d+]/g, ''))
  const expected = isRussian ? 11 : digits.startsWith('9') ? 10 : undefined
  return expected === undefined || digits.length === expected
    ? { kind: 'invalid', digits: digits.length }
    : { kind: 'invalid', digits: digits.length, expected }
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

/** The phone in a text somebody typed to find it; undefined when there is none. */
export function phoneIn(text: string): string | undefined {
  const reading = readPhone(text)
  return reading.kind === 'phone' ? reading.phone : undefined
}
