import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ReceiveInput, Update } from '../../../src/channels/channel.ts'
import { createMaxChannel } from '../../../src/channels/max/channel.ts'
import { type MaxEmulator, startMaxEmulator } from '../../../src/sandbox/max/emulator.ts'
import { until, wordsOf } from '../harness.ts'

type Trouble = Parameters<ReceiveInput['onTrouble']>[0]

async function scene(t: TestContext) {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  return { emulator, person: emulator.person(1001) }
}

function polling(
  t: TestContext,
  emulator: MaxEmulator,
  { handle, ...change }: { token?: string; getUpdatesTimeoutS?: number; handle?: ReceiveInput['handle'] } = {},
) {
  const updates: Update[] = []
  const troubles: Trouble[] = []
  const stopping = new AbortController()
  const { token, apiRoot } = emulator
  const settings = { token, apiRoot, deadlineMs: 10_000, connectTimeoutMs: 5_000, getUpdatesTimeoutS: 10 }
  const channel = createMaxChannel({ ...settings, ...change })
  const ended = channel.receive?.({
    signal: stopping.signal,
    handle: handle ?? (async (update) => void updates.push(update)),
    onTrouble: (trouble) => void troubles.push(trouble),
  })
  const stop = async () => {
    stopping.abort()
    await ended
    await channel.close()
  }
  t.after(stop)
  return { updates, troubles, stop, codes: () => troubles.map(({ code }) => code) }
}

test('an update handled just before the stop does not come again to the next process', async (t) => {
  const { emulator, person } = await scene(t)
  const handled: Update[] = []
  const first = polling(t, emulator, {
    handle: async (update) => {
      handled.push(update)
      void first.stop()
    },
  })
  person.start()
  await until(() => handled.length === 1)
  await first.stop()
  const second = polling(t, emulator)
  person.say('дальше')
  await until(() => second.updates.length > 0)
  assert.deepEqual([...handled, ...second.updates].map(wordsOf), ['start', 'text дальше'])
})

test('an update in hand at the stop comes again to the next process', async (t) => {
  const { emulator, person } = await scene(t)
  let isReached = false
  const first = polling(t, emulator, {
    handle: () => {
      isReached = true
      return Promise.reject(new Error('killed here'))
    },
  })
  person.start()
  await until(() => isReached)
  await first.stop()
  const second = polling(t, emulator)
  await until(() => second.updates.length === 1)
  assert.equal(second.updates[0]?.kind, 'start')
})

test('a batch that broke off goes on where it broke off, and nobody is answered twice', async (t) => {
  const { emulator, person } = await scene(t)
  person.start()
  person.say('раз')
  person.say('два')
  let failures = 1
  const handled: string[] = []
  const { codes } = polling(t, emulator, {
    handle: async (update) => {
      if (wordsOf(update) === 'text раз' && failures-- > 0) throw new Error('the database is away')
      handled.push(wordsOf(update))
    },
  })
  await until(() => handled.length === 3)
  assert.deepEqual(handled, ['start', 'text раз', 'text два'])
  assert.deepEqual(codes(), ['not_handled'])
})

async function subscribed({ apiRoot, token }: MaxEmulator): Promise<void> {
  const answer = await fetch(`${apiRoot}/subscriptions`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({ url: 'https://elsewhere.example.ru/' }),
  })
  assert.equal(answer.status, 200)
}

test('a webhook left behind is taken off before polling, and the operator told', async (t) => {
  const { emulator, person } = await scene(t)
  await subscribed(emulator)
  const { updates, troubles } = polling(t, emulator)
  await until(() => troubles.length === 1)
  assert.deepEqual([troubles[0]?.code, troubles[0]?.fatal], ['webhook_removed', false])
  assert.equal(emulator.subscriptions().length, 0)
  person.start('abc')
  await until(() => updates.length === 1)
})

test('a webhook that somebody sets meanwhile is taken off as well', async (t) => {
  const { emulator, person } = await scene(t)
  const { updates, codes } = polling(t, emulator, { getUpdatesTimeoutS: 1 })
  person.start()
  await until(() => updates.length === 1)
  await subscribed(emulator)
  await until(() => codes().includes('webhook_removed'))
  person.say('дальше')
  await until(() => updates.length === 2)
})

test('a wrong token is fatal and is told at once', async (t) => {
  const { emulator } = await scene(t)
  const { troubles } = polling(t, emulator, { token: 'f9LHodD0cOLwrongwrong' })
  await until(() => troubles.length === 1)
  const [trouble] = troubles
  assert.ok(trouble?.code === 'max_401' && trouble.fatal && trouble.description.includes('MAX_TOKEN'))
  assert.ok(!trouble.description.includes('wrongwrong'))
})

test('a limit on polling is waited out as long as MAX says', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.limit(1, { method: 'GET /updates' })
  const begun = Date.now()
  const { updates, codes } = polling(t, emulator)
  person.start()
  await until(() => updates.length === 1)
  assert.ok(Date.now() - begun >= 1_000)
  assert.deepEqual(codes(), ['max_429'])
})

test('whatever answers in place of MAX does not end the polling', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.garbage(200, { method: 'GET /updates' })
  emulator.faults.error(500, 'internal', 'Internal error', { method: 'GET /updates' })
  const { updates, codes } = polling(t, emulator)
  person.start()
  await until(() => updates.length === 1)
  assert.deepEqual(codes(), ['invalid_json', 'http_500'])
})

test('a listener that throws does not end the polling', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.dropped({ method: 'GET /updates' })
  const { updates, troubles } = polling(t, emulator)
  Object.defineProperty(troubles, 'push', { value: () => assert.fail('the listener is broken') })
  person.start()
  await until(() => updates.length === 1)
})
