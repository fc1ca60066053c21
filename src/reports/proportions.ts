export type Part = { of: number; came: number }

/**
 * The difference of two shares and its 95 % interval by Newcombe's method (the score interval without correction, 1998):
 * it stays between −1 and 1 and holds for small groups. Undefined while one of the groups is empty.
 */
export function differenceOf(one: Part, other: Part): { difference: number; low: number; high: number } | undefined {
  if (one.of === 0 || other.of === 0) return undefined
  const [p, q] = [one.came / one.of, other.came / other.of]
  const [a, b] = [scoreOf(one), scoreOf(other)]
  const difference = p - q
  return {
    difference,
    low: difference - Math.hypot(p - a.low, b.high - q),
    high: difference + Math.hypot(a.high - p, q - b.low),
  }
}

const z = 1.959964

/** Wilson's interval of one share. */
function scoreOf({ of, came }: Part): { low: number; high: number } {
  const share = came / of
  const middle = share + z ** 2 / (2 * of)
  const reach = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  const whole = 1 + z ** 2 / of
  return { low: Math.max(0, (middle - reach) / whole), high: Math.min(1, (middle + reach) / whole) }
}
