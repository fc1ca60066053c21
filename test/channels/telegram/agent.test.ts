import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { connectingAgent } from '../../../src/channels/telegram/agent.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { builtOf } from '../../support/process.ts'
import { timed, until } from '../harness.ts'
import { cutting, hanging, portOf, refusing, silent, type Unreachable } from '../unreachable.ts'

const places: [title: string, open: () => Promise<Unreachable>, scheme: string, code: string][] = [
  ['a port nobody listens on', refusing, 'http', 'ECONNREFUSED'],
  ['a host that does not answer a connection', hanging, 'http', 'connect_timeout'],
  ['a host that does not answer a connection, over TLS', hanging, 'https', 'connect_timeout'],
  ['a TLS handshake that never ends', silent, 'https', 'connect_timeout'],
  ['a TLS handshake that is cut', cutting, 'https', 'ECONNRESET'],
]

for (const [title, open, scheme, code] of places) {
  test(`${title}: surely not sent, and the fallback may begin at once`, async (t) => {
    const place = await open()
    const channel = channelAt(t, `${scheme}://127.0.0.1:${place.port}`)
    t.after(() => place.close())
    const { value, tookMs } = await timed(() => send(channel))
    assert.deepEqual(value, { ...value, kind: 'deferred', reason: 'network', code })
    assert.ok(tookMs < 4_000, `took ${tookMs} ms`)
  })
}

test('a host without an address is surely not sent', async (t) => {
  const outcome = await send(channelAt(t, 'https://telegram.invalid'))
  assert.ok(outcome.kind === 'deferred' && /^(ENOTFOUND|EAI_AGAIN|connect_timeout)$/.test(outcome.code))
})

test('a server that speaks no TLS was not sent anything', async (t) => {
  const { port, requests } = await serverOf(t, (_, response) => response.end())
  const outcome = await send(channelAt(t, `https://127.0.0.1:${port}`))
  assert.ok(outcome.kind === 'deferred' && outcome.reason === 'network')
  assert.equal(requests(), 0)
})

test('an answer cut in the middle of its body is unknown', async (t) => {
  // node-fetch never clears its timer for such a body; telegraf sets it to 500 s, which would keep this process alive.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { port } = await serverOf(t, (_, response) => {
    response.writeHead(200).write('{"ok":true,', () => response.destroy())
  })
  assert.equal((await send(channelAt(t, `http://127.0.0.1:${port}`))).kind, 'unknown')
})

test('sends share connections, also after answers of 5xx whose bodies telegraf does not read', async (t) => {
  let answers = 0
  const { port, sockets } = await serverOf(t, (_, response) => {
    answers += 1
    if (answers > 3) response.end('{"ok":true,"result":{"message_id":1}}')
    else response.writeHead(502).end('x'.repeat(100_000))
  })
  const channel = channelAt(t, `http://127.0.0.1:${port}`)
  const kinds = []
  for (let i = 0; i < 10; i++) kinds.push((await send(channel)).kind)
  assert.deepEqual(new Set(kinds.slice(0, 3)), new Set(['unknown']))
  assert.deepEqual(new Set(kinds.slice(3)), new Set(['sent']))
  await until(() => sockets().open === 1)
  assert.ok(sockets().opened <= 4, `${sockets().opened} connections for 10 sends`)
})

test('an idle connection is let go before the server would close it under a request', async (t) => {
  const { port, sockets } = await serverOf(t, (_, response) => response.end('ok'))
  const agent = connectingAgent({ secure: false, connectTimeoutMs: 3_000, idleMs: 100 })
  t.after(() => agent.destroy())
  const get = async () => {
    const [response] = await once(http.get({ port, host: '127.0.0.1', agent }), 'response')
    await once(response.resume(), 'end')
  }
  await get()
  await get()
  assert.deepEqual(sockets(), { opened: 1, open: 1 })
  await until(() => sockets().open === 0, 4_000)
})

test('a connection in use is not let go, however long the answer takes', async (t) => {
  const { port } = await serverOf(t, (_, response) => {
    setTimeout(() => response.end('{"ok":true,"result":{"message_id":1}}'), 400)
  })
  const agent = connectingAgent({ secure: false, connectTimeoutMs: 3_000, idleMs: 50 })
  t.after(() => agent.destroy())
  assert.equal((await send(channelAt(t, `http://127.0.0.1:${port}`, agent))).kind, 'sent')
})

test('an answer that came while this process was busy is read, though the deadline passed meanwhile', async (t) => {
  const child = spawn(process.execPath, [builtOf('src/sandbox/telegram/main.ts'), '--port', '0', '--latency', '100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const [line] = await once(child.stdout, 'data')
  const { apiRoot, token } = z.object({ apiRoot: z.string(), token: z.string() }).parse(JSON.parse(String(line)))
  await fetch(`${apiRoot}/emulator/persons/1001/start`, { method: 'POST' })
  const timing = { deadlineMs: 800, connectTimeoutMs: 700, getUpdatesTimeoutS: 1 }
  const channel = createTelegramChannel({ token, apiRoot, ...timing })
  t.after(() => channel.close())
  const sent = send(channel)
  await pause(50)
  // Node looks at its timers right after this phase, at its sockets only then.
  await new Promise(setImmediate)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000)
  assert.equal((await sent).kind, 'sent')
})

function channelAt(t: TestContext, apiRoot: string, agent?: http.Agent) {
  const timing = { deadlineMs: 5_000, connectTimeoutMs: 1_000, getUpdatesTimeoutS: 1 }
  const channel = createTelegramChannel({ token: '7000000001:AA', apiRoot, ...timing, ...(agent && { agent }) })
  t.after(() => channel.close())
  return channel
}

function send(channel: ReturnType<typeof createTelegramChannel>) {
  return channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
}

async function serverOf(t: TestContext, answer: http.RequestListener) {
  const counted = { opened: 0, open: 0, requests: 0 }
  const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    counted.requests += 1
    request.resume().on('end', () => answer(request, response))
  })
  server.on('connection', (socket) => {
    counted.opened += 1
    counted.open += 1
    socket.on('close', () => {
      counted.open -= 1
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    port: portOf(server.address()),
    requests: () => counted.requests,
    sockets: () => ({ opened: counted.opened, open: counted.open }),
  }
}
