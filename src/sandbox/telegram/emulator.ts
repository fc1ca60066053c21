import { createFaults, type Faults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, startServer } from './server.ts'
import { createWorld, personOf, type Received, type Who } from './world.ts'

export type { Aim, Call, Fault, Faults } from './faults.ts'
export type { Hands } from './hands.ts'
export type { ChatMessage, InlineButton, KeyboardButton, Received, Who } from './world.ts'

export type EmulatorOptions = { port?: number; token?: string; latencyMs?: number }

/** The Bot API on 127.0.0.1, with the people, their phones, and faults on demand. */
export type TelegramEmulator = {
  /** The clients' phones and the faults, for a browser. */
  pageUrl: string
  apiRoot: string
  token: string
  botUsername: string
  /** Everything the clients received, in order. */
  received: readonly Received[]
  /** Calls by lower-case method, failed ones included. */
  calls: Readonly<Record<string, number>>
  /** Addresses of pictures that Telegram fetched, once for each fetch. */
  fetched(): string[]
  faults: Faults
  person(id: number, who?: Who): Hands
  /** The first received message that satisfies, at once or when it comes; rejects after `deadlineMs`. */
  waitFor(isIt: (message: Received) => boolean, deadlineMs?: number): Promise<Received>
  setLatency(ms: number): void
  close(): Promise<void>
}

export async function startTelegramEmulator(options: EmulatorOptions = {}): Promise<TelegramEmulator> {
  const token = options.token ?? '7000000001:AAEmulatorEmulatorEmulatorEmulator'
  const world = createWorld(token)
  const site: Site = {
    token,
    world,
    faults: createFaults(world.updates.carrying),
    calls: {},
    latencyMs: options.latencyMs ?? 0,
  }
  const server = await startServer(site, options.port ?? 0)
  return {
    pageUrl: `http://127.0.0.1:${server.port}/`,
    apiRoot: `http://127.0.0.1:${server.port}`,
    token,
    botUsername: world.bot.username,
    received: world.received,
    calls: site.calls,
    fetched: () => [...world.pictures.values()],
    faults: site.faults,
    person: (id, who) => handsOf(world, personOf(world, id, who)),
    waitFor: (isIt, deadlineMs = 5_000) => waitFor(site, isIt, deadlineMs),
    setLatency: (ms) => {
      site.latencyMs = ms
    },
    async close() {
      world.updates.close()
      await server.close()
    },
  }
}

function waitFor({ world }: Site, isIt: (message: Received) => boolean, deadlineMs: number): Promise<Received> {
  let seen = 0
  const look = () => {
    const found = world.received.slice(seen).find(isIt)
    seen = world.received.length
    return found
  }
  return new Promise((resolve, reject) => {
    const listener = () => {
      const found = look()
      if (found) end(() => resolve(found))
    }
    const timer = setTimeout(() => {
      end(() => reject(new Error(`expected a message within ${deadlineMs} ms; ${seen} came, none of them the one`)))
    }, deadlineMs)
    world.onReceived.add(listener)
    listener()

    function end(settle: () => void): void {
      clearTimeout(timer)
      world.onReceived.delete(listener)
      settle()
    }
  })
}
