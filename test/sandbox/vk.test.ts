import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { startVkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { until } from '../channels/harness.ts'
import { portOf } from '../channels/unreachable.ts'

const answerSchema = z.object({
  response: z.unknown().optional(),
  error: z.object({ error_code: z.int(), error_msg: z.string() }).optional(),
})

async function scene(t: TestContext) {
  const emulator = await startVkEmulator()
  t.after(() => emulator.close())
  const person = emulator.person(1001, { firstName: 'Иван' })
  const raw = async (method: string, init: RequestInit) =>
    answerSchema.parse(await (await fetch(`${emulator.apiRoot}/${method}`, { method: 'POST', ...init })).json())
  const headers = { authorization: `Bearer ${emulator.token}` }
  const call = (method: string, params: Record<string, string>) =>
    raw(method, { headers, body: new URLSearchParams({ v: '5.199', ...params }) })
  const send = (more: Record<string, string> = {}) =>
    call('messages.send', { peer_id: '1001', random_id: '0', message: 'Выплата', ...more })
  return { emulator, person, raw, headers, call, send }
}

test('VK sees a form and not a JSON body, and wants a version and a key', async (t) => {
  const { raw, headers, person, emulator } = await scene(t)
  person.start()
  const params = { peer_id: '1001', random_id: '1', message: 'x', v: '5.199' }
  const codeOf = async (init: RequestInit) => (await raw('messages.send', init)).error?.error_code
  const json = { ...headers, 'content-type': 'application/json' }
  assert.equal(await codeOf({ headers: json, body: JSON.stringify(params) }), 8)
  const { v, ...versionless } = params
  assert.equal(await codeOf({ headers, body: new URLSearchParams(versionless) }), 8)
  assert.equal(await codeOf({ headers, body: new URLSearchParams({ ...params, v: '5.80' }) }), 8)
  assert.equal(await codeOf({ body: new URLSearchParams(params) }), 5)
  assert.equal(await codeOf({ body: new URLSearchParams({ ...params, access_token: emulator.token }) }), undefined)
  assert.equal(emulator.received.length, 1)
})

test('nobody is written to before he allowed it, nor after he denied, and one who is gone is gone', async (t) => {
  const { person, send, emulator } = await scene(t)
  const codes: (number | undefined)[] = []
  const acts = [() => {}, person.start, person.block, person.allow, person.getBlacklisted, person.deactivate]
  for (const act of acts) {
    act()
    codes.push((await send()).error?.error_code)
  }
  assert.deepEqual(codes, [901, undefined, 901, undefined, 900, 18])
  assert.equal(emulator.received.length, 2)
})

test('a random_id is good for one message of a dialog, zero for any number', async (t) => {
  const { person, send, emulator, call } = await scene(t)
  person.start()
  emulator.person(1002).start()
  const ids = [await send({ random_id: '7' }), await send({ random_id: '7', message: 'другой текст' })]
  assert.deepEqual(ids[0], ids[1])
  await send({ random_id: '7', peer_id: '1002' })
  await send()
  await send()
  assert.deepEqual(
    emulator.received.map(({ peerId }) => peerId),
    ['1001', '1002', '1001', '1001'],
  )
  for (let i = 0; i < 100; i++) await send()
  assert.notDeepEqual(await send({ random_id: '7' }), ids[0], 'only the last hundred messages are looked at')
  assert.equal((await call('messages.send', { peer_id: '1001', message: 'x' })).error?.error_code, 100)
})

test('keyboards that VK would refuse are refused', async (t) => {
  const { person, send } = await scene(t)
  person.start()
  const button = (more: object = {}) => ({ action: { type: 'callback', label: 'Да', payload: '{"p":"y"}', ...more } })
  const link = (url: string) => ({ action: { type: 'open_link', label: 'Сайт', link: url } })
  const inline = (buttons: unknown, more: object = {}) => JSON.stringify({ inline: true, buttons, ...more })
  const good = [inline([[button(), link('https://example.com/')]]), JSON.stringify({ one_time: true, buttons: [] })]
  for (const keyboard of good) assert.equal((await send({ keyboard })).error, undefined, keyboard)
  const bad = [
    'not json',
    inline([[button()]], { one_time: true }),
    inline([]),
    inline([Array(6).fill(button())]),
    inline(Array(7).fill([button()])),
    inline([Array(5).fill(button()), Array(5).fill(button()), [button()]]),
    inline([[button({ label: 'а'.repeat(41) })]]),
    inline([[button({ label: '' })]]),
    inline([[button({ payload: 'y' })]]),
    inline([[button({ payload: `{"p":"${'y'.repeat(250)}"}` })]]),
    inline([[link('localhost')]]),
    inline([[{ ...link('https://example.com/'), color: 'primary' }]]),
  ]
  for (const keyboard of bad) assert.equal((await send({ keyboard })).error?.error_code, 911, keyboard)
})

test('a press is answered once, by whom it came from, and not with whatever', async (t) => {
  const { person, send, call, emulator } = await scene(t)
  person.start()
  await send({ keyboard: '{"inline":true,"buttons":[[{"action":{"type":"callback","label":"Да","payload":"{}"}}]]}' })
  const { key, ts, server } = z
    .object({ key: z.string(), ts: z.string(), server: z.url() })
    .parse((await call('groups.getLongPollServer', { group_id: emulator.groupId })).response)
  person.press('Да')
  const polled = await (await fetch(`${server}?${new URLSearchParams({ act: 'a_check', key, ts, wait: '1' })}`)).json()
  const event = z.object({ updates: z.tuple([z.object({ object: z.object({ event_id: z.string() }) })]) }).parse(polled)
    .updates[0].object.event_id
  const answer = async (more: Record<string, string> = {}) =>
    (await call('messages.sendMessageEventAnswer', { event_id: event, user_id: '1001', peer_id: '1001', ...more }))
      .error?.error_code
  assert.equal(await answer({ event_id: 'another' }), 100)
  assert.equal(await answer({ user_id: '1002' }), 100)
  assert.equal(await answer({ event_data: '{"type":"dance"}' }), 100)
  assert.equal(await answer({ event_data: JSON.stringify({ type: 'show_snackbar', text: 'а'.repeat(91) }) }), 100)
  assert.equal(await answer({ event_data: '{"type":"show_snackbar","text":"Принято"}' }), undefined)
  assert.equal(person.notice, 'Принято')
  assert.equal(await answer(), 100)
})

test('an event is repeated, marked as such, until the answer is the word ok', async (t) => {
  const { emulator, person } = await scene(t)
  const got: { counter: unknown; body: Record<string, unknown> }[] = []
  const answers = ['', 'OK', 'ok']
  const server = http.createServer(async (request, response) => {
    const body = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.concat(await request.toArray()).toString()))
    if (body['type'] === 'confirmation') return void response.end(emulator.callbacks.confirmation)
    got.push({ counter: request.headers['x-retry-counter'], body })
    response.end(answers.shift())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  await emulator.callbacks.connect(`http://127.0.0.1:${portOf(server.address())}/`, 'Sesam')
  person.allow('k1')
  await until(() => got.length === 3)
  assert.deepEqual(
    got.map(({ counter }) => counter),
    [undefined, '1', '2'],
  )
  const [first] = got
  assert.deepEqual(
    [first?.body['type'], first?.body['secret'], first?.body['object']],
    ['message_allow', 'Sesam', { user_id: 1001, key: 'k1' }],
  )
  assert.equal(new Set(got.map(({ body }) => body['event_id'])).size, 1)
})

test('another process can play people and faults by HTTP', async (t) => {
  const { emulator, send } = await scene(t)
  const origin = new URL(emulator.apiRoot).origin
  const ask = async (method: string, path: string, body?: object) =>
    await fetch(`${origin}/emulator/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  assert.equal((await ask('POST', 'persons/1001', { firstName: 'Пётр' })).status, 200)
  assert.equal((await ask('POST', 'persons/1001/start', { ref: 'T1' })).status, 200)
  assert.equal((await ask('POST', 'faults', { kind: 'error', code: 9 })).status, 200)
  assert.equal((await send()).error?.error_code, 9)
  assert.equal((await send()).error, undefined)
  const received = z.object({ items: z.array(z.object({ text: z.string() })), next: z.number() })
  assert.deepEqual(received.parse(await (await ask('GET', 'received')).json()), {
    items: [{ text: 'Выплата' }],
    next: 1,
  })
  assert.equal((await ask('POST', 'persons/1001/fly')).status, 404)
  assert.equal((await ask('POST', 'persons/1001/press', { button: 'нет такой' })).status, 400)
  assert.equal((await ask('POST', 'faults', { kind: 'unheard' })).status, 400)
})
