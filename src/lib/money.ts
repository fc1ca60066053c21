/** Kopecks from a decimal string such as "14500.5"; undefined when it is not one, or has more than two decimals that matter. */
export function kopecksOf(decimal: string): bigint | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(decimal)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  if (/[1-9]/.test(fraction.slice(2))) return undefined
  const kopecks = BigInt(whole) * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0'))
  return sign === '-' ? -kopecks : kopecks
}

/** The decimal string with two digits: 1450050n → "14500.50". */
export function decimalOf(kopecks: bigint): string {
  const absolute = kopecks < 0n ? -kopecks : kopecks
  const fraction = (absolute % 100n).toString().padStart(2, '0')
  return `${kopecks < 0n ? '-' : ''}${absolute / 100n}.${fraction}`
}
