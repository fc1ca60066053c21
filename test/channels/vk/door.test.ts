import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Update } from '../../../src/channels/channel.ts'
import { createVkChannel } from '../../../src/channels/vk/channel.ts'
import { until } from '../harness.ts'
import { openDoor, scene } from './scene.ts'

const callback = { confirmation: '1a2b3c4d', secret: 'Sesam_open_1' }
const settings = {
  token: 'vk1.a.x',
  groupId: '5',
  apiRoot: 'http://127.0.0.1:1/method',
  deadlineMs: 5_000,
  connectTimeoutMs: 3_000,
  pollWaitS: 1,
}
const { door } = createVkChannel({ ...settings, callback })

const message = { date: 1_763_890_980, from_id: 1001, peer_id: 1001, text: 'x' }
const event = {
  type: 'message_new',
  group_id: 5,
  event_id: 'e1',
  v: '5.199',
  secret: callback.secret,
  object: { message },
}
const readBytes = (body: Buffer, method: 'GET' | 'POST' = 'POST') => {
  const answer = door?.read({ method, headers: { 'x-retry-counter': '1' }, query: {}, body })
  assert.ok(answer)
  return answer
}
const read = (body: unknown) => readBytes(Buffer.from(JSON.stringify(body)))
const shut = { status: 403, body: '', updates: [] }

test('an event is answered with the word VK waits for, a repeated one and an unknown one too', () => {
  const first = read(event)
  assert.deepEqual([first.status, first.body, first.updates.length], [200, 'ok', 1])
  assert.equal(read(event).updates[0]?.key, first.updates[0]?.key, 'the same key, so that it is worked once')
  assert.deepEqual(read({ ...event, type: 'wall_post_new', object: {} }), { status: 200, body: 'ok', updates: [] })
  assert.deepEqual(read({ ...event, object: 'nonsense' }), { status: 200, body: 'ok', updates: [] })
})

test('the confirmation is given to our own community only, before it knows the secret too', () => {
  const { confirmation } = callback
  assert.deepEqual(read({ type: 'confirmation', group_id: 5 }), { status: 200, body: confirmation, updates: [] })
  assert.equal(read({ type: 'confirmation', group_id: 5, secret: callback.secret }).body, confirmation)
  assert.deepEqual(read({ type: 'confirmation', group_id: 6 }), shut)
  assert.deepEqual(read({ type: 'confirmation', group_id: 5, secret: 'another' }), shut)
})

test('the door stays shut for a wrong secret and for another community', () => {
  for (const secret of [undefined, '', 'sesam_open_1', 'Sesam_open_12', 'Sesam_open_', null, 5, {}]) {
    assert.deepEqual(read({ ...event, secret }), shut, String(secret))
  }
  for (const group_id of [6, '55', -5, null, undefined]) assert.deepEqual(read({ ...event, group_id }), shut)
  assert.equal(read({ ...event, group_id: '5' }).status, 200)
})

test('whatever else is pushed through the slot is refused, and nothing is thrown', () => {
  const big = Buffer.alloc(3 * 1024 * 1024, 'x')
  const deep = Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  for (const body of [Buffer.alloc(0), Buffer.from('{'), Buffer.from('null'), Buffer.from([0xff, 0xfe]), big, deep]) {
    assert.deepEqual(readBytes(body), shut)
  }
  assert.deepEqual(readBytes(Buffer.from(JSON.stringify(event)), 'GET'), { status: 405, body: '', updates: [] })
  const long = read({ ...event, object: { message: { ...message, text: 'ж'.repeat(1_500_000) } } })
  assert.deepEqual([long.status, long.updates.length], [200, 1])
})

test('a channel has a door or polls, never both, for VK brings every event both ways', () => {
  const sides = [{ ...settings, callback }, settings].map(createVkChannel)
  assert.deepEqual(
    sides.map((side) => [side.door !== undefined, side.receive !== undefined]),
    [
      [true, false],
      [false, true],
    ],
  )
})

test('events that come twice or in another order are each taken under their own key', async (t) => {
  const place = await scene(t)
  const taken: Update[] = []
  const opened = await openDoor(place, async (update) => void taken.push(update))
  t.after(() => opened.close())
  const person = place.emulator.person(1001)
  person.allow()
  place.emulator.callbacks.duplicateNext()
  person.say('дважды')
  place.emulator.callbacks.shuffleNext(2)
  person.say('первое')
  person.say('второе')
  await until(() => taken.length === 5)
  assert.deepEqual(
    taken.map((update) => (update.kind === 'text' ? update.text : update.kind)),
    ['unblocked', 'дважды', 'дважды', 'второе', 'первое'],
  )
  assert.equal(new Set(taken.map(({ key }) => key)).size, 4)
})

test('the channel looks whether VK knows its address, and says what to do where it does not', async (t) => {
  const place = await scene(t)
  const opened = await openDoor(place, async () => undefined)
  t.after(() => opened.close())
  const { open } = place.channel.door ?? {}
  assert.deepEqual(await open?.(opened.url), { ok: true, detail: 'сервер Callback API подтверждён' })
  const absent = await open?.('https://vestnik.example.ru/channels/vk')
  assert.ok(absent?.ok === false && absent.detail.includes('не указан'))
  place.emulator.faults.dropped({ method: 'groups.getCallbackServers' })
  assert.equal((await open?.(opened.url))?.ok, false)
  place.emulator.permissions.delete('manage')
  const unknown = await open?.(opened.url)
  assert.ok(unknown?.ok && unknown.detail.includes('не проверен'))
})

test('an address that does not confirm itself is shown as such', async (t) => {
  const { emulator, channel } = await scene(t)
  const { status } = await emulator.callbacks.connect('http://127.0.0.1:1/channels/vk', 'x')
  assert.equal(status, 'failed')
  const found = await channel.door?.open?.('http://127.0.0.1:1/channels/vk')
  assert.ok(found?.ok === false && found.detail.includes('не подтверждён (failed)'))
})
