const secondsOf = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600]
export const giveUpAfterMs = 3 * 24 * 3_600_000

/**
 * When to try again after so many failures in a row, the first at `failingSince`; null when it is time to give up. Pure:
 * `chance` in [0, 1) spreads endpoints of one receiver apart.
 */
export function nextTry(failures: number, failingSince: Date, now: Date, chance: number): Date | null {
  if (now.getTime() - failingSince.getTime() >= giveUpAfterMs) return null
  const pauseS = secondsOf[Math.min(failures, secondsOf.length) - 1] ?? 5
  return new Date(now.getTime() + pauseS * 1000 * (0.9 + 0.2 * chance))
}
