import { createFaults, type Faults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, startServer } from './server.ts'
import type { CarryingFaults, Subscription } from './updates.ts'
import { createWorld, personOf, type Received, type Who } from './world.ts'

export type { Aim, Fault, Faults } from './faults.ts'
export type { Hands } from './hands.ts'
export type { Button, ChatMessage, Received, Who } from './world.ts'

export type EmulatorOptions = {
  port?: number
  token?: string
  latencyMs?: number
  /** Before the first repeat of a request to us; each later one waits 2.5 times longer. The real MAX begins with 60 s. */
  webhookPauseMs?: number
}

/** The MAX Bot API on 127.0.0.1, with the people, their phones, and faults on demand. */
export type MaxEmulator = {
  /** The clients' phones and the faults, for a browser. */
  pageUrl: string
  apiRoot: string
  token: string
  botUsername: string
  /** Everything the clients received, in order. */
  received: readonly Received[]
  /** Calls by method and path, such as `POST /messages`, failed ones included. */
  calls: Readonly<Record<string, number>>
  faults: Faults
  /** What happens to the next request to our webhook. */
  carrying: CarryingFaults
  subscriptions(): readonly Subscription[]
  /** MAX forgets the bot's subscriptions, as it does after 8 hours without success. */
  forgetSubscriptions(): void
  /** Requests to the public address `from` go to `to`: what the TLS proxy before a service does. */
  lead(from: string, to: string): void
  person(id: number, who?: Who): Hands
  /** The first received message that satisfies, at once or when it comes; rejects after `deadlineMs`. */
  waitFor(isIt: (message: Received) => boolean, deadlineMs?: number): Promise<Received>
  setLatency(ms: number): void
  close(): Promise<void>
}

export async function startMaxEmulator(options: EmulatorOptions = {}): Promise<MaxEmulator> {
  const token = options.token ?? 'f9LHodD0cOLEmulatorEmulatorEmulatorEmulator'
  const world = createWorld(token, options.webhookPauseMs ?? 100)
  const site: Site = {
    world,
    faults: createFaults(world.updates.carrying),
    calls: {},
    latencyMs: options.latencyMs ?? 0,
  }
  const server = await startServer(site, options.port ?? 0)
  const { updates } = world
  return {
    pageUrl: `http://127.0.0.1:${server.port}/`,
    apiRoot: `http://127.0.0.1:${server.port}`,
    token,
    botUsername: world.bot.username,
    received: world.received,
    calls: site.calls,
    faults: site.faults,
    carrying: updates.faults,
    subscriptions: updates.subscriptions,
    forgetSubscriptions: () => {
      for (const { url } of updates.subscriptions()) updates.unsubscribe(url)
    },
    lead: updates.lead,
    person: (id, who) => handsOf(world, personOf(world, id, who)),
    waitFor: (isIt, deadlineMs = 5_000) => waitFor(site, isIt, deadlineMs),
    setLatency: (ms) => {
      site.latencyMs = ms
    },
    async close() {
      updates.close()
      await server.close()
    },
  }
}

function waitFor({ world }: Site, isIt: (message: Received) => boolean, deadlineMs: number): Promise<Received> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer)
      world.onReceived.delete(look)
      settle()
    }
    const look = () => {
      const found = world.received.find(isIt)
      if (found) end(() => resolve(found))
    }
    const timer = setTimeout(() => {
      const words = `expected a message within ${deadlineMs} ms; ${world.received.length} came, none of them the one`
      end(() => reject(new Error(words)))
    }, deadlineMs)
    world.onReceived.add(look)
    look()
  })
}
