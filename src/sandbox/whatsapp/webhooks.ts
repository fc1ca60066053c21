import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type ArmedCarrying, createCarrying } from '../carrying.ts'

/** The calls to our address, signed and repeated as Meta's are. */
export type Webhooks = {
  /** As «Verify and save» in the app's settings: greets the address with a challenge, then calls it. */
  connect(url: string): Promise<void>
  push(value: object): void
  /** Holds the calls back; `resume` brings them all, in another order, together or several times when asked. */
  hold(): void
  resume(how?: { reversed?: boolean; together?: boolean; times?: number }): void
  isConnected(): boolean
  carrying: ArmedCarrying
  /** Every answer our address gave. */
  answers: readonly number[]
  idle(): Promise<void>
  close(): void
}

export type WebhookSettings = {
  appSecret: string
  verifyToken: string
  accountId: string
  /** What stands in every event. */
  metadata: object
}

export function createWebhooks(settings: WebhookSettings): Webhooks {
  const stopping = new AbortController()
  const answers: number[] = []
  let url: string | undefined
  let isHeld = false
  let queue: object[] = []
  const bodies: string[] = []
  let running: Promise<void> | undefined

  const run = () => {
    if (url === undefined || isHeld) return
    bodies.push(...queue.map((value) => bodyOf(settings, [value])))
    queue = []
    running ??= deliver().finally(() => {
      running = undefined
      if (bodies.length > 0 && !stopping.signal.aborted) run()
    })
  }
  const deliver = async () => {
    for (let wait = 40; bodies[0] !== undefined && url !== undefined && !stopping.signal.aborted; ) {
      const status = await post(settings, url, bodies[0], stopping.signal)
      answers.push(status)
      if (status === 200) {
        bodies.shift()
        wait = 40
      } else {
        wait = Math.min(1_000, wait * 2)
        await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  const carrying = createCarrying<object>(
    (value) => {
      queue.push(value)
      run()
    },
    () => url !== undefined,
  )

  return {
    async connect(address) {
      await greet(settings, address)
      url = address
      run()
    },
    push: carrying.push,
    isConnected: () => url !== undefined,
    carrying,
    hold: () => {
      isHeld = true
    },
    resume({ reversed = false, together = false, times = 1 } = {}) {
      isHeld = false
      const values = reversed ? queue.toReversed() : queue
      queue = []
      const made = together ? [bodyOf(settings, values)] : values.map((value) => bodyOf(settings, [value]))
      for (let i = 0; i < times; i++) bodies.push(...made)
      run()
    },
    answers,
    async idle() {
      while (running !== undefined) await running
    },
    close: () => stopping.abort(),
  }
}

async function greet({ verifyToken }: WebhookSettings, url: string): Promise<void> {
  const challenge = String(randomBytes(4).readUInt32BE())
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': verifyToken,
    'hub.challenge': challenge,
  })
  const answer = await fetch(`${url}?${query}`)
  const said = await answer.text()
  if (answer.status !== 200 || said !== challenge)
    throw new Error(`the callback URL could not be validated: ${answer.status}, ${said.slice(0, 100)}`)
}

function bodyOf({ accountId, metadata }: WebhookSettings, values: readonly object[]): string {
  const entry = values.map((value) => ({
    id: accountId,
    changes: [{ value: { messaging_product: 'whatsapp', metadata, ...value }, field: 'messages' }],
  }))
  return escaped(JSON.stringify({ object: 'whatsapp_business_account', entry }))
}

/** Meta escapes whatever is not ASCII, and signs what it has escaped. */
function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function signatureOf(appSecret: string, body: string | Buffer): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

async function post({ appSecret }: WebhookSettings, url: string, body: string, signal: AbortSignal): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(appSecret, body) }
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal })
    await answer.text()
    return answer.status
  } catch {
    return 0
  }
}
