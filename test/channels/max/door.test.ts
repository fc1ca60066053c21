import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createMaxChannel, type MaxSettings } from '../../../src/channels/max/channel.ts'
import { type MaxEmulator, startMaxEmulator } from '../../../src/sandbox/max/emulator.ts'
import { until, wordsOf } from '../harness.ts'
import { portOf } from '../unreachable.ts'

const secret = 'Sesam-oeffne-dich'
const place = 'https://vestnik.example.ru'
const address = `${place}/channels/max`
const settings = { deadlineMs: 10_000, connectTimeoutMs: 5_000, getUpdatesTimeoutS: 1, webhookSecret: secret }

async function scene(t: TestContext, webhookPauseMs = 100) {
  const emulator = await startMaxEmulator({ webhookPauseMs })
  t.after(() => emulator.close())
  const channel = opened(t, emulator)
  return { emulator, channel, person: emulator.person(1001, { firstName: 'Иван', phone: '79031234567' }) }
}

function opened(t: TestContext, { token, apiRoot }: MaxEmulator, change: Partial<MaxSettings> = {}): Channel {
  const channel = createMaxChannel({ token, apiRoot, ...settings, ...change })
  t.after(() => channel.close())
  return channel
}

/** Our side of the door: `statusOf` may refuse a request in place of taking it. */
async function doorOf(t: TestContext, emulator: MaxEmulator, channel: Channel, statusOf = (_: Update) => 200) {
  const taken: Update[] = []
  const requests = { count: 0 }
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const read = channel.door?.read({ method: 'POST', headers: request.headers, query: {}, body })
    assert.ok(read)
    const refusal = read.updates.map(statusOf).find((status) => status !== 200)
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    taken.push(...read.updates)
    response.writeHead(read.status).end(read.body)
  })
  server.on('request', () => (requests.count += 1))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  emulator.lead(place, `http://127.0.0.1:${portOf(server.address())}`)
  return { taken, requests }
}

test('MAX brings its updates to the address we gave it, those that waited too', async (t) => {
  const { emulator, channel, person } = await scene(t)
  const { taken } = await doorOf(t, emulator, channel)
  person.start('token_1')
  assert.deepEqual(await channel.door?.open?.(address), { ok: true, detail: 'подписка оформлена' })
  person.say('после')
  person.shareContact()
  person.removeDialog()
  await until(() => taken.length === 5)
  assert.deepEqual(taken.map(wordsOf), ['start token_1', 'text после', 'contact', 'blocked', 'blocked'])
  const [subscription] = emulator.subscriptions()
  assert.deepEqual(subscription?.update_types?.toSorted(), [
    'bot_started',
    'bot_stopped',
    'dialog_removed',
    'message_callback',
    'message_created',
  ])
})

test('whatever is not exactly 200 brings the update again; a repeat and a later one have keys of their own', async (t) => {
  const { emulator, channel, person } = await scene(t)
  const refusals = [503, 204, 201]
  const { taken } = await doorOf(t, emulator, channel, ({ kind }) => (kind === 'text' ? (refusals.pop() ?? 200) : 200))
  await channel.door?.open?.(address)
  person.start()
  person.say('раз')
  await until(() => taken.length === 2)
  emulator.carrying.twice()
  person.say('два')
  emulator.carrying.late()
  person.say('три')
  person.say('четыре')
  await until(() => taken.length === 6)
  const words = ['start', 'text раз', 'text два', 'text два', 'text четыре', 'text три']
  assert.deepEqual(taken.map(wordsOf), words)
  assert.equal(new Set(taken.map(({ key }) => key)).size, 5)
})

test('a «stopped» that comes after his return, because we could not take it before, silences nobody', async (t) => {
  const { emulator, channel, person } = await scene(t)
  let isDown = true
  const { taken, requests } = await doorOf(t, emulator, channel, ({ kind }) =>
    kind === 'blocked' && isDown ? 503 : 200,
  )
  await channel.door?.open?.(address)
  person.start()
  person.block()
  person.unblock()
  await until(() => taken.length === 2)
  isDown = false
  await until(() => requests.count >= 4)
  person.say('я здесь')
  person.block()
  await until(() => taken.length === 4)
  assert.deepEqual(taken.map(wordsOf), ['start', 'start', 'text я здесь', 'blocked'])
})

test('the subscription is looked after: lost, it is made again; there, it is left alone', async (t) => {
  const { emulator, channel } = await scene(t)
  const { door } = channel
  const made = () => emulator.calls['POST /subscriptions']
  assert.equal(door?.reopenEveryMs, 600_000)
  await door?.open?.(address)
  assert.deepEqual(await door?.open?.(address), { ok: true, detail: 'подписка на месте' })
  assert.equal(made(), 1)
  emulator.forgetSubscriptions()
  assert.deepEqual(await door?.open?.(address), { ok: true, detail: 'подписка пропадала и оформлена заново' })
  assert.deepEqual(
    emulator.subscriptions().map(({ url }) => url),
    [address],
  )
  emulator.faults.garbage(502, { method: 'GET /subscriptions' })
  assert.equal((await door?.open?.(address))?.ok, true)
  assert.equal(made(), 3)
  // Another process begins: what secret stands there nobody can look up.
  await opened(t, emulator, { webhookSecret: 'another-secret' }).door?.open?.(address)
  assert.equal(emulator.subscriptions()[0]?.secret, 'another-secret')
})

test('a subscription that MAX refuses, or nobody hears of, says why', async (t) => {
  const { emulator, channel } = await scene(t)
  const refused = await channel.door?.open?.('https://vestnik.example.ru:8443/channels/max')
  assert.deepEqual(refused, { ok: false, detail: 'proto.payload Invalid field: url' })
  const wrong = await opened(t, emulator, { token: 'wrong-wrong-wrong' }).door?.open?.(address)
  assert.deepEqual(wrong, { ok: false, detail: 'verify.token Invalid access_token' })
  const nowhere = await opened(t, emulator, { apiRoot: 'http://127.0.0.1:1' }).door?.open?.(address)
  assert.deepEqual(nowhere, { ok: false, detail: 'нет соединения: ECONNREFUSED' })
})

const start = {
  update_type: 'bot_started',
  timestamp: 1_775_025_604_499,
  chat_id: 182182182,
  user: { user_id: 123456789, first_name: 'Иван', is_bot: false },
}

test('the door stays shut for a wrong secret, and no body can break it', async (t) => {
  const { channel } = await scene(t)
  const read = (said: string | string[] | undefined, body: string | Buffer = JSON.stringify(start)) =>
    channel.door?.read({
      method: 'POST',
      headers: { 'x-max-bot-api-secret': said },
      query: {},
      body: Buffer.from(body),
    })
  assert.equal(read(secret)?.updates.length, 1)
  for (const wrong of [undefined, '', 'sesam-oeffne-dich', `${secret}2`, secret.slice(0, -1), [secret, secret]]) {
    assert.deepEqual(read(wrong), { status: 401, body: '', updates: [] })
  }
  const broken = [Buffer.alloc(0), '{', JSON.stringify(start).slice(0, -1), Buffer.alloc(3_000_000, 0xff)]
  for (const body of broken) assert.deepEqual(read(secret, body), { status: 400, body: '', updates: [] })
  const useless = [
    'null',
    '[]',
    '5',
    JSON.stringify([start]),
    JSON.stringify({ ...start, update_type: 'bot_added' }),
    JSON.stringify({ padding: 'x'.repeat(3_000_000) }),
    '['.repeat(100_000) + ']'.repeat(100_000),
  ]
  for (const body of useless) assert.deepEqual(read(secret, body), { status: 200, body: '', updates: [] })
  const long = { ...start, payload: 'x'.repeat(3_000_000) }
  assert.equal(read(secret, JSON.stringify(long))?.updates.length, 1)
})

test('a replayed request bears the key it had, so that it is worked once', async (t) => {
  const { channel } = await scene(t)
  const headers = { 'x-max-bot-api-secret': secret }
  const body = Buffer.from(JSON.stringify(start))
  const keys = [1, 2].map(() => channel.door?.read({ method: 'POST', headers, query: {}, body }).updates[0]?.key)
  assert.ok(keys[0] !== undefined && keys[0] === keys[1])
})

test('a channel has a door or polls, never both, for a poll would take the subscription off', () => {
  const { webhookSecret, ...polling } = settings
  const where = { token: 'x'.repeat(20), apiRoot: 'http://127.0.0.1:1' }
  const sides = [{ ...polling, webhookSecret }, polling].map((side) => createMaxChannel({ ...where, ...side }))
  assert.deepEqual(
    sides.map(({ door, receive }) => [door !== undefined, receive !== undefined]),
    [
      [true, false],
      [false, true],
    ],
  )
})
