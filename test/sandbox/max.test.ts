import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { builtOf } from '../support/process.ts'

async function scene(t: TestContext) {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  const person = emulator.person(1001, { firstName: 'Иван', lastName: 'Иванов', phone: '79031234567' })
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(emulator.apiRoot + path, {
      method,
      headers: { authorization: emulator.token, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    return { status: response.status, retryAfter: response.headers.get('retry-after'), answer, said: saidIn(answer) }
  }
  const send = (body: unknown, query = 'user_id=1001') => call('POST', `/messages?${query}`, body)
  return { emulator, person, call, send }
}

function saidIn(answer: unknown): string {
  const { code, message } = z.object({ code: z.string(), message: z.string() }).safeParse(answer).data ?? {}
  return code === undefined ? 'taken' : `${code} ${message}`
}

test('a person must start the bot before it may write to him, and his dialog has another number', async (t) => {
  const { person, send } = await scene(t)
  const body = { text: 'Выплата' }
  const said = async (query?: string) => (await send(body, query)).said
  assert.equal(await said(), 'chat.not.found dialog.not.found')
  person.start()
  assert.equal(await said(), 'taken')
  assert.equal(await said(`chat_id=${person.chatId}`), 'taken')
  assert.equal(await said(`user_id=${person.chatId}`), 'chat.not.found dialog.not.found')
  assert.equal(await said('chat_id=1001'), 'chat.not.found chat.not.found')
  for (const nobody of ['', 'user_id=', 'user_id=ivan'])
    assert.equal(await said(nobody), 'proto.payload Unknown recipient')
  person.block()
  assert.match(await said(), /^chat\.denied Key: error\.dialog\.suspended/)
  person.unblock()
  assert.equal(await said(), 'taken')
  person.removeDialog()
  assert.equal((await send(body)).status, 403)
})

test('a token stands in its header without «Bearer», and nowhere else', async (t) => {
  const { emulator, call } = await scene(t)
  const statuses = [
    await call('GET', '/me'),
    await call('GET', '/me', undefined, { authorization: `Bearer ${emulator.token}` }),
    await call('GET', `/me?access_token=${emulator.token}`, undefined, { authorization: '' }),
  ].map(({ status }) => status)
  assert.deepEqual(statuses, [200, 401, 401])
  assert.equal((await call('GET', '/nothing')).said, 'not.found Path /nothing is not recognized')
})

test('a message that MAX would refuse is refused', async (t) => {
  const { emulator, person, send, call } = await scene(t)
  person.start()
  const keyboard = (...rows: object[][]) => ({
    text: 'x',
    attachments: [{ type: 'inline_keyboard', payload: { buttons: rows } }],
  })
  const yes = { type: 'callback', text: 'Да', payload: 'y' }
  const site = { type: 'link', text: 'Сайт', url: 'https://example.com' }
  const good: unknown[] = [
    { text: 'x'.repeat(4000) },
    keyboard([yes, site], [{ type: 'request_contact', text: 'Номер' }]),
    keyboard(Array(7).fill(yes)),
    { text: '<b>жирно</b> &lt;', format: 'html' },
    { text: null, attachments: keyboard([yes]).attachments },
  ]
  const bad: unknown[] = [
    { text: 'x'.repeat(4001) },
    { text: '' },
    {},
    '{"text":',
    'text',
    { text: 5 },
    { text: 'x', format: 'HTML' },
    keyboard(),
    keyboard([]),
    keyboard(Array(8).fill(yes)),
    keyboard([site, yes, yes, yes]),
    keyboard(...Array(31).fill([yes])),
    keyboard([{ ...yes, text: 'x'.repeat(129) }]),
    keyboard([{ ...yes, text: '' }]),
    keyboard([{ ...yes, payload: 'x'.repeat(1025) }]),
    keyboard([{ ...site, url: 'example.com' }]),
    keyboard([{ ...site, url: `https://e.ru/${'x'.repeat(2040)}` }]),
    keyboard([{ type: 'something', text: 'x' }]),
    { text: 'x', attachments: [...keyboard([yes]).attachments, ...keyboard([yes]).attachments] },
    { text: 'x', attachments: 'none' },
  ]
  for (const body of good) assert.equal((await send(body)).said, 'taken', JSON.stringify(body).slice(0, 100))
  for (const body of bad) {
    assert.match((await send(body)).said, /^proto\.payload /, JSON.stringify(body).slice(0, 100))
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await call('POST', '/messages?user_id=1001', 'text=x', form)).status, 400)
  assert.equal(emulator.received.length, good.length)
  assert.equal(emulator.received[3]?.text, 'жирно <')
})

test('updates wait until the marker passes them, and a long poll wakes for a new one', async (t) => {
  const { person, call } = await scene(t)
  const batchSchema = z.object({ updates: z.array(z.looseObject({ update_type: z.string() })), marker: z.number() })
  const poll = async (query: string) => {
    const { updates, marker } = batchSchema.parse((await call('GET', `/updates?${query}`)).answer)
    return { kinds: updates.map(({ update_type }) => update_type), marker }
  }
  person.start()
  person.say('раз')
  const first = await poll('timeout=0&limit=1')
  assert.deepEqual(first.kinds, ['bot_started'])
  assert.deepEqual((await poll('timeout=0')).kinds, ['bot_started', 'message_created'])
  const second = await poll(`timeout=0&marker=${first.marker}`)
  assert.deepEqual(second.kinds, ['message_created'])
  const waiting = poll(`timeout=20&marker=${second.marker}`)
  person.block()
  assert.deepEqual((await waiting).kinds, ['bot_stopped'])
  for (const wrong of ['timeout=91', 'limit=0', 'limit=1001', 'marker=x']) {
    assert.equal((await call('GET', `/updates?${wrong}`)).status, 400, wrong)
  }
})

test('a subscription is taken for https on port 443 only, and shuts the polling off', async (t) => {
  const { emulator, call } = await scene(t)
  const url = 'https://vestnik.example.ru/channels/max'
  const good = { url, secret: 'sesam-oeffne-dich', update_types: ['bot_started'] }
  const wrong: object[] = [
    {},
    { url: 'http://vestnik.example.ru/' },
    { url: 'https://vestnik.example.ru:8443/' },
    { url, secret: 'abcd' },
    { url, secret: 'сезам, откройся' },
    { url, update_types: ['something_new'] },
  ]
  for (const body of wrong) assert.equal((await call('POST', '/subscriptions', body)).status, 400, JSON.stringify(body))
  assert.deepEqual((await call('POST', '/subscriptions', good)).answer, { success: true })
  assert.equal((await call('GET', '/updates?timeout=0')).status, 405)
  const shown = JSON.stringify((await call('GET', '/subscriptions')).answer)
  assert.ok(shown.includes(url) && !shown.includes('sesam'))
  assert.deepEqual((await call('DELETE', `/subscriptions?url=${encodeURIComponent(url)}`)).answer, { success: true })
  assert.equal(emulator.subscriptions().length, 0)
  assert.equal((await call('GET', '/updates?timeout=0')).status, 200)
})

test('faults strike the calls they aim at, one after another', async (t) => {
  const { emulator, person, send } = await scene(t)
  person.start()
  emulator.person(1002).start()
  const { faults } = emulator
  faults.limit(3, { times: 2, userId: '1001' })
  faults.error(400, 'proto.payload', 'something', { textIncludes: 'плохой' })
  assert.equal((await send({ text: 'x' }, 'user_id=1002')).said, 'taken')
  assert.deepEqual([(await send({ text: 'x' })).retryAfter, (await send({ text: 'x' })).status], ['3', 429])
  assert.equal((await send({ text: 'x' })).said, 'taken')
  assert.equal((await send({ text: 'плохой текст' })).said, 'proto.payload something')
  faults.lostAnswer()
  await assert.rejects(send({ text: 'дошло' }))
  faults.dropped()
  await assert.rejects(send({ text: 'не дошло' }))
  assert.deepEqual(
    emulator.received.map(({ text }) => text),
    ['x', 'x', 'дошло'],
  )
  assert.equal(emulator.calls['POST /messages'], 7)
})

test('another process can be the people, make faults, and read what they received', { timeout: 60_000 }, async (t) => {
  const child = spawn(process.execPath, [builtOf('src/sandbox/max/main.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = await once(child.stdout, 'data')
  const { apiRoot, token } = z.object({ apiRoot: z.string(), token: z.string() }).parse(JSON.parse(String(line)))
  const post = async (path: string, body: object = {}) => {
    const headers = { 'content-type': 'application/json', authorization: token }
    return (await fetch(apiRoot + path, { method: 'POST', headers, body: JSON.stringify(body) })).status
  }
  assert.equal(await post('/emulator/persons/1001', { firstName: 'Иван', phone: '79031234567' }), 200)
  assert.equal(await post('/emulator/persons/1001/start', { payload: 'abc' }), 200)
  const button = { type: 'callback', text: 'Понятно', payload: 'ok' }
  const attachments = [{ type: 'inline_keyboard', payload: { buttons: [[button]] } }]
  assert.equal(await post('/messages?user_id=1001', { text: 'Выплата', attachments }), 200)
  assert.equal(await post('/emulator/faults', { kind: 'limit', retryAfterS: 2 }), 200)
  assert.equal(await post('/messages?user_id=1001', { text: 'мимо' }), 429)
  assert.equal(await post('/emulator/faults', { kind: 'nonsense' }), 400)
  const acts = 'say press share-contact attach-own-contact forward-contact block unblock remove-dialog'.split(' ')
  for (const act of acts) {
    const body = { text: 'Спасибо', button: 'Понятно', phone: '+79990001122', otherUserId: 5 }
    assert.equal(await post(`/emulator/persons/1001/${act}`, body), 200, act)
  }
  assert.equal(await post('/emulator/persons/1001/dance'), 404)
  const received = await (await fetch(`${apiRoot}/emulator/received`)).json()
  assert.match(JSON.stringify(received), /^\{"items":\[\{"userId":"1001".*"text":"Выплата".*\],"next":1\}$/)
})
