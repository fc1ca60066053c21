import http from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { documentedAt } from '../support/document.ts'
import { seeded } from '../support/random.ts'
import { addressesOf } from './addresses.ts'
import { createRequests, type FuzzRequest, type Secrets } from './requests.ts'

export type FuzzOrder = {
  url: string
  requests: number
  seed: number
  sender: string
  admin: string
  password: string
  onProgress?(done: number): void
}

export type FuzzVerdict = {
  requests: number
  seconds: number
  /** How often each status came; 0 stands for a connection that was closed. */
  statuses: Record<string, number>
  /** What must not be: 5xx but 503, no answer in time. The first of each route, to be played again. */
  faults: { status: number; route: string; path: string; headers: Record<string, string>; body: string }[]
  addresses: number
  heapMb: { early: number; late: number }
  slowestMs: number
}

const concurrency = 16
const deadlineMs = 15_000

/** Sends that many requests of that seed to a service of this process, and says what it should not have answered. */
export async function fuzz(order: FuzzOrder): Promise<FuzzVerdict> {
  const secrets: Secrets = { sender: order.sender, admin: order.admin, cookie: await logIn(order) }
  const documented = await documentedAt(order.url)
  if (documented === undefined) throw new Error('the service has no /openapi.json')
  const addresses = await addressesOf(order.url, documented.document, secrets.cookie)
  const next = createRequests(addresses, secrets, seeded(order.seed))
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency })
  const verdict: FuzzVerdict = {
    requests: 0,
    seconds: 0,
    statuses: {},
    faults: [],
    addresses: addresses.length,
    heapMb: { early: 0, late: 0 },
    slowestMs: 0,
  }
  const startedAt = performance.now()
  let begun = 0
  const early = Math.floor(order.requests * 0.3)
  const worker = async () => {
    while (begun < order.requests) {
      begun += 1
      if (begun === early) verdict.heapMb.early = heapMb()
      const request = next()
      const at = performance.now()
      const status = await send(order.url, agent, request)
      verdict.slowestMs = Math.max(verdict.slowestMs, Math.round(performance.now() - at))
      note(verdict, request, status)
      if (verdict.requests % 1_000 === 0) order.onProgress?.(verdict.requests)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  agent.destroy()
  verdict.heapMb.late = heapMb()
  verdict.seconds = Math.round((performance.now() - startedAt) / 100) / 10
  return verdict
}

function note(verdict: FuzzVerdict, request: FuzzRequest, status: number): void {
  verdict.requests += 1
  verdict.statuses[status] = (verdict.statuses[status] ?? 0) + 1
  const isFault = status === timedOut || (status >= 500 && status !== 503)
  if (!isFault || verdict.faults.some((each) => each.route === request.route && each.status === status)) return
  const { route, path, headers, body } = request
  verdict.faults.push({
    status,
    route,
    path,
    headers,
    body: (body ?? Buffer.alloc(0)).toString('base64').slice(0, 4_000),
  })
}

const timedOut = 599
const closed = 0

function send(url: string, agent: http.Agent, { method, path, headers, body }: FuzzRequest): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    try {
      const request = http.request(
        { hostname, port, method, path, headers, agent, timeout: deadlineMs },
        (response) => {
          response.on('error', () => resolve(closed)).resume()
          response.once('end', () => resolve(response.statusCode ?? closed))
        },
      )
      request.once('timeout', () => {
        resolve(timedOut)
        request.destroy()
      })
      request.once('error', () => resolve(closed))
      request.end(body)
    } catch {
      // Node refuses to send it.
      resolve(closed)
    }
  })
}

async function logIn({ url, password }: FuzzOrder): Promise<string> {
  const body = new URLSearchParams({ username: 'admin', password })
  const answer = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined) throw new Error(`no session: ${answer.status}`)
  return cookie
}

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

function heapMb(): number {
  if (typeof collectGarbage === 'function') collectGarbage()
  return Math.round(process.memoryUsage().heapUsed / 1048576)
}

/** What is wrong with a run, a sentence each. */
export function complaintsOf({ faults, heapMb: { early, late }, statuses }: FuzzVerdict): string[] {
  const closedOnes = statuses[closed] ?? 0
  const all = Object.values(statuses).reduce((sum, each) => sum + each, 0)
  return [
    ...faults.map(
      (each) =>
        `${each.status === timedOut ? 'no answer in time' : each.status} of ${each.route}: ${JSON.stringify(each)}`,
    ),
    ...(late > early * 1.5 + 30 ? [`the heap grew from ${early} to ${late} MB`] : []),
    ...(closedOnes > all * 0.05 ? [`${closedOnes} of ${all} connections were closed without an answer`] : []),
  ]
}
