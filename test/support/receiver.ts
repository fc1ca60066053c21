import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { type Cleanup, cleanup } from './cleanup.ts'
import type { Json } from './service.ts'

export type Heard = { headers: IncomingHttpHeaders; raw: string; body: Json; at: number }

/** A CRM that is called: what it heard, and what it answers. */
export type Receiver = {
  url: string
  heard: Heard[]
  /** A status, a status with headers, or nothing at all. */
  answer: number | { status: number; headers?: Record<string, string>; body?: string } | 'silence'
  /** Those calls that it took, with the signature proved by the reference implementation. */
  taken(secret: string): Json[]
}

export async function startReceiver(t: Cleanup): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    heard: [],
    answer: 200,
    taken: (secret) =>
      receiver.heard.map(({ raw, headers }) => new Webhook(secret).verify(raw, headersOf(headers)) as Json),
  }
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const raw = Buffer.concat(parts).toString()
      receiver.heard.push({ headers: request.headers, raw, body: JSON.parse(raw), at: Date.now() })
      const { answer } = receiver
      if (answer === 'silence') return
      const { status, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(t, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  receiver.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/vestnik`
  return receiver
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
