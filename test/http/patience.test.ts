import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { before, describe, it } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../../src/http/app.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { portOf } from '../channels/unreachable.ts'
import { cleanup } from '../support/cleanup.ts'
import { suiteScope } from '../support/scope.ts'

describe('a client that takes its time', { timeout: 30_000 }, () => {
  const scope = suiteScope()
  let port: number

  before(async () => {
    const app = await createApp({
      log: pino({ level: 'silent' }),
      metrics: createMetrics(),
      patience: { headersMs: 400, requestMs: 800, lookEveryMs: 100 },
      routes: [
        async (routes) => {
          routes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
          routes.post('/', async () => ({ ok: true }))
        },
      ],
    })
    cleanup(scope, () => app.close())
    await app.listen({ host: '127.0.0.1', port: 0 })
    port = portOf(app.server.address())
  })

  const open = (): Socket => connect(port, '127.0.0.1').on('error', () => {})

  it('with its headers or its body is sent away in time, and a hundred such keep nobody waiting', async () => {
    const slow = [
      ...Array.from({ length: 100 }, () => dripping(open(), 'POST / HTTP/1.1\r\nHost: a\r\n', 'X-A: b\r\n')),
      ...Array.from({ length: 20 }, () =>
        dripping(
          open(),
          'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n',
          'x',
        ),
      ),
    ]
    const startedAt = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' })
    assert.equal(answer.status, 200)
    assert.ok(performance.now() - startedAt < 5_000)
    const ends = await Promise.all(slow)
    for (const { said, afterMs } of ends) {
      assert.match(said, /^HTTP\/1\.1 (503|408) /)
      assert.ok(afterMs < 8_000, `sent away after ${afterMs} ms`)
    }
  })

  it('is refused headers that are too long, and a request that is told twice how long it is', async () => {
    const long = await answerTo(open(), `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`)
    assert.match(long, /^HTTP\/1\.1 4(00|31) /)
    const smuggled =
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n'
    assert.match(await answerTo(open(), smuggled), /^HTTP\/1\.1 400 /)
  })
})

/** Sends the head, then a little every 50 ms until it is sent away. */
async function dripping(socket: Socket, head: string, drop: string): Promise<{ said: string; afterMs: number }> {
  const startedAt = performance.now()
  socket.write(head)
  const timer = setInterval(() => socket.writable && socket.write(drop), 50)
  const said = await everythingFrom(socket)
  clearInterval(timer)
  return { said, afterMs: performance.now() - startedAt }
}

async function answerTo(socket: Socket, request: string): Promise<string> {
  socket.write(request)
  return await everythingFrom(socket)
}

function everythingFrom(socket: Socket): Promise<string> {
  let said = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    said += part
  })
  return new Promise((resolve) => socket.once('close', () => resolve(said)))
}
