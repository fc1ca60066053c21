import { setTimeout as pause } from 'node:timers/promises'
import { type ArmedCarrying, createCarrying } from '../carrying.ts'

/** The updates of one bot: kept until the bot acknowledges them, given to one long poll at a time or pushed to a webhook. */
export type UpdateQueue = {
  push(kind: string, body: object): void
  poll(request: PollRequest): Promise<PollAnswer>
  setWebhook(webhook: Webhook | undefined): void
  allow(kinds: string[] | undefined): void
  clear(): void
  info(): { url: string; pending: number; lastError?: { at: Date; message: string } }
  /** Of a webhook alone: a poll has each update once and in order. */
  carrying: ArmedCarrying
  close(): void
}

export type PollRequest = { offset: number; limit: number; timeoutS: number; signal: AbortSignal }
export type PollAnswer = { kind: 'updates'; updates: unknown[] } | { kind: 'conflict'; description: string }
export type Webhook = { url: string; secret: string | undefined }

type Entry = { id: number; update: object }

const conflicts = {
  poller: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  webhook:
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  setWebhook: 'Conflict: terminated by setWebhook request',
}

export function createUpdateQueue(): UpdateQueue {
  let pending: Entry[] = []
  // Never lower than in an earlier run: a bot remembers the ids it has worked.
  let lastId = Math.floor(Date.now() / 1000)
  let allowed: Set<string> | undefined
  let waiting: { wake(): void; stop(answer: PollAnswer): void } | undefined
  let hook: { webhook: Webhook; stop: AbortController } | undefined
  let lastError: { at: Date; message: string } | undefined

  let wakePush = () => {}
  const carrying = createCarrying<Entry>(take, () => hook !== undefined)

  return {
    push(kind, body) {
      if (allowed && !allowed.has(kind)) return
      lastId += 1
      const entry = { id: lastId, update: { update_id: lastId, [kind]: body } }
      if (hook) carrying.push(entry)
      else take(entry)
    },
    poll,
    setWebhook(webhook) {
      stopPush()
      if (!webhook) carrying.clear()
      hook = webhook && { webhook, stop: new AbortController() }
      lastError = undefined
      if (!hook) return
      waiting?.stop({ kind: 'conflict', description: conflicts.setWebhook })
      void pushTo(hook.webhook, hook.stop.signal)
    },
    allow(kinds) {
      if (kinds) allowed = kinds.length === 0 ? undefined : new Set(kinds)
    },
    clear: () => {
      pending = []
    },
    carrying,
    info: () => ({ url: hook?.webhook.url ?? '', pending: pending.length, ...(lastError && { lastError }) }),
    close() {
      stopPush()
      waiting?.stop({ kind: 'updates', updates: [] })
    },
  }

  function take(entry: Entry): void {
    // A copy, since one that comes twice is acknowledged twice.
    pending.push({ ...entry })
    waiting?.wake()
    wakePush()
  }

  function poll({ offset, limit, timeoutS, signal }: PollRequest): Promise<PollAnswer> {
    if (hook) return Promise.resolve({ kind: 'conflict', description: conflicts.webhook })
    // A newer poll ends the older one, as on the real server.
    waiting?.stop({ kind: 'conflict', description: conflicts.poller })
    if (offset > 0) pending = pending.filter((entry) => entry.id >= offset)
    if (offset < 0) pending = pending.slice(offset)
    const some = (): PollAnswer => ({ kind: 'updates', updates: pending.slice(0, limit).map((entry) => entry.update) })
    if (pending.length > 0 || timeoutS <= 0) return Promise.resolve(some())
    return new Promise((resolve) => {
      const stop = (answer: PollAnswer) => {
        clearTimeout(timer)
        if (waiting === self) waiting = undefined
        resolve(answer)
      }
      const timer = setTimeout(() => stop(some()), timeoutS * 1000)
      const self = { wake: () => stop(some()), stop }
      waiting = self
      signal.addEventListener('abort', () => stop({ kind: 'updates', updates: [] }), { once: true })
    })
  }

  /** At least once, in order: the head is sent again until a 2xx. The real server waits longer between tries. */
  async function pushTo(webhook: Webhook, signal: AbortSignal): Promise<void> {
    let pauseMs = 100
    while (!signal.aborted) {
      const head = pending[0]
      if (!head) {
        await new Promise<void>((resolve) => {
          wakePush = resolve
        })
        continue
      }
      const failure = await postUpdate(webhook, head.update, signal)
      if (signal.aborted) return
      if (failure === undefined) {
        pending = pending.filter((entry) => entry !== head)
        pauseMs = 100
        continue
      }
      lastError = { at: new Date(), message: failure }
      await pause(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, 5_000)
    }
  }

  function stopPush(): void {
    hook?.stop.abort()
    wakePush()
  }
}

async function postUpdate(webhook: Webhook, update: object, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(webhook.secret !== undefined && { 'x-telegram-bot-api-secret-token': webhook.secret }),
      },
      body: JSON.stringify(update),
      signal,
    })
    await response.arrayBuffer()
    return response.ok ? undefined : `Wrong response from the webhook: ${response.status} ${response.statusText}`
  } catch {
    return 'Connection failed'
  }
}
