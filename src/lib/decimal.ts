/** Exact arithmetic on decimal strings such as "12.348": sums and weights never pass through a float. */

type Scaled = { units: bigint; scale: number }

/** Undefined when one of them is no decimal. */
export function minus(a: string, b: string): string | undefined {
  return withBoth(a, b, (x, y) => {
    const scale = Math.max(x.scale, y.scale)
    return { units: raised(x, scale) - raised(y, scale), scale }
  })
}

export function times(a: string, b: string): string | undefined {
  return withBoth(a, b, (x, y) => ({ units: x.units * y.units, scale: x.scale + y.scale }))
}

/** The half goes away from zero, as on a receipt. */
export function rounded(decimal: string, digits: number): string | undefined {
  const value = parsed(decimal)
  if (!value) return undefined
  if (value.scale <= digits) return textOf({ units: raised(value, digits), scale: digits })
  const unit = 10n ** BigInt(value.scale - digits)
  const half = value.units < 0n ? -unit / 2n : unit / 2n
  return textOf({ units: (value.units + half) / unit, scale: digits })
}

/** Are they the same, to so many digits? */
export function isSame(a: string, b: string, digits: number): boolean {
  const [x, y] = [rounded(a, digits), rounded(b, digits)]
  return x !== undefined && x === y
}

function withBoth(a: string, b: string, work: (x: Scaled, y: Scaled) => Scaled): string | undefined {
  const [x, y] = [parsed(a), parsed(b)]
  return x && y && textOf(work(x, y))
}

function parsed(text: string): Scaled | undefined {
  const match = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length }
}

function raised({ units, scale }: Scaled, to: number): bigint {
  return units * 10n ** BigInt(to - scale)
}

function textOf({ units, scale }: Scaled): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}
