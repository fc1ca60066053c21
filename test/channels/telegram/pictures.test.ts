import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { createPictures } from '../../../src/channels/telegram/pictures.ts'
import { startTelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'

const chat = 1001
const logo = 'https://cdn.example.ru/logo.png'
const text = 'Выплата 14\u00a0500\u00a0₽ <b>&</b>'

async function scene(t: TestContext) {
  const emulator = await startTelegramEmulator()
  const { token, apiRoot } = emulator
  const settings = { token, apiRoot, deadlineMs: 1_500, connectTimeoutMs: 1_000, getUpdatesTimeoutS: 1 }
  const channel = createTelegramChannel(settings)
  t.after(async () => {
    await channel.close()
    await emulator.close()
  })
  emulator.person(chat).start()
  const send = (more: { text?: string; url?: string } = {}) =>
    channel.send({
      address: String(chat),
      message: { text: more.text ?? text, picture: { url: more.url ?? logo } },
      deliveryId: 'dlv_1',
    })
  const shown = () => emulator.received.map(({ text, photo }) => [text, photo])
  return { emulator, send, shown, faults: emulator.faults }
}

test('Telegram fetches a picture once, however many messages bear it', async (t) => {
  const { emulator, send, shown } = await scene(t)
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => send()))
  assert.ok(outcomes.every(({ kind }) => kind === 'sent'))
  await send()
  assert.deepEqual(emulator.fetched(), [logo])
  await send({ url: `${logo}?2` })
  assert.deepEqual(emulator.fetched(), [logo, `${logo}?2`])
  assert.deepEqual(shown()[0], [text, logo])
  assert.equal(emulator.calls['sendmessage'], undefined)
})

test('a text that is too long for a caption goes without the picture', async (t) => {
  const { send, shown } = await scene(t)
  await send({ text: 'x'.repeat(1024) })
  await send({ text: 'x'.repeat(1025) })
  assert.deepEqual(
    shown().map(([, photo]) => photo),
    [logo, undefined],
  )
})

test('an address that Telegram cannot fetch is not tried again for a while', async (t) => {
  const { emulator, send, shown, faults } = await scene(t)
  faults.error(400, 'Bad Request: wrong type of the web page content', { method: 'sendPhoto' })
  for (const _ of [1, 2]) assert.equal((await send()).kind, 'sent')
  assert.deepEqual(shown(), [
    [text, undefined],
    [text, undefined],
  ])
  assert.equal(emulator.calls['sendphoto'], 1)
})

test('a file_id that does not work any more costs one picture, and the next message fetches it anew', async (t) => {
  const { emulator, send, shown, faults } = await scene(t)
  await send()
  faults.error(400, 'Bad Request: wrong file identifier/HTTP URL specified', { method: 'sendPhoto' })
  await send()
  await send()
  assert.deepEqual(
    shown().map(([, photo]) => photo),
    [logo, undefined, logo],
  )
  assert.equal(emulator.fetched().length, 2)
})

test('a Bot API that does not know sendPhoto still brings the message', async (t) => {
  const { send, shown, faults } = await scene(t)
  faults.error(404, 'Not Found: method not found', { method: 'sendPhoto' })
  assert.equal((await send()).kind, 'sent')
  assert.deepEqual(shown(), [[text, undefined]])
})

test('a picture that Telegram waits for too long leaves the message unknown once; the repeat goes without it', async (t) => {
  const { send, shown, faults } = await scene(t)
  faults.hang({ method: 'sendPhoto' })
  assert.equal((await send()).kind, 'unknown')
  assert.equal((await send()).kind, 'sent')
  assert.deepEqual(shown(), [[text, undefined]])
})

test('what is said of the person or of a limit is believed, and no text is sent after it', async (t) => {
  const { emulator, send, faults } = await scene(t)
  faults.limit(7, { method: 'sendPhoto' })
  assert.equal((await send()).kind, 'limited')
  emulator.person(chat).block()
  const refused = await send()
  assert.ok(refused.kind === 'refused' && refused.reason === 'blocked')
  faults.error(401, 'Unauthorized', { method: 'sendMessage' })
  faults.error(401, 'Unauthorized', { method: 'sendPhoto' })
  const broken = await send()
  assert.ok(broken.kind === 'broken' && broken.scope === 'channel')
  emulator.person(chat).unblock()
  assert.equal((await send()).kind, 'sent')
  assert.deepEqual(emulator.received.at(-1)?.photo, logo)
})

test('nobody waits long for another’s picture', async () => {
  const pictures = createPictures(30)
  const first = await pictures.take(logo)
  assert.equal(first?.photo, logo)
  assert.equal(await pictures.take(logo), undefined)
  const waiting = pictures.take(logo)
  first?.end({ kind: 'shown', fileId: 'AgAC' })
  assert.equal((await waiting)?.photo, 'AgAC')
})
