/** Decimal strings go to Intl as they are: it formats them exactly, so no kopeck passes through a float. */

/** "14500.00" → «14 500 ₽», "14500.50" → «14 500,50 ₽», with NO-BREAK SPACES. A currency Intl does not know is written after the number. */
export function formatMoney(decimal: string, currency = 'RUB'): string {
  if (!isDecimal(decimal)) return decimal
  if (currency === 'RUB') return roubles.format(decimal)
  return moneyFormat(currency)?.format(decimal) ?? `${formatNumber(decimal)}\u00a0${currency}`
}

/** "1234.5" → «1 234,5 кг»; grams are the last that matters. */
export function formatWeight(kilograms: string): string {
  return isDecimal(kilograms) ? `${plain.format(kilograms)}\u00a0кг` : kilograms
}

/** "1750" → «1 750», "1.5" → «1,5». */
export function formatNumber(decimal: string): string {
  return isDecimal(decimal) ? plain.format(decimal) : decimal
}

/** "3.5" → «3,5 %»; the value is in percent already. */
export function formatPercent(percent: string): string {
  return `${formatNumber(percent)}\u00a0%`
}

/** The exact sum of decimal strings; undefined when one of them is missing or is no decimal. */
export function sumOfDecimals(decimals: readonly (string | undefined)[]): string | undefined {
  const parts = decimals.map((text) => /^(-?)(\d+)(?:\.(\d+))?$/.exec(text ?? ''))
  const scale = Math.max(0, ...parts.map((part) => part?.[3]?.length ?? 0))
  let total = 0n
  for (const part of parts) {
    if (!part) return undefined
    const [, sign = '', whole = '', fraction = ''] = part
    total += BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`)
  }
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${total < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

/** Guarantee: what matches is a number literal to Intl, digits and one point. */
export function isDecimal(text: string): text is `${number}` {
  return /^-?\d{1,30}(?:\.\d{1,30})?$/.test(text)
}

const roubles = new Intl.NumberFormat('ru-RU', {
  style: 'currency',
  currency: 'RUB',
  trailingZeroDisplay: 'stripIfInteger',
})
const plain = new Intl.NumberFormat('ru-RU', { maximumFractionDigits: 3 })
const otherCurrencies = new Map<string, Intl.NumberFormat>()

function moneyFormat(currency: string): Intl.NumberFormat | undefined {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined
  const known = otherCurrencies.get(currency)
  if (known) return known
  const style = { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' } as const
  const narrow = new Intl.NumberFormat('ru-RU', { ...style, currencyDisplay: 'narrowSymbol' })
  // Belarusian roubles are «р.» to Intl: two stops at the end of a sentence, and Russian money to a Russian reader.
  const made = /\.$/.test(narrow.format(1))
    ? new Intl.NumberFormat('ru-RU', { ...style, currencyDisplay: 'code' })
    : narrow
  otherCurrencies.set(currency, made)
  return made
}
