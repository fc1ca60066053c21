import type { Callbacks } from './callbacks.ts'
import type { Events } from './events.ts'
import { createFaults, type Faults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, startServer } from './server.ts'
import { createWorld, personOf, type Received, type Who } from './world.ts'

export type { CallbackServer } from './callbacks.ts'
export type { Aim, Fault, Faults } from './faults.ts'
export type { Hands, Origin } from './hands.ts'
export type { Button, ChatMessage, Received, Who } from './world.ts'

export type EmulatorOptions = { port?: number; token?: string; groupId?: number; latencyMs?: number }

/** VK's API and its events on 127.0.0.1, with the people, their phones, and faults on demand. */
export type VkEmulator = {
  /** The clients' phones and the faults, for a browser. */
  pageUrl: string
  apiRoot: string
  token: string
  groupId: string
  /** Everything the clients received, in order. */
  received: readonly Received[]
  /** Calls by method, failed ones included; `a_check` is the long poll. */
  calls: Readonly<Record<string, number>>
  faults: Faults
  /** The rights of the key; taking one away makes its methods refuse. */
  permissions: Set<string>
  /** The servers of the Callback API, and the line that confirms them. */
  callbacks: Callbacks
  /** The Bots Long Poll: what it forgets, and how often it was asked. */
  longPoll: Pick<Events, 'forget' | 'expireKey' | 'loseAll' | 'polls'>
  person(id: number, who?: Who): Hands
  /** The first received message that satisfies, at once or when it comes; rejects after `deadlineMs`. */
  waitFor(isIt: (message: Received) => boolean, deadlineMs?: number): Promise<Received>
  setLatency(ms: number): void
  close(): Promise<void>
}

export async function startVkEmulator(options: EmulatorOptions = {}): Promise<VkEmulator> {
  const token = options.token ?? 'vk1.a.EmulatorEmulatorEmulatorEmulator'
  const world = createWorld(options.groupId ?? 220_000_001)
  const site: Site = {
    token,
    world,
    faults: createFaults(world.events.servers.carrying),
    calls: {},
    latencyMs: options.latencyMs ?? 0,
  }
  const server = await startServer(site, options.port ?? 0)
  return {
    pageUrl: `http://127.0.0.1:${server.port}/`,
    apiRoot: `http://127.0.0.1:${server.port}/method`,
    token,
    groupId: String(world.group.id),
    received: world.received,
    calls: site.calls,
    faults: site.faults,
    permissions: world.permissions,
    callbacks: world.events.servers,
    longPoll: world.events,
    person: (id, who) => handsOf(world, personOf(world, id, who)),
    waitFor: (isIt, deadlineMs = 5_000) => waitFor(site, isIt, deadlineMs),
    setLatency: (ms) => {
      site.latencyMs = ms
    },
    async close() {
      world.events.close()
      await server.close()
    },
  }
}

function waitFor({ world }: Site, isIt: (message: Received) => boolean, deadlineMs: number): Promise<Received> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = world.received.find(isIt)
      if (found) end(() => resolve(found))
    }
    const timer = setTimeout(() => {
      const came = world.received.length
      end(() => reject(new Error(`expected a message within ${deadlineMs} ms; ${came} came, none of them the one`)))
    }, deadlineMs)
    world.onReceived.add(look)
    look()

    function end(settle: () => void): void {
      clearTimeout(timer)
      world.onReceived.delete(look)
      settle()
    }
  })
}
