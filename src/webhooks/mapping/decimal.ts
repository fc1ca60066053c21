/** An exact decimal: 12.5 is { units: 125n, scale: 1 }. */
export type Decimal = { units: bigint; scale: number }

export type DecimalReading =
  | { kind: 'absent' }
  | { kind: 'decimal'; value: Decimal; isAmbiguous: boolean }
  | { kind: 'invalid' }

/**
 * A number as 1C people write it: «14 500,00», «14'500.00», «1.234,56 ₽», «(500)», «-3,5 %», «4,5E+3». Ambiguous is a
 * single separator before exactly three digits («14,500»), which is 14.5 to one reader and 14500 to another.
 */
export function readDecimal(text: string): DecimalReading {
  const simple = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text)
  if (simple) return simpleDecimal(simple[1] === '-', simple[2] ?? '', simple[3] ?? '')

  const written = text.trim()
  if (written === '' || /^[-–—]$/.test(written)) return { kind: 'absent' }
  if (written.length > 80) return { kind: 'invalid' }

  const inBrackets = /^\(([^()]*)\)(.*)$/.exec(written)
  const unsigned = inBrackets ? `-${inBrackets[1]}${inBrackets[2]}` : written
  const bare = unsigned
    .replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff'’`_]/g, '')
    .replace(/[−–—]/g, '-')
    .replace(unitSuffix, '')
  const number = /^([+-]?)(\d[\d.,]*)(?:e([+-]?\d{1,3}))?$/i.exec(bare)
  if (!number?.[2]) return { kind: 'invalid' }

  const plain = plainDigits(number[2])
  if (plain === undefined) return { kind: 'invalid' }
  const value = decimalFrom(plain, number[1] === '-', Number(number[3] ?? '0'))
  if (value === undefined) return { kind: 'invalid' }
  return { kind: 'decimal', value, isAmbiguous: /^[1-9]\d{0,2}[.,]\d{3}$/.test(number[2]) && !/\d\s\d/.test(written) }
}

/** The way of JSON and of machines, read without ado. */
function simpleDecimal(isNegative: boolean, whole: string, fraction: string): DecimalReading {
  const units = BigInt(whole + fraction)
  const isAmbiguous = fraction.length === 3 && whole.length <= 3 && !whole.startsWith('0')
  return { kind: 'decimal', value: { units: isNegative ? -units : units, scale: fraction.length }, isAmbiguous }
}

const unitSuffix = /(?:₽|рублей|рубля|рубль|руб\.?|р\.?|rub|rur|%|кг\.?|kg)(?:\/(?:кг|kg|т|t))?$/i

/** Digits with at most one point: of two different separators the last is the decimal one, a repeated one groups. */
function plainDigits(text: string): string | undefined {
  const lastComma = text.lastIndexOf(',')
  const lastPoint = text.lastIndexOf('.')
  if (lastComma === -1 && lastPoint === -1) return text
  const decimalMark = lastComma > lastPoint ? ',' : '.'
  const groupMark = decimalMark === ',' ? '.' : ','
  const marks = text.split(decimalMark).length - 1
  if (marks > 1)
    return !text.includes(groupMark) && isGrouped(text, decimalMark) ? text.replaceAll(decimalMark, '') : undefined
  const [whole = '', fraction = ''] = text.split(decimalMark)
  if (whole.includes(groupMark) && !isGrouped(whole, groupMark)) return undefined
  return `${whole.replaceAll(groupMark, '')}.${fraction}`
}

function isGrouped(text: string, mark: string): boolean {
  const [first = '', ...rest] = text.split(mark)
  return /^\d{1,3}$/.test(first) && rest.every((group) => /^\d{3}$/.test(group))
}

function decimalFrom(plain: string, isNegative: boolean, exponent: number): Decimal | undefined {
  const [whole = '', fraction = ''] = plain.split('.')
  const units = BigInt(whole + fraction)
  const signed = isNegative ? -units : units
  const scale = fraction.length - exponent
  if (Math.abs(scale) > 80) return units === 0n ? { units: 0n, scale: 0 } : undefined
  return scale >= 0 ? { units: signed, scale } : { units: signed * 10n ** BigInt(-scale), scale: 0 }
}

/** The value multiplied by ten to that power. */
export function shifted(value: Decimal, power: number): Decimal {
  const scale = value.scale - power
  return scale >= 0 ? { units: value.units, scale } : { units: value.units * 10n ** BigInt(-scale), scale: 0 }
}

/** Half away from zero. `isExact` is false when something other than zeros was cut. */
export function rounded(value: Decimal, scale: number): { value: Decimal; isExact: boolean } {
  if (value.scale <= scale)
    return { value: { units: value.units * 10n ** BigInt(scale - value.scale), scale }, isExact: true }
  const divisor = 10n ** BigInt(value.scale - scale)
  const absolute = value.units < 0n ? -value.units : value.units
  const rest = absolute % divisor
  const units = absolute / divisor + (rest * 2n >= divisor ? 1n : 0n)
  return { value: { units: value.units < 0n ? -units : units, scale }, isExact: rest === 0n }
}

/** «12.348», with no zeros at the end of the fraction beyond `minScale` of them. */
export function decimalText({ units, scale }: Decimal, minScale = 0): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale)
  const shortened = fraction.slice(0, minScale) + fraction.slice(minScale).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}${shortened === '' ? '' : `.${shortened}`}`
}
