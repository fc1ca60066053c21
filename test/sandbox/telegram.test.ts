import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startTelegramEmulator, type TelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'

type Answer = { ok: boolean; result?: unknown; error_code?: number; description?: string; parameters?: object }

async function scene(t: TestContext) {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  const person = emulator.person(1001, { firstName: 'Иван', lastName: 'Иванов', phone: '79031234567' })
  const call = (method: string, params: object = {}) => callApi(emulator, method, params)
  return { emulator, person, call }
}

async function callApi({ apiRoot, token }: TelegramEmulator, method: string, params: object): Promise<Answer> {
  const response = await fetch(`${apiRoot}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  })
  return answerOf(response)
}

/** Guarantee: every answer of the Bot API has this form; a wrong one fails the assertion that follows. */
async function answerOf(response: Response): Promise<Answer> {
  return (await response.json()) as Answer
}

test('a person must press start before the bot may write to him', async (t) => {
  const { emulator, person, call } = await scene(t)
  const send = () => call('sendMessage', { chat_id: 1001, text: 'Выплата' })
  assert.deepEqual(await send(), { ok: false, error_code: 400, description: 'Bad Request: chat not found' })
  person.start()
  assert.equal((await send()).ok, true)
  person.block()
  assert.deepEqual(await send(), {
    ok: false,
    error_code: 403,
    description: 'Forbidden: bot was blocked by the user',
  })
  person.unblock()
  assert.equal((await send()).ok, true)
  person.deactivate()
  assert.equal((await send()).description, 'Forbidden: user is deactivated')
  assert.equal(emulator.received.length, 2)
})

test('HTML is read as Telegram reads it', async (t) => {
  const { emulator, person, call } = await scene(t)
  person.start()
  const seen: [html: string, text: string][] = [
    ['<b>Лом</b> &amp; <i>Ко</i> &lt;5&gt; &quot;x&quot;', 'Лом & Ко <5> "x"'],
    ['&nbsp; &#39;&#x41; & &unknown; &amp', "&nbsp; 'A & &unknown; &"],
    ['<a href="https://example.com/?a=1&amp;b=>">ссылка</a>', 'ссылка'],
    ['<span class="tg-spoiler">тайна</span><blockquote expandable>цитата</blockquote>', 'тайнацитата'],
    ['  a\tb\r\nc\u202e\u200f  ', 'a b\nc\u200f'],
    ['<B>x</B><code class="language-ts">y</code>', 'xy'],
  ]
  for (const [html, text] of seen) {
    const answer = await call('sendMessage', { chat_id: 1001, text: html, parse_mode: 'HTML' })
    assert.equal(answer.ok, true, answer.description)
    assert.equal(emulator.received.at(-1)?.text, text)
  }
})

test('HTML that Telegram refuses is refused in its words', async (t) => {
  const { emulator, person, call } = await scene(t)
  person.start()
  const refused: [html: string, complaint: string][] = [
    ['жы <br>', 'Unsupported start tag "br" at byte offset 5'],
    ['<5 кг', 'Unsupported start tag "5" at byte offset 0'],
    ['a <', 'Unclosed start tag at byte offset 2'],
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<a href="x', 'Unclosed start tag "a" at byte offset 0'],
  ]
  for (const [text, complaint] of refused) {
    const { ok, error_code, description } = await call('sendMessage', { chat_id: 1001, text, parse_mode: 'HTML' })
    assert.deepEqual([ok, error_code], [false, 400])
    assert.equal(description, `Bad Request: can't parse entities: ${complaint}`)
  }
  assert.equal(emulator.received.length, 0)
})

test('lengths count after the marks are read', async (t) => {
  const { person, call } = await scene(t)
  person.start()
  const send = (text: string) => call('sendMessage', { chat_id: 1001, text, parse_mode: 'HTML' })
  assert.equal((await send('&lt;'.repeat(4096))).ok, true)
  assert.equal((await send('x'.repeat(4097))).description, 'Bad Request: message is too long')
  assert.equal((await send('<b> </b>')).description, 'Bad Request: message text is empty')
})

test('buttons Telegram would refuse are refused', async (t) => {
  const { person, call } = await scene(t)
  person.start()
  const send = (reply_markup: unknown) => call('sendMessage', { chat_id: 1001, text: 'x', reply_markup })
  const inline = (button: object) => send({ inline_keyboard: [[{ text: 'Кнопка', ...button }]] })
  assert.equal((await inline({ callback_data: 'x'.repeat(64) })).ok, true)
  assert.match((await inline({ callback_data: 'ж'.repeat(33) })).description ?? '', /BUTTON_DATA_INVALID/)
  assert.match((await inline({ url: 'http://localhost:3000' })).description ?? '', /Wrong HTTP URL/)
  assert.match((await inline({})).description ?? '', /text buttons are unallowed/i)
  assert.match((await send('not json')).description ?? '', /can't parse reply keyboard markup/)
})

test('a token that is wrong is 401, one that is no token is 404, and so is an unknown method', async (t) => {
  const { emulator, call } = await scene(t)
  const at = async (path: string) => answerOf(await fetch(emulator.apiRoot + path))
  assert.equal((await at('/bot7000000001:AAwrong/getMe')).error_code, 401)
  assert.equal((await at('/botnonsense/getMe')).error_code, 404)
  assert.equal((await call('sendNothing')).description, 'Not Found: method not found')
  assert.equal((await call('GETME')).ok, true)
})

test('a call may come as JSON, as a form, as multipart or in the address', async (t) => {
  const { emulator, person } = await scene(t)
  person.start()
  const markup = '{"inline_keyboard":[[{"text":"Да","callback_data":"y"}]]}'
  const fields = { chat_id: '1001', text: 'Лом & Ко', reply_markup: markup }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const url = `${emulator.apiRoot}/bot${emulator.token}/sendMessage`
  await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  await fetch(url, { method: 'POST', body: form })
  await fetch(`${url}?${new URLSearchParams(fields)}`)
  assert.deepEqual(
    emulator.received.map(({ text, buttons }) => [text, buttons[0]?.[0]?.text]),
    Array(3).fill(['Лом & Ко', 'Да']),
  )
  const bad = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"chat_id":' })
  assert.equal(bad.status, 400)
})

test('updates wait until they are acknowledged, and a long poll wakes for a new one', async (t) => {
  const { person, call } = await scene(t)
  const updates = async (params: object) => {
    const { result } = await call('getUpdates', params)
    return Array.isArray(result) ? result : []
  }
  person.start()
  person.say('раз')
  const [first, second] = await updates({})
  assert.equal((await updates({})).length, 2)
  assert.deepEqual(await updates({ offset: first.update_id + 1 }), [second])
  const polled = updates({ offset: second.update_id + 1, timeout: 5 })
  person.say('два')
  assert.equal((await polled)[0]?.message.text, 'два')
  const begun = Date.now()
  assert.deepEqual(await updates({ offset: second.update_id + 2, timeout: 1 }), [])
  assert.ok(Date.now() - begun >= 990)
})

test('a second poller ends the first with a conflict', async (t) => {
  const { call } = await scene(t)
  const first = call('getUpdates', { timeout: 5 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const second = call('getUpdates', { timeout: 0 })
  const { error_code, description } = await first
  assert.equal(error_code, 409)
  assert.match(description ?? '', /terminated by other getUpdates request/)
  assert.equal((await second).ok, true)
})

test('with a webhook the updates come as requests with the secret, again and again until 200, in order', async (t) => {
  const { person, call } = await scene(t)
  const got: { secret: unknown; text: string }[] = []
  const server = http.createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    got.push({ secret: request.headers['x-telegram-bot-api-secret-token'], text: body.message.text })
    response.writeHead(got.length === 1 ? 503 : 200).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${portOf(server.address())}/channels/telegram`
  person.start()
  await call('setWebhook', { url, secret_token: 'Sesam' })
  assert.match((await call('getUpdates')).description ?? '', /can't use getUpdates method while webhook is active/)
  person.say('дальше')
  while (got.length < 3) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(
    got,
    ['/start', '/start', 'дальше'].map((text) => ({ secret: 'Sesam', text })),
  )
  await call('deleteWebhook')
  person.say('в очередь')
  const { result } = await call('getWebhookInfo')
  assert.deepEqual(result, { url: '', has_custom_certificate: false, pending_update_count: 1 })
})

test('messages can be edited, and a press is answered once it was made', async (t) => {
  const { emulator, person, call } = await scene(t)
  person.start()
  const reply_markup = { inline_keyboard: [[{ text: 'Понятно', callback_data: 'ok' }]] }
  await call('sendMessage', { chat_id: 1001, text: 'Выплата', reply_markup })
  const message_id = emulator.received[0]?.messageId
  assert.deepEqual(person.press('Понятно'), { kind: 'callback', text: 'Понятно', data: 'ok' })
  const { result } = await call('getUpdates')
  const id = Array.isArray(result) && result.at(-1).callback_query.id
  await call('answerCallbackQuery', { callback_query_id: id, text: 'Спасибо' })
  assert.equal(person.notice, 'Спасибо')
  assert.match((await call('answerCallbackQuery', { callback_query_id: 'x' })).description ?? '', /query is too old/)
  assert.equal((await call('editMessageReplyMarkup', { chat_id: 1001, message_id })).ok, true)
  assert.match(
    (await call('editMessageReplyMarkup', { chat_id: 1001, message_id })).description ?? '',
    /is not modified/,
  )
  await call('editMessageText', { chat_id: 1001, message_id, text: 'Исправлено' })
  assert.deepEqual(person.messages.at(-1)?.text, 'Исправлено')
  assert.throws(() => person.press('Понятно'), /no message of person 1001 has such a button/)
})

test('the keyboard below the input line shares his own contact', async (t) => {
  const { person, call } = await scene(t)
  person.start()
  const keyboard = [[{ text: 'Поделиться номером', request_contact: true }]]
  await call('sendMessage', { chat_id: 1001, text: 'Нажмите', reply_markup: { keyboard } })
  assert.equal(person.press('Поделиться номером'), 'contact')
  const { result } = await call('getUpdates')
  const contact = Array.isArray(result) && result.at(-1).message.contact
  assert.deepEqual(contact, { phone_number: '79031234567', first_name: 'Иван', last_name: 'Иванов', user_id: 1001 })
  await call('sendMessage', { chat_id: 1001, text: 'Спасибо', reply_markup: { remove_keyboard: true } })
  assert.throws(() => person.press('Поделиться номером'))
})

test('faults strike the calls they aim at, one after another', async (t) => {
  const { emulator, person, call } = await scene(t)
  person.start()
  emulator.person(1002).start()
  const { faults } = emulator
  faults.limit(3, { times: 2, chatId: '1001' })
  faults.error(400, 'Bad Request: SOMETHING', { textIncludes: 'плохой' })
  const send = (chat_id: number, text = 'x') => call('sendMessage', { chat_id, text })
  assert.equal((await send(1002)).ok, true)
  assert.deepEqual((await send(1001)).parameters, { retry_after: 3 })
  assert.equal((await send(1001)).error_code, 429)
  assert.equal((await send(1001)).ok, true)
  assert.equal((await send(1001, 'плохой текст')).description, 'Bad Request: SOMETHING')
  faults.lostAnswer()
  await assert.rejects(send(1001, 'дошло'))
  faults.dropped()
  await assert.rejects(send(1001, 'не дошло'))
  assert.deepEqual(
    emulator.received.map(({ text }) => text),
    ['x', 'x', 'дошло'],
  )
  assert.equal(emulator.calls['sendmessage'], 7)
})

test('waiting for a message ends when it comes, or says that it did not', async (t) => {
  const { emulator, person, call } = await scene(t)
  person.start()
  const waited = emulator.waitFor(({ text }) => text === 'второе', 2_000)
  await call('sendMessage', { chat_id: 1001, text: 'первое' })
  await call('sendMessage', { chat_id: 1001, text: 'второе' })
  assert.equal((await waited).text, 'второе')
  assert.equal((await emulator.waitFor(({ chatId }) => chatId === '1001')).text, 'первое')
  await assert.rejects(
    emulator.waitFor(({ text }) => text === 'третье', 20),
    /within 20 ms; 2 came/,
  )
})

function portOf(address: AddressInfo | string | null): number {
  assert.ok(address !== null && typeof address !== 'string')
  return address.port
}
