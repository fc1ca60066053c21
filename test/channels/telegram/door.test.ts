import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import type { Update } from '../../../src/channels/channel.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { startTelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'
import { until } from '../harness.ts'
import { portOf } from '../unreachable.ts'

const settings = { deadlineMs: 5_000, connectTimeoutMs: 3_000, getUpdatesTimeoutS: 1, webhookSecret: 'Sesam-1' }

test('updates come through the door, waiting ones too, and a second time when we could not take them', async (t) => {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  const { token, apiRoot } = emulator
  const channel = createTelegramChannel({ token, apiRoot, ...settings })
  t.after(() => channel.close())
  const taken: Update[] = []
  let failures = 1
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const read = channel.door?.read({ method: 'POST', headers: request.headers, query: {}, body })
    assert.ok(read)
    if (failures-- > 0) return void response.writeHead(503).end()
    taken.push(...read.updates)
    response.writeHead(read.status).end(read.body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())

  emulator.person(1001).start('token_1')
  const url = `http://127.0.0.1:${portOf(server.address())}/channels/telegram`
  assert.deepEqual(await channel.door?.open?.(url), { ok: true, detail: 'вебхук задан' })
  emulator.person(1001).say('после')
  await until(() => taken.length === 2)
  assert.deepEqual(
    taken.map(({ kind, address }) => [kind, address]),
    [
      ['start', '1001'],
      ['text', '1001'],
    ],
  )
})

test('the door stays shut for a wrong secret', () => {
  const channel = createTelegramChannel({ token: '1:x', apiRoot: 'http://127.0.0.1:1', ...settings })
  const body = Buffer.from(
    JSON.stringify({
      update_id: 1,
      message: { date: 1, from: { id: 5 }, chat: { id: 5, type: 'private' }, text: 'x' },
    }),
  )
  const read = (secret: string | undefined, bytes = body) =>
    channel.door?.read({
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': secret },
      query: {},
      body: bytes,
    })
  assert.equal(read('Sesam-1')?.updates.length, 1)
  for (const secret of [undefined, '', 'sesam-1', 'Sesam-12', 'Sesam-']) {
    assert.deepEqual(read(secret), { status: 401, body: '', updates: [] })
  }
  assert.deepEqual(read('Sesam-1', Buffer.from('{')), { status: 400, body: '', updates: [] })
  assert.deepEqual(read('Sesam-1', Buffer.from('{"update_id":1}')), { status: 200, body: '', updates: [] })
})

test('a channel has a door or polls, never both, for a poll would take the webhook off', () => {
  const place = { token: '1:x', apiRoot: 'http://127.0.0.1:1' }
  const { webhookSecret, ...polling } = settings
  const sides = [{ ...polling, webhookSecret }, polling].map((side) => createTelegramChannel({ ...place, ...side }))
  assert.deepEqual(
    sides.map(({ door, receive }) => [door !== undefined, receive !== undefined]),
    [
      [true, false],
      [false, true],
    ],
  )
})

test('a bot that cannot be told says why', async () => {
  const channel = createTelegramChannel({ token: '1:x', apiRoot: 'http://127.0.0.1:1', ...settings })
  assert.deepEqual(await channel.door?.open?.('https://example.com/'), { ok: false, detail: 'ECONNREFUSED' })
})
