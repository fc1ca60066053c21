import http from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'

/** What came of one request. Holds neither its address nor its body. */
export type HttpAnswer =
  | { kind: 'answer'; status: number; headers: http.IncomingHttpHeaders; body: string }
  /** No connection stood: not a byte of the request was written. */
  | { kind: 'not_connected'; code: string }
  /** The request may have been worked, the answer is not known. */
  | { kind: 'lost'; code: string }

export type HttpRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string
  /** For the whole call. */
  deadlineMs: number
  /** Gives up before the deadline, for a poll that is no longer wanted. */
  signal?: AbortSignal
}

export type HttpClient = { send(request: HttpRequest): Promise<HttpAnswer>; close(): void }

export type HttpSettings = {
  /** Name, TCP and TLS together. */
  connectTimeoutMs: number
  /** A certificate authority beside those of Node, as PEM. */
  ca?: string
}

/** A socket the other side closes while we write on it is a false «lost»: idle ones go long before its 60 s and more. */
const idleMs = 4_000
const longestBody = 8 * 1024 * 1024

/** HTTP with keep-alive that knows whether a request can have left: a connection that never stood was surely not written to. */
export function createHttpClient({ connectTimeoutMs, ca }: HttpSettings): HttpClient {
  // Node gives each address 250 ms, too little for a throttled line abroad.
  const autoSelectFamilyAttemptTimeout = Math.max(250, Math.floor(connectTimeoutMs / 2))
  const options = { keepAlive: true, timeout: idleMs, scheduling: 'lifo' as const, autoSelectFamilyAttemptTimeout }
  const plain = new http.Agent(options)
  // `ca` takes the place of the usual certificates, so they are named too.
  const secure = new https.Agent({ ...options, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) })
  return {
    send: (request) =>
      // Node throws at an address or a header it cannot write: then nothing left either.
      sendOne(request, connectTimeoutMs, { plain, secure }).catch(() => ({
        kind: 'not_connected',
        code: 'bad_request',
      })),
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

function sendOne(
  { method, url, headers, body, deadlineMs, signal }: HttpRequest,
  connectTimeoutMs: number,
  agents: { plain: http.Agent; secure: https.Agent },
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const isSecure = url.startsWith('https:')
    const request = isSecure
      ? https.request(url, { method, headers, agent: agents.secure })
      : http.request(url, { method, headers, agent: agents.plain })
    let stood = false
    const cancels = [
      whenUp(deadlineMs, () => fail(stood ? 'deadline' : 'connect_timeout')),
      whenUp(connectTimeoutMs, () => {
        if (!stood) fail('connect_timeout')
      }),
    ]
    // A socket takes what is written on it only once it stands; one used before has stood already.
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) stood = true
      else socket.once(isSecure ? 'secureConnect' : 'connect', () => (stood = true))
    })
    request.on('error', (error) => fail(codeOf(error)))
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > longestBody) fail('too_long')
        else chunks.push(chunk)
      })
      response.on('error', (error) => fail(codeOf(error)))
      response.once('aborted', () => fail('cut'))
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response
        end({ kind: 'answer', status, headers, body: Buffer.concat(chunks).toString() })
      })
    })
    const stop = () => fail('stopped')
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop)
    request.end(body)

    function fail(code: string): void {
      end({ kind: stood ? 'lost' : 'not_connected', code })
      request.destroy()
    }
    function end(answer: HttpAnswer): void {
      for (const cancel of cancels) cancel()
      signal?.removeEventListener('abort', stop)
      resolve(answer)
    }
  })
}

/** A busy process sees its timers before its sockets, so what has already come in is read before the time is up. */
export function whenUp(ms: number, act: () => void): () => void {
  let isOver = false
  const timer = setTimeout(() => setImmediate(() => isOver || act()), ms)
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : 'no_answer'
}
