import { setTimeout as pause } from 'node:timers/promises'

/** Waits for a condition; a deadline that passes says what was waited for and what was last seen. */
export async function until<T>(
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  deadlineMs: number,
  what: string,
): Promise<T> {
  const deadline = Date.now() + deadlineMs
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false && seen !== null) return seen
      last = seen
    } catch (error) {
      last = error
    }
    await pause(20)
  }
  throw new Error(`waited ${deadlineMs} ms in vain: ${what} (last: ${String(last)})`)
}
