import type { Facts } from '../facts.ts'

export type Filter = {
  /** Russian first, English second. */
  names: readonly [string, string, ...string[]]
  description: string
  /** A template and what it gives for the example event of the contract. */
  example: { template: string; result: string }
  /** `input` and `args` are whatever the author of the template wrote; "the event does not say" (null) stays so. */
  apply(input: unknown, args: readonly unknown[], facts: Facts): unknown
}

/** A filter over text: numbers become text first, and what is absent stays absent. */
export function textFilter(
  apply: (text: string, args: readonly unknown[], facts: Facts) => string,
): (input: unknown, args: readonly unknown[], facts: Facts) => unknown {
  return (input, args, facts) => {
    const text = textOf(input)
    return text === undefined ? null : apply(text, args, facts)
  }
}

export function textOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input
  if (typeof input === 'number') return String(input)
  return undefined
}
