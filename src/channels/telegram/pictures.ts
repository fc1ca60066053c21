import { setTimeout as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'

/** What this bot knows of the pictures it has sent, by their addresses. */
export type Pictures = {
  /**
   * How to name the picture to Telegram, or undefined when the message had better go without. The first message with a
   * picture makes Telegram fetch it, others wait for that a while; whoever is given a `Shown` must call its `end`.
   */
  take(url: string): Promise<Shown | undefined>
}

export type Shown = {
  /** The address, or the `file_id` that Telegram gave for it. */
  photo: string
  end(result: { kind: 'shown'; fileId: string | undefined } | { kind: 'spoilt' } | { kind: 'untold' }): void
}

/** Whoever has put another picture under the same address sees it within a day. */
const knownForMs = 24 * 3_600_000
/** A picture that cost a message a detour is left out for a while. */
const leftOutForMs = 10 * 60_000

export function createPictures(waitMs: number): Pictures {
  const known = new LRUCache<string, string>({ max: 200, ttl: knownForMs })
  const leftOut = new LRUCache<string, true>({ max: 200, ttl: leftOutForMs })
  const fetching = new Map<string, Promise<void>>()

  const show = (url: string): Shown => {
    const fileId = known.get(url)
    let release = () => {}
    if (fileId === undefined) fetching.set(url, new Promise((resolve) => (release = resolve)))
    return {
      photo: fileId ?? url,
      end(result) {
        if (result.kind === 'shown' && result.fileId !== undefined) known.set(url, result.fileId)
        // A handle that does not work any more is asked for anew; an address that does not is given a rest.
        if (result.kind === 'spoilt') {
          if (fileId === undefined) leftOut.set(url, true)
          known.delete(url)
        }
        if (fileId === undefined) fetching.delete(url)
        release()
      },
    }
  }

  return {
    async take(url) {
      const end = performance.now() + waitMs
      while (!leftOut.has(url)) {
        const other = known.has(url) ? undefined : fetching.get(url)
        if (!other) return show(url)
        const leftMs = end - performance.now()
        if (leftMs <= 0) return undefined
        const waiting = new AbortController()
        await Promise.race([other, pause(leftMs, undefined, { signal: waiting.signal }).catch(() => {})])
        waiting.abort()
      }
      return undefined
    },
  }
}
