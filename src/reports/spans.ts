/** Each step of the histogram is 2 % longer than the one before: a median read from it is true to 1 %. */
export const growth = 1.02

/** The middle of a step, in milliseconds. Its counterpart in SQL is `stepOf` (store/facts.ts). */
export function spanOfStep(step: number): number {
  return Math.round(growth ** (step + 0.5))
}
