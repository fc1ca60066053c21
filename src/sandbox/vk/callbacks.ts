import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createCarrying } from '../carrying.ts'
import type { GroupEvent } from './events.ts'

export type CallbackServer = {
  id: number
  title: string
  url: string
  secret: string | undefined
  status: 'unconfigured' | 'wait' | 'failed' | 'ok'
  /** Requests that were not answered with 200 and `ok`. */
  failures: { status: number; body: string }[]
}

export type Callbacks = ReturnType<typeof createCallbacks>

/** VK repeats after 10 s, 3 min, 10 min, 30 min and 1 h; here the pauses are short, and their number is the same. */
const repeatPausesMs = [100, 200, 400, 800, 1_600]

/**
 * The servers of the Callback API. Events come one after another to each server; the real VK does not wait for a failed
 * one, which `shuffleNext` plays.
 */
export function createCallbacks(groupId: number) {
  const servers: (CallbackServer & { queue: GroupEvent[]; wake: () => void })[] = []
  const stopping = new AbortController()
  /** The settings page and the method show different lines, each good for its own way of adding a server. */
  const confirmation = randomBytes(4).toString('hex')
  const carrying = createCarrying<GroupEvent>(give, () => servers.some(({ status }) => status === 'ok'))

  return {
    confirmation,
    list: (): CallbackServer[] => servers,
    /** Adds a server as the owner does: asks for the confirmation first. Answers whether it gave the right one. */
    async connect(url: string, secret?: string, title = 'vestnik'): Promise<CallbackServer> {
      const made = { id: servers.length + 1, title, url, secret, status: 'wait' as const, failures: [] }
      const server: (typeof servers)[number] = { ...made, queue: [], wake: () => undefined }
      servers.push(server)
      const body = { type: 'confirmation', group_id: groupId, ...(secret !== undefined && { secret }) }
      const answer = await post(server, body, 0)
      server.status = answer.status === 200 && answer.body === confirmation ? 'ok' : 'failed'
      if (server.status === 'ok') void deliver(server)
      return server
    },
    push: carrying.push,
    /** The next so many events come twice. */
    duplicateNext: carrying.duplicateNext,
    /** The next so many events are held, and come last first. */
    shuffleNext: carrying.shuffleNext,
    carrying,
    close() {
      stopping.abort()
      for (const server of servers) server.wake()
    },
  }

  function give(event: GroupEvent): void {
    for (const server of servers) {
      if (server.status === 'ok') server.queue.push(event)
      server.wake()
    }
  }

  async function deliver(server: (typeof servers)[number]): Promise<void> {
    while (!stopping.signal.aborted) {
      const event = server.queue.shift()
      if (event) await deliverOne(server, event)
      else await new Promise<void>((resolve) => (server.wake = resolve))
    }
  }

  async function deliverOne(server: CallbackServer, event: GroupEvent): Promise<void> {
    const body = { ...event, ...(server.secret !== undefined && { secret: server.secret }) }
    for (const [counter, pauseMs] of [0, ...repeatPausesMs].entries()) {
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      const answer = await post(server, body, counter)
      if (answer.status === 200 && answer.body === 'ok') return
      // VK takes this word for a wish to be rid of the server.
      if (answer.body === 'remove') server.status = 'failed'
      server.failures.push(answer)
    }
  }

  async function post(
    server: CallbackServer,
    body: object,
    counter: number,
  ): Promise<{ status: number; body: string }> {
    try {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(counter > 0 && { 'x-retry-counter': String(counter) }) },
        body: JSON.stringify(body),
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(10_000)]),
      })
      return { status: response.status, body: (await response.text()).trim() }
    } catch {
      return { status: 0, body: '' }
    }
  }
}
