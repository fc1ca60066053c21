import { randomBytes } from 'node:crypto'
import { createCallbacks } from './callbacks.ts'
import { apiVersion } from './errors.ts'

export type GroupEvent = { type: string; object: object; group_id: number; event_id: string; v: string }

/** The events of one community, as its Bots Long Poll and its Callback servers bring them; each way brings all of them. */
export type Events = {
  push(type: string, object: object): void
  /** What groups.getLongPollServer answers: from now on. */
  longPoll(): { key: string; ts: string }
  poll(request: { key: string; ts: string; waitS: number; signal: AbortSignal }): Promise<PollAnswer>
  /** Forgets the history: a poll from before answers `failed: 1`. */
  forget(): void
  /** The key runs out: `failed: 2`. */
  expireKey(): void
  /** Key and place are lost: `failed: 3`. */
  loseAll(): void
  servers: ReturnType<typeof createCallbacks>
  /** Types that are switched off in the settings of the community. */
  off: Set<string>
  readonly polls: number
  close(): void
}

export type PollAnswer = { ts: string; updates: GroupEvent[] } | { failed: 1; ts: string } | { failed: 2 | 3 }

export function createEvents(groupId: number): Events {
  const history: GroupEvent[] = []
  let first = 1
  let key = newKey()
  let isLost = false
  let polls = 0
  const waiting = new Set<() => void>()
  const servers = createCallbacks(groupId)
  const off = new Set<string>()
  const next = () => first + history.length
  const wake = () => {
    for (const each of waiting) each()
  }

  return {
    push(type, object) {
      if (off.has(type)) return
      const event = { type, object, group_id: groupId, event_id: randomBytes(20).toString('hex'), v: apiVersion }
      history.push(event)
      servers.push(event)
      wake()
    },
    longPoll() {
      isLost = false
      return { key, ts: String(next()) }
    },
    async poll({ key: theirs, ts, waitS, signal }) {
      polls += 1
      if (theirs !== key) return { failed: isLost ? 3 : 2 }
      const from = Number(ts)
      if (from === next()) await somethingOr(waitS, signal)
      if (theirs !== key) return { failed: isLost ? 3 : 2 }
      if (!Number.isInteger(from) || from < first || from > next()) return { failed: 1, ts: String(next()) }
      return { ts: String(next()), updates: history.slice(from - first) }
    },
    forget() {
      first = next() + 1
      history.length = 0
      wake()
    },
    expireKey() {
      key = newKey()
      wake()
    },
    loseAll() {
      key = newKey()
      isLost = true
      wake()
    },
    servers,
    off,
    get polls() {
      return polls
    },
    close() {
      servers.close()
      wake()
    },
  }

  function somethingOr(waitS: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        waiting.delete(end)
        resolve()
      }
      const timer = setTimeout(end, waitS * 1000)
      waiting.add(end)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}

function newKey(): string {
  return randomBytes(20).toString('hex')
}
