import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { startVkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { startWhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { portOf } from '../channels/unreachable.ts'
import { until } from '../support/until.ts'

/** The faults that an operator chooses by name: what our side of the call sees of each. */

type Asked = { status: number; said: string }

async function asked(url: string, init: RequestInit): Promise<Asked> {
  const answer = await fetch(url, { method: 'POST', ...init })
  return { status: answer.status, said: await answer.text() }
}

const json = (headers: Record<string, string>, body: object): RequestInit => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

test('Telegram: a client who blocked the bot and a key that ran out are told in its own words, once each', async (t) => {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  emulator.person(1).start()
  const send = () =>
    asked(`${emulator.apiRoot}/bot${emulator.token}/sendMessage`, json({}, { chat_id: 1, text: 'Выплата' }))
  emulator.faults.blocked()
  emulator.faults.expiredToken({ chatId: '1' })
  assert.match((await send()).said, /403,"description":"Forbidden: bot was blocked by the user"/)
  assert.match((await send()).said, /401,"description":"Unauthorized"/)
  assert.equal((await send()).status, 200)
  assert.deepEqual(emulator.faults.list(), [])
})

test('VK: a client who forbade messages and a key that ran out', async (t) => {
  const emulator = await startVkEmulator()
  t.after(() => emulator.close())
  emulator.person(1).start()
  const body = () => new URLSearchParams({ v: '5.199', peer_id: '1', random_id: '0', message: 'Выплата' })
  const headers = { authorization: `Bearer ${emulator.token}` }
  const send = () => asked(`${emulator.apiRoot}/messages.send`, { headers, body: body() })
  emulator.faults.blocked()
  emulator.faults.expiredToken()
  assert.match((await send()).said, /"error_code":901/)
  assert.match((await send()).said, /"error_code":1117/)
  assert.match((await send()).said, /"response":/)
})

test('MAX: a client who stopped the bot and a key that ran out', async (t) => {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  emulator.person(1).start()
  const send = () =>
    asked(`${emulator.apiRoot}/messages?user_id=1`, json({ authorization: emulator.token }, { text: 'Выплата' }))
  emulator.faults.blocked()
  emulator.faults.expiredToken()
  const denied = await send()
  assert.deepEqual([denied.status, JSON.parse(denied.said).code], [403, 'chat.denied'])
  assert.equal((await send()).status, 401)
  assert.equal((await send()).status, 200)
})

test('WhatsApp: a wrong template strikes a template, not the words that are free within 24 hours', async (t) => {
  const emulator = await startWhatsAppEmulator()
  t.after(() => emulator.close())
  emulator.person('79031234567').start()
  emulator.approve({ name: 'paid', body: 'Выплата {{1}}' })
  const send = (content: object) =>
    asked(
      `${emulator.apiRoot}/${emulator.phoneNumberId}/messages`,
      json(
        { authorization: `Bearer ${emulator.token}` },
        { messaging_product: 'whatsapp', to: '79031234567', ...content },
      ),
    )
  const template = {
    type: 'template',
    template: {
      name: 'paid',
      language: { code: 'ru' },
      components: [{ type: 'body', parameters: [{ type: 'text', text: '14 500 ₽' }] }],
    },
  }
  emulator.faults.wrongTemplate()
  assert.equal((await send({ type: 'text', text: { body: 'Выплата' } })).status, 200)
  const refused = await send(template)
  assert.deepEqual([refused.status, JSON.parse(refused.said).error.code], [404, 132001])
  assert.equal((await send(template)).status, 200)
  emulator.faults.blocked()
  assert.equal((await send(template)).status, 200)
  assert.deepEqual(
    emulator.received.map(({ text }) => text),
    ['Выплата', 'Выплата 14 500 ₽'],
  )
})

const sayings = ['один', 'два', 'три', 'четыре'] as const

/** A door of ours that takes everything, and which of the sayings came through it, in order. */
async function door(t: TestContext, answer: (body: string, url: URL) => string) {
  const heard: string[] = []
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const readable = body.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    heard.push(...sayings.filter((each) => readable.includes(`"${each}"`)))
    response.end(answer(body, new URL(request.url ?? '/', 'http://127.0.0.1')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  return { heard, url: `http://127.0.0.1:${portOf(server.address())}/door` }
}

const stage = {
  async telegram(t: TestContext) {
    const emulator = await startTelegramEmulator()
    t.after(() => emulator.close())
    const { heard, url } = await door(t, () => '{}')
    const connect = () => asked(`${emulator.apiRoot}/bot${emulator.token}/setWebhook`, json({}, { url }))
    return { heard, connect, faults: emulator.faults, say: (text: string) => emulator.person(1).say(text) }
  },
  async vk(t: TestContext) {
    const emulator = await startVkEmulator()
    t.after(() => emulator.close())
    const { confirmation } = emulator.callbacks
    const { heard, url } = await door(t, (body) => (body.includes('"confirmation"') ? confirmation : 'ok'))
    const connect = () => emulator.callbacks.connect(url)
    const person = emulator.person(1)
    person.allow()
    return { heard, connect, faults: emulator.faults, say: person.say }
  },
  async max(t: TestContext) {
    const emulator = await startMaxEmulator()
    t.after(() => emulator.close())
    const { heard, url } = await door(t, () => '')
    const address = 'https://vestnik.example.ru/door'
    emulator.lead(address, url)
    const connect = () =>
      asked(`${emulator.apiRoot}/subscriptions`, json({ authorization: emulator.token }, { url: address }))
    return { heard, connect, faults: emulator.faults, say: emulator.person(1).say }
  },
  async whatsapp(t: TestContext) {
    const emulator = await startWhatsAppEmulator()
    t.after(() => emulator.close())
    const { heard, url } = await door(t, (_, at) => at.searchParams.get('hub.challenge') ?? '')
    const connect = () => emulator.webhooks.connect(url)
    return { heard, connect, faults: emulator.faults, say: emulator.person('79031234567').say }
  },
}

for (const [name, prepare] of Object.entries(stage)) {
  test(`${name}: its calls to us come twice or out of order when asked, and not while it is polled`, async (t) => {
    const { heard, connect, faults, say } = await prepare(t)
    assert.throws(() => faults.add({ kind: 'duplicate' }), /polled/)
    await connect()
    const hears = (...expected: string[]) =>
      until(() => heard.length >= expected.length, 10_000, `${expected}`).then(() =>
        assert.deepEqual(heard.splice(0), expected),
      )
    faults.add({ kind: 'duplicate' })
    say('один')
    say('два')
    await hears('один', 'один', 'два')
    faults.add({ kind: 'reorder' }, { times: 3 })
    for (const each of ['один', 'два', 'три', 'четыре']) say(each)
    await hears('три', 'два', 'один', 'четыре')
    faults.add({ kind: 'reorder' })
    say('один')
    assert.deepEqual(z.array(z.object({ fault: z.unknown(), left: z.number() })).parse(faults.list()), [
      { fault: { kind: 'reorder' }, left: 1 },
    ])
    faults.clear()
    await hears('один')
    assert.deepEqual(faults.list(), [])
  })
}
