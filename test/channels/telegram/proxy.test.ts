import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createApi } from '../../../src/channels/telegram/call.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { createProxies } from '../../../src/channels/telegram/proxies.ts'
import { startTelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'
import { until } from '../../support/until.ts'
import { timed } from '../harness.ts'
import { httpProxy, type SandboxProxy, socksProxy } from '../proxies.ts'
import { hanging, refusing, silent } from '../unreachable.ts'

async function scene(t: TestContext) {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  emulator.person(1001).start()
  const opened = async (place: Promise<SandboxProxy>) => {
    const proxy = await place
    t.after(() => proxy.close())
    return proxy
  }
  const channelThrough = (...proxies: string[]) => {
    const { token, apiRoot } = emulator
    const timing = { deadlineMs: 6_000, connectTimeoutMs: 2_000, getUpdatesTimeoutS: 1 }
    const channel = createTelegramChannel({ token, apiRoot, ...timing, proxies })
    t.after(() => channel.close())
    return () => channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
  }
  return { emulator, opened, channelThrough }
}

for (const [name, proxyOf] of [
  ['an HTTP', httpProxy],
  ['a SOCKS5', socksProxy],
] as const) {
  test(`messages go through ${name} proxy, many over one tunnel`, async (t) => {
    const { emulator, opened, channelThrough } = await scene(t)
    const proxy = await opened(proxyOf())
    const send = channelThrough(proxy.url())
    for (let i = 0; i < 5; i++) assert.equal((await send()).kind, 'sent')
    assert.deepEqual([proxy.tunnels(), emulator.received.length], [1, 5])
  })

  test(`${name} proxy that asks for a password gets it, and a wrong one is not the client's fault`, async (t) => {
    const { opened, channelThrough } = await scene(t)
    const proxy = await opened(proxyOf({ login: 'vestnik:p@ss' }))
    assert.equal((await channelThrough(proxy.url('vestnik:p%40ss'))()).kind, 'sent')
    for (const login of ['vestnik:wrong', undefined]) {
      const outcome = await channelThrough(proxy.url(login))()
      assert.ok(outcome.kind === 'deferred' && /^proxy_(407|socks_auth)$/.test(outcome.code), JSON.stringify(outcome))
    }
  })
}

test('the refusal of a proxy is never taken for an answer of Telegram', async (t) => {
  const { emulator, opened, channelThrough } = await scene(t)
  const places: [proxy: SandboxProxy, code: string][] = [
    [await opened(httpProxy({ refusal: '403 Forbidden' })), 'proxy_403'],
    [await opened(httpProxy({ refusal: '502 Bad Gateway' })), 'proxy_502'],
    [await opened(socksProxy({ refusal: 4 })), 'proxy_socks_4'],
  ]
  for (const [proxy, code] of places) {
    const outcome = await channelThrough(proxy.url())()
    assert.deepEqual(outcome, { ...outcome, kind: 'deferred', reason: 'network', code })
  }
  assert.equal(emulator.received.length, 0)
})

test('when a proxy is down or silent the next one is tried, and stays in use', async (t) => {
  const { opened, channelThrough } = await scene(t)
  for (const open of [refusing, hanging, silent]) {
    const place = await open()
    t.after(() => place.close())
    const proxy = await opened(httpProxy())
    const send = channelThrough(`http://127.0.0.1:${place.port}`, proxy.url())
    assert.equal((await send()).kind, 'sent')
    // Two at once, so that one of them needs a tunnel of its own.
    const { value, tookMs } = await timed(() => Promise.all([send(), send()]))
    assert.deepEqual(
      value.map(({ kind }) => kind),
      ['sent', 'sent'],
    )
    assert.equal(proxy.tunnels(), 2)
    assert.ok(open === refusing || tookMs < 800, `took ${tookMs} ms`)
  }
})

test('when no proxy stands nothing was sent, within the time for connecting', async (t) => {
  const { channelThrough } = await scene(t)
  const [one, two] = [await hanging(), await silent()]
  t.after(() => one.close())
  t.after(() => two.close())
  const { value, tookMs } = await timed(
    channelThrough(`http://127.0.0.1:${one.port}`, `socks5://127.0.0.1:${two.port}`),
  )
  assert.ok(value.kind === 'deferred' && value.code === 'connect_timeout')
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
})

test('an address that is no proxy is refused at once, without repeating its password', async (t) => {
  const { channelThrough } = await scene(t)
  for (const address of ['ftp://a:Secret@b', 'a:Secret@b', 'http://']) {
    assert.throws(
      () => channelThrough(address),
      (error: Error) => /expected http:/.test(error.message) && !error.message.includes('Secret'),
    )
  }
})

test('a connection that was busy while its proxy was left is used for nothing more', async (t) => {
  const { emulator, opened } = await scene(t)
  const [first, second] = [await opened(httpProxy()), await opened(httpProxy())]
  const [one, two] = [new URL(first.url()), new URL(second.url())]
  const proxies = createProxies([one, two])
  const api = createApi({ token: emulator.token, apiRoot: emulator.apiRoot, connectTimeoutMs: 2_000 }, proxies)
  t.after(() => api.close())
  const send = () => api.call('sendMessage', { chat_id: 1001, text: 'Выплата' }, AbortSignal.timeout(5_000))
  proxies.fails(one)
  emulator.faults.slow(500)
  const busy = send()
  await until(() => second.tunnels() === 1, 5_000, 'it goes by the second')
  for (let looks = 0; looks < 3; looks++) proxies.passes(one)
  assert.equal((await busy).kind, 'result')
  assert.equal((await send()).kind, 'result')
  assert.deepEqual([first.tunnels(), second.tunnels()], [1, 1])
})
