import { createFaults, type Faults } from './faults.ts'
import { type Hands, handsOf } from './hands.ts'
import { type Site, startServer } from './server.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'
import { createWorld, personOf, type Received, type Template } from './world.ts'

export type { Aim, Fault, Faults } from './faults.ts'
export type { Hands } from './hands.ts'
export { signatureOf, type Webhooks } from './webhooks.ts'
export type { Button, ChatMessage, Received, Template } from './world.ts'

export type EmulatorOptions = {
  port?: number
  token?: string
  latencyMs?: number
  recipientErrors?: 'later' | 'at_once'
}

/** The WhatsApp Business Cloud API on 127.0.0.1, with the people, their phones, and faults on demand. */
export type WhatsAppEmulator = {
  /** The clients' phones and the faults, for a browser. */
  pageUrl: string
  /** With the version, as WHATSAPP_API_ROOT. */
  apiRoot: string
  token: string
  phoneNumberId: string
  appSecret: string
  verifyToken: string
  /** Everything the clients received, in order. */
  received: readonly Received[]
  calls: Readonly<Site['calls']>
  /** Messages of the clients that we marked as read. */
  readByUs: ReadonlySet<string>
  faults: Faults
  webhooks: Webhooks
  /** Somebody who has WhatsApp; the phone in digits. Whom nobody introduced is not there. */
  person(phone: string, who?: { name?: string }): Hands
  /** Meta has approved it; `approve` anew to pause or disable it. */
  approve(template: Pick<Template, 'name' | 'body'> & Partial<Template>): void
  /** The first received message that satisfies, at once or when it comes; rejects after `deadlineMs`. */
  waitFor(isIt: (message: Received) => boolean, deadlineMs?: number): Promise<Received>
  close(): Promise<void>
}

const phoneNumberId = '106540352242922'
const accountId = '102290129340398'
const appSecret = 'emulator-app-secret'
const verifyToken = 'emulator-verify-token'

export async function startWhatsAppEmulator(options: EmulatorOptions = {}): Promise<WhatsAppEmulator> {
  const token = options.token ?? 'EAAEmulatorEmulatorEmulatorEmulator'
  const number = { id: phoneNumberId, display: '15550783881', name: 'Вестник', accountId }
  const metadata = { display_phone_number: number.display, phone_number_id: number.id }
  const webhooks = createWebhooks({ appSecret, verifyToken, accountId, metadata })
  const world = createWorld(number, webhooks)
  const site: Site = {
    token,
    world,
    faults: createFaults(webhooks.carrying),
    calls: { messages: 0, read: 0, number: 0 },
    latencyMs: options.latencyMs ?? 0,
    recipientErrors: options.recipientErrors ?? 'later',
  }
  const server = await startServer(site, options.port ?? 0)
  return {
    pageUrl: `http://127.0.0.1:${server.port}/`,
    apiRoot: `http://127.0.0.1:${server.port}/v26.0`,
    token,
    phoneNumberId,
    appSecret,
    verifyToken,
    received: world.received,
    calls: site.calls,
    readByUs: world.readByUs,
    faults: site.faults,
    webhooks,
    person: (phone, who) => handsOf(world, personOf(world, phone, who)),
    approve: ({ name, language = 'ru', body, state = 'approved', quickReplies = [] }) => {
      world.templates.set(`${name}/${language}`, { name, language, body, state, quickReplies })
    },
    waitFor: (isIt, deadlineMs = 5_000) => waitFor(site, isIt, deadlineMs),
    async close() {
      webhooks.close()
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
