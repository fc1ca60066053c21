import { setTimeout as pause } from 'node:timers/promises'
import { type ArmedCarrying, createCarrying } from '../carrying.ts'

/** The updates of one bot: kept for long polls until they pass the marker, or carried to every subscribed address. */
export type Updates = {
  push(update: { update_type: string } & Record<string, unknown>): void
  poll(request: PollRequest): Promise<{ updates: unknown[]; marker: number }>
  subscriptions(): readonly Subscription[]
  subscribe(subscription: Subscription): void
  unsubscribe(url: string): boolean
  /** Where the TLS proxy of an address leads to, for that is not emulated. */
  lead(from: string, to: string): void
  faults: CarryingFaults
  carrying: ArmedCarrying
  close(): void
}

/** What MAX's at-least-once delivery may do to the next request to us. */
export type CarryingFaults = { twice(): void /** Comes after the one behind it. */; late(): void }

export type PollRequest = {
  marker: number | undefined
  limit: number
  timeoutS: number
  types: string[] | undefined
  signal: AbortSignal
}

export type Subscription = { url: string; time: number; update_types: string[] | null; secret: string | undefined }

type Entry = { id: number; update: { update_type: string } }

const retries = 10
const growth = 2.5

export function createUpdates(webhookPauseMs: number): Updates {
  let pending: Entry[] = []
  let lastId = 25_000_000
  const waiting = new Set<() => void>()
  const subscriptions = new Map<string, Subscription>()
  const leads = new Map<string, string>()
  const stop = new AbortController()
  const carrying = createCarrying<Entry>(carryAll, () => subscriptions.size > 0)
  /** One request at a time, but one that failed is put aside and others pass it. */
  let line = Promise.resolve()

  return {
    push(update) {
      const entry = { id: ++lastId, update }
      if (subscriptions.size > 0) return carrying.push(entry)
      pending.push(entry)
      for (const wake of waiting) wake()
    },
    async poll({ marker, limit, timeoutS, types, signal }) {
      if (marker !== undefined) pending = pending.filter(({ id }) => id >= marker)
      if (types) pending = pending.filter(({ update }) => types.includes(update.update_type))
      if (pending.length === 0 && timeoutS > 0) await arrival(timeoutS * 1000, signal)
      // Whoever was waiting in vain, or hung up, takes nothing: only the next marker does.
      const page = pending.slice(0, limit)
      return { updates: page.map(({ update }) => update), marker: (page.at(-1)?.id ?? lastId) + 1 }
    },
    subscriptions: () => [...subscriptions.values()],
    subscribe(subscription) {
      subscriptions.set(subscription.url, subscription)
      for (const entry of pending.splice(0)) carrying.push(entry)
    },
    unsubscribe: (url) => subscriptions.delete(url),
    lead: (from, to) => void leads.set(from, to),
    faults: { twice: () => carrying.duplicateNext(), late: () => carrying.shuffleNext() },
    carrying,
    close() {
      stop.abort()
      for (const wake of waiting) wake()
    },
  }

  async function arrival(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        waiting.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      waiting.add(end)
      signal.addEventListener('abort', end, { once: true })
    })
  }

  function carryAll(entry: Entry): void {
    for (const subscription of subscriptions.values()) carry(subscription, entry)
  }

  function carry(subscription: Subscription, { update }: Entry, failures = 0): void {
    const types = subscription.update_types
    if (types?.length && !types.includes(update.update_type)) return
    line = line.then(async () => {
      if (stop.signal.aborted || !subscriptions.has(subscription.url)) return
      if (await isTaken(led(subscription.url), subscription.secret, update, stop.signal)) return
      if (failures >= retries) return
      void pause(webhookPauseMs * growth ** failures, undefined, { signal: stop.signal })
        .then(() => carry(subscription, { id: 0, update }, failures + 1))
        .catch(() => undefined)
    })
  }

  function led(url: string): string {
    for (const [from, to] of leads) if (url.startsWith(from)) return to + url.slice(from.length)
    return url
  }
}

/** Exactly 200 within 30 s (dev.max.ru, POST /subscriptions). */
async function isTaken(url: string, secret: string | undefined, update: object, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(secret !== undefined && { 'X-Max-Bot-Api-Secret': secret }),
      },
      body: JSON.stringify(update),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}
