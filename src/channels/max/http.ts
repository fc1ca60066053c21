import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { rootCertificates } from 'node:tls'

export type HttpSettings = {
  root: string
  connectTimeoutMs: number
  /** Certificates in PEM that are trusted here beside the usual ones. */
  ca?: string
}

export type HttpRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
  body?: unknown
  signal: AbortSignal
}

export type HttpAnswer =
  | { kind: 'answer'; status: number; retryAfter: string | undefined; body: string }
  /** No connection stood, TLS included: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  | { kind: 'lost'; code: string }

export type HttpClient = { request(request: HttpRequest): Promise<HttpAnswer>; close(): void }

/** A socket the other side closes while we write on it is a false `lost`: idle ones go before its usual minute. */
const idleMs = 4_000
const bodyLimitBytes = 8 * 1024 * 1024

/** HTTP that tells a connection that never stood from an answer that was lost; fetch throws one error for both. */
export function createHttp({ root, connectTimeoutMs, ca }: HttpSettings): HttpClient {
  const base = root.replace(/\/+$/, '')
  const secure = base.startsWith('https:')
  const options = {
    keepAlive: true,
    timeout: idleMs,
    scheduling: 'lifo' as const,
    // `ca` takes the place of the usual certificates, so they are named too.
    ...(secure && ca !== undefined && { ca: [...rootCertificates, ca] }),
  }
  const agent = secure ? new https.Agent(options) : new http.Agent(options)
  return {
    request: async (request) => {
      try {
        return await exchange({ base, secure, agent, connectTimeoutMs }, request)
      } catch (error) {
        // Thrown while the request was made, of a header that cannot be one: before any byte.
        return { kind: 'not_connected', code: codeOf(error) }
      }
    },
    close: () => agent.destroy(),
  }
}

type Line = { base: string; secure: boolean; agent: http.Agent; connectTimeoutMs: number }

function exchange(line: Line, { method, path, query = {}, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
  if (signal.aborted) return Promise.resolve({ kind: 'not_connected', code: 'aborted' })
  const url = new URL(line.base + path)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const sent = {
    ...headers,
    ...(bytes && { 'content-type': 'application/json; charset=utf-8', 'content-length': String(bytes.length) }),
  }
  return new Promise((resolve) => {
    let stands = false
    const request = (line.secure ? https : http).request(url, { method, agent: line.agent, headers: sent })
    const end = (answer: HttpAnswer) => {
      cancel()
      signal.removeEventListener('abort', abort)
      resolve(answer)
      request.destroy()
    }
    const fail = (code: string) => end({ kind: stands ? 'lost' : 'not_connected', code })
    const abort = () => fail('deadline')
    const cancel = whenUp(line.connectTimeoutMs, () => stands || fail('connect_timeout'))
    signal.addEventListener('abort', abort)
    request.on('error', (error) => fail(codeOf(error)))
    request.on('socket', (socket) => whenStanding(line, request, socket, () => (stands = true)))
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: said } = response
      const done = (text: string) => {
        cancel()
        signal.removeEventListener('abort', abort)
        resolve({ kind: 'answer', status, retryAfter: said['retry-after'], body: text })
      }
      read(response).then(done, (error: unknown) => fail(codeOf(error)))
    })
    request.end(bytes)
  })
}

function whenStanding(line: Line, request: http.ClientRequest, socket: Socket, act: () => void): void {
  if (request.reusedSocket || (!line.secure && !socket.connecting)) act()
  else socket.once(line.secure ? 'secureConnect' : 'connect', act)
}

async function read(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > bodyLimitBytes) throw new Error('the answer is too long')
    chunks.push(piece)
  }
  return Buffer.concat(chunks).toString()
}

/** Only the code: an error's message holds the address, and so the query. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no_answer'
}

/** A busy process sees its timers before its sockets, so what has already come in is read before the time is up. */
export function whenUp(ms: number, act: () => void): () => void {
  const timer = setTimeout(() => setImmediate(act), ms)
  return () => clearTimeout(timer)
}
