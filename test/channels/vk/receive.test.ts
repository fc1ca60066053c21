import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Channel, Update } from '../../../src/channels/channel.ts'
import { createVkChannel, type VkSettings } from '../../../src/channels/vk/channel.ts'
import { startVkEmulator, type VkEmulator } from '../../../src/sandbox/vk/emulator.ts'
import { until } from '../harness.ts'
import { pollingSettingsOf, startPolling } from './scene.ts'

async function scene(t: TestContext, change: Partial<VkSettings> = {}) {
  const emulator = await startVkEmulator()
  const channel = createVkChannel({ ...pollingSettingsOf(emulator), ...change })
  t.after(async () => {
    await channel.close()
    await emulator.close()
  })
  const person = emulator.person(1001)
  person.allow()
  return { emulator, channel, person }
}

async function polling(t: TestContext, { emulator, channel }: { emulator: VkEmulator; channel: Channel }) {
  const updates: Update[] = []
  const begun = await startPolling(emulator, channel, async (update) => void updates.push(update))
  t.after(begun.stop)
  return { updates, ...begun }
}

const textsOf = (updates: Update[]) => updates.map((update) => (update.kind === 'text' ? update.text : update.kind))

test('what was said while nobody polled is heard by the next that leads in this process', async (t) => {
  const place = await scene(t)
  const first = await polling(t, place)
  place.person.say('раз')
  await until(() => first.updates.length === 1)
  await first.stop()
  place.person.say('два')
  const second = await polling(t, place)
  await until(() => second.updates.length === 1)
  assert.deepEqual(textsOf(second.updates), ['два'])
})

test('an event in hand at the stop comes again', async (t) => {
  const place = await scene(t)
  let isReached = false
  const first = await startPolling(place.emulator, place.channel, () => {
    isReached = true
    return Promise.reject(new Error('the database is away'))
  })
  place.person.say('не сохранено')
  await until(() => isReached)
  await first.stop()
  assert.deepEqual(
    first.troubles.map(({ code }) => code),
    ['not_handled'],
  )
  const second = await polling(t, place)
  await until(() => second.updates.length === 1)
  assert.deepEqual(textsOf(second.updates), ['не сохранено'])
})

test('a key that has run out is renewed, and nothing is lost', async (t) => {
  const place = await scene(t)
  const { updates, troubles } = await polling(t, place)
  place.emulator.longPoll.expireKey()
  place.person.say('после')
  await until(() => updates.length === 1)
  assert.deepEqual(troubles, [])
})

test('a history that is gone is told to the operator, and the polling goes on', async (t) => {
  for (const [lose, code] of [
    ['forget', 'failed_1'],
    ['loseAll', 'failed_3'],
  ] as const) {
    const place = await scene(t)
    const { updates, troubles } = await polling(t, place)
    place.emulator.longPoll[lose]()
    await until(() => troubles.length === 1)
    const asked = place.emulator.longPoll.polls
    await until(() => place.emulator.longPoll.polls > asked)
    const before = updates.length
    place.person.say('после')
    await until(() => updates.length > before)
    assert.equal(troubles[0]?.code, code)
    assert.equal(textsOf(updates).at(-1), 'после')
  }
})

test('whatever answers in place of VK does not end the polling', async (t) => {
  const place = await scene(t)
  place.emulator.faults.garbage({ method: 'groups.getLongPollServer' })
  place.emulator.faults.http(502, { method: 'a_check' })
  place.emulator.faults.dropped({ method: 'a_check' })
  place.emulator.faults.limit(0, { method: 'groups.getLongPollServer' })
  const { updates, troubles } = await polling(t, place)
  await until(() => troubles.length >= 4)
  const asked = place.emulator.longPoll.polls
  await until(() => place.emulator.longPoll.polls > asked)
  place.person.say('дошло')
  await until(() => updates.length === 1)
  assert.deepEqual(
    new Set(troubles.map(({ code }) => code)),
    new Set(['bad_answer', 'http_502', 'http_429', 'ECONNRESET']),
  )
})

test('a wrong key and another community are fatal and told at once, without the key', async (t) => {
  for (const change of [{ token: 'vk1.a.wrongwrongwrongwrongwrong' }, { groupId: '7' }]) {
    const place = await scene(t, change)
    const { troubles } = await polling(t, place)
    const [trouble] = troubles
    assert.ok(trouble?.fatal && trouble.description.includes('VK_TOKEN'), JSON.stringify(trouble))
    assert.doesNotMatch(trouble.description, /wrongwrong/)
  }
})

test('no connection is no fault of the settings', async (t) => {
  const place = await scene(t, { apiRoot: 'http://127.0.0.1:1/method' })
  const { troubles } = await polling(t, place)
  assert.deepEqual([troubles[0]?.code, troubles[0]?.fatal], ['ECONNREFUSED', false])
})
