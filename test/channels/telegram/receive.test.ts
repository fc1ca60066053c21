import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ReceiveInput, Update } from '../../../src/channels/channel.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'
import { until } from '../harness.ts'

type Trouble = Parameters<ReceiveInput['onTrouble']>[0]

async function scene(
  t: TestContext,
): Promise<{ emulator: TelegramEmulator; person: ReturnType<TelegramEmulator['person']> }> {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  return { emulator, person: emulator.person(1001) }
}

function polling(
  t: TestContext,
  emulator: TelegramEmulator,
  change: { token?: string; handle?: ReceiveInput['handle'] } = {},
) {
  const updates: Update[] = []
  const troubles: Trouble[] = []
  const stopping = new AbortController()
  const { token, apiRoot } = emulator
  const settings = { token, apiRoot, deadlineMs: 5_000, connectTimeoutMs: 3_000, getUpdatesTimeoutS: 10 }
  const channel = createTelegramChannel({ ...settings, ...(change.token && { token: change.token }) })
  const ended = channel.receive?.({
    signal: stopping.signal,
    handle: change.handle ?? (async (update) => void updates.push(update)),
    onTrouble: (trouble) => void troubles.push(trouble),
  })
  const stop = async () => {
    stopping.abort()
    await ended
    await channel.close()
  }
  t.after(stop)
  return { updates, troubles, stop }
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
  await until(() => second.updates.length === 1)
  assert.deepEqual(
    [...handled, ...second.updates].map((update) => update.kind),
    ['start', 'text'],
  )
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

test('a webhook left behind is taken off, its updates kept, and the operator told', async (t) => {
  const { emulator, person } = await scene(t)
  await fetch(`${emulator.apiRoot}/bot${emulator.token}/setWebhook?url=http://127.0.0.1:1/`)
  person.start('abc')
  const { updates, troubles } = polling(t, emulator)
  await until(() => updates.length === 1)
  assert.deepEqual(
    troubles.map(({ code, fatal }) => [code, fatal]),
    [['webhook_removed', false]],
  )
})

test('a second process that polls is told apart from a broken token', async (t) => {
  const { emulator, person } = await scene(t)
  const one = polling(t, emulator)
  const two = polling(t, emulator)
  await until(() => one.troubles.length + two.troubles.length > 0)
  const [trouble] = [...one.troubles, ...two.troubles]
  assert.ok(trouble?.code === 'telegram_409' && !trouble.fatal && trouble.description.includes('ещё один процесс'))
  await two.stop()
  person.start()
  await until(() => one.updates.length === 1)
})

test('a wrong token is fatal and is told at once', async (t) => {
  const { emulator } = await scene(t)
  const { troubles } = polling(t, emulator, { token: '7000000001:AAwrongwrongwrongwrong' })
  await until(() => troubles.length === 1)
  const [trouble] = troubles
  assert.ok(trouble?.code === 'telegram_401' && trouble.fatal && trouble.description.includes('TELEGRAM_BOT_TOKEN'))
  assert.ok(!trouble.description.includes('AAwrong'))
})

test('a limit on polling is waited out as long as Telegram says', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.limit(1, { method: 'getUpdates' })
  const begun = Date.now()
  const { updates, troubles } = polling(t, emulator)
  person.start()
  await until(() => updates.length === 1)
  assert.ok(Date.now() - begun >= 1_000)
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['telegram_429'],
  )
})

test('whatever answers in place of Telegram does not end the polling', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.garbage(200, { method: 'getUpdates' })
  emulator.faults.error(500, 'Internal Server Error', { method: 'getUpdates' })
  const { updates, troubles } = polling(t, emulator)
  person.start()
  await until(() => updates.length === 1)
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['invalid-json', 'http_500'],
  )
})

test('a listener that throws does not end the polling', async (t) => {
  const { emulator, person } = await scene(t)
  emulator.faults.dropped({ method: 'getUpdates' })
  const { updates, troubles } = polling(t, emulator)
  Object.defineProperty(troubles, 'push', { value: () => assert.fail('the listener is broken') })
  person.start()
  await until(() => updates.length === 1)
})
