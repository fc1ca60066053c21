import { setTimeout as pause } from 'node:timers/promises'
import { adminKey, senderKey } from '../support/service.ts'
import { zoneWhereItIs } from '../support/story.ts'

/** What was answered, from outside. */
export type Traffic = {
  /** Sums posted for each client, in the order of their 200. */
  accepted: Map<number, number[]>
  posts: number
  reads: number
  /** Refused connections and 503 with `Retry-After`: what a sender tries again. */
  retries: number
  /** 503 without it, by address: of versions before return503OnClosing was off (http/app.ts). */
  bare503: Record<string, number>
  /** Told again to the other version, and known to it. */
  duplicates: number
  complaints: string[]
}

export type Load = { traffic: Traffic; stop(): Promise<void> }

const sender = { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' }
const machine = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

/** One person and his chat have one number. */
export const firstChat = 5_000
export const clientId = (chat: number) => `client-${chat}`

/** Each client's events come one after another, each by whichever door `doors` names at that moment. */
export function startLoad(doors: () => string[], clients: number): Load {
  const traffic: Traffic = {
    accepted: new Map(),
    posts: 0,
    reads: 0,
    retries: 0,
    bare503: {},
    duplicates: 0,
    complaints: [],
  }
  let isOver = false
  const senders = Array.from({ length: clients }, async (_, index) => {
    const chat = firstChat + index
    const sums: number[] = []
    traffic.accepted.set(chat, sums)
    for (let sum = 1; !isOver; sum++) {
      const event = eventOf(chat, sum)
      const door = await postUntilKept(traffic, doors, event)
      sums.push(sum)
      if (sum % 4 === 0) await postAgain(traffic, doors, door, event)
      // A messenger takes one message a second for one chat.
      await pause(1_100 + Math.random() * 300)
    }
  })
  const reader = (async () => {
    while (!isOver) {
      for (const door of doors()) await readAll(traffic, door)
      await pause(500)
    }
  })()
  return {
    traffic,
    stop: async () => {
      isOver = true
      await Promise.all([...senders, reader])
    },
  }
}

/** Money does not wait for a reminder that has waited for a second (promise 5): such a one may come later. */
export const isReminder = (sum: number) => sum % 5 === 0

/** Payments in both lanes; of those with an odd sum the sender gives no id, so that they are known by what they say. */
function eventOf(chat: number, sum: number): object {
  const document = `doc-${chat}-${sum}`
  const type = isReminder(sum) ? 'installment.reminder' : sum % 3 === 0 ? 'payout.sent' : 'payout.paid'
  return {
    ...(sum % 2 === 0 ? { id: `${document}/${type}` } : {}),
    type,
    occurredAt: new Date().toISOString(),
    branch: { code: 'ROLLING', timezone: zoneWhereItIs(13) },
    client: { id: clientId(chat) },
    operation: { id: document },
    payment: {
      amount: `${sum}.00`,
      ...(type === 'installment.reminder' ? { nextDate: '2099-01-01' } : { method: 'card' }),
    },
  }
}

/** As 1C does: again after a refused connection or a 503, by any door. Answers the door that kept it. */
async function postUntilKept(traffic: Traffic, doors: () => string[], event: object): Promise<string> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
    const door = pick(doors())
    const answer = await post(door, event)
    if (answer === undefined) {
      traffic.retries += 1
      continue
    }
    traffic.posts += 1
    if (answer.status === 200) return door
    if (answer.status === 503) {
      traffic.retries += 1
      if (answer.retryAfter === null) traffic.bare503[door] = (traffic.bare503[door] ?? 0) + 1
    } else traffic.complaints.push(`POST /webhooks/1c at ${door}: ${answer.status} ${answer.text}`)
  }
  throw new Error(`not kept within a minute: ${JSON.stringify(event)}`)
}

/** The same fact, told to the other version if there is one, is the same fact. */
async function postAgain(traffic: Traffic, doors: () => string[], first: string, event: object): Promise<void> {
  const others = doors().filter((door) => door !== first)
  const answer = await post(others.length > 0 ? pick(others) : first, event)
  if (answer === undefined || answer.status === 503) traffic.retries += 1
  else if (answer.status === 200 && answer.text.includes('"duplicate"')) traffic.duplicates += 1
  else traffic.complaints.push(`posted again: ${answer.status} ${answer.text}`)
}

/** What machines and supervisors ask; each version reads what the other has written. */
async function readAll(traffic: Traffic, door: string): Promise<void> {
  for (const path of [
    '/api/v1/journal?limit=100',
    '/api/v1/changes?limit=100',
    `/api/v1/clients/${clientId(firstChat)}`,
    '/readyz',
    '/metrics',
  ]) {
    const answer = await fetch(`${door}${path}`, { headers: machine }).catch(() => undefined)
    const text = await answer?.text().catch(() => undefined)
    if (answer === undefined || text === undefined) traffic.retries += 1
    else if (answer.status >= 500 && answer.status !== 503)
      traffic.complaints.push(`GET ${path}: ${answer.status} ${text}`)
    else if (answer.status !== 200 && answer.status !== 503) traffic.complaints.push(`GET ${path}: ${answer.status}`)
    else traffic.reads += 1
  }
}

async function post(door: string, event: object) {
  try {
    const answer = await fetch(`${door}/webhooks/1c`, { method: 'POST', headers: sender, body: JSON.stringify(event) })
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() }
  } catch {
    return undefined
  }
}

export async function api(door: string, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${door}/api/v1${path}`, {
    method,
    headers: machine,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}

function pick<T>(from: readonly T[]): T {
  const one = from[Math.floor(Math.random() * from.length)]
  if (one === undefined) throw new Error('expected at least one')
  return one
}
