import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Channel, Outcome } from '../../../src/channels/channel.ts'
import { createMaxChannel, type MaxSettings } from '../../../src/channels/max/channel.ts'
import { outcomeOf } from '../../../src/channels/max/outcome.ts'
import { type MaxEmulator, startMaxEmulator } from '../../../src/sandbox/max/emulator.ts'

/** MAX's answer to POST /messages, and what it means to us: providers' statuses, fixtures of its clients, public integrations. */
const rows: [status: number, code: string, message: string, means: string][] = [
  [401, 'verify.token', 'Invalid access_token', 'broken channel token'],
  [401, 'unauthorized', 'something new', 'broken channel max_401'],
  [403, 'verify.token', '', 'broken channel token'],
  [403, 'chat.denied', 'Key: error.dialog.suspended, args: [182182182,].', 'refused blocked dialog_suspended'],
  [403, 'error.dialog.suspended', 'Dialog is suspended', 'refused blocked dialog_suspended'],
  [403, 'chat.denied', 'error.chat.denied', 'refused rejected_by_channel chat_denied'],
  [403, 'access.denied', '', 'refused rejected_by_channel chat_denied'],
  [403, 'something.new', '', 'refused rejected_by_channel max_403'],
  [404, 'chat.not.found', 'dialog.not.found', 'refused not_found dialog_not_found'],
  [404, 'not.found', 'error.dialog.notfound', 'refused not_found dialog_not_found'],
  [404, 'dialog.not.found', '', 'refused not_found dialog_not_found'],
  [404, 'chat.not.found', 'chat.not.found', 'refused not_found chat_not_found'],
  [404, 'not.found', 'Chat with user 129613758 not found', 'refused not_found chat_not_found'],
  [404, 'user.not.found', '', 'refused not_found chat_not_found'],
  [404, 'not.found', 'Path /messages is not recognized', 'broken channel wrong_address'],
  [404, 'something.new', '', 'refused rejected_by_channel max_404'],
  [405, 'method.not.allowed', 'Method is not allowed', 'broken channel wrong_address'],
  [405, 'something.new', '', 'broken channel max_405'],
  [400, 'attachment.not.ready', '', 'deferred channel_down 1000 attachment_not_ready'],
  [400, 'errors.process', 'attachment.not.processed', 'deferred channel_down 1000 attachment_not_ready'],
  [400, 'proto.payload', 'Unknown recipient', 'broken message unknown_recipient'],
  [400, 'proto.payload', 'Invalid field: text', 'broken message max_400'],
  [400, 'something.new', '', 'broken message max_400'],
  [413, 'too.large', '', 'broken message max_413'],
  [418, 'teapot', '', 'broken message max_418'],
  [429, 'too.many.requests', 'Too many requests', 'limited bot 2000 max_429'],
  [429, 'chat.denied', 'error.dialog.suspended', 'limited bot 2000 max_429'],
  [500, 'internal', 'Internal error', 'unknown http_500'],
  [502, 'bad.gateway', '', 'unknown http_502'],
  [503, 'service.unavailable', 'Service unavailable', 'unknown http_503'],
  [504, 'timeout', '', 'unknown http_504'],
  [302, 'moved', '', 'unknown http_302'],
]

test('every answer of MAX has its row, whatever the case of its letters', async (t) => {
  const { emulator, opened } = await scene(t)
  for (const [status, code, message, means] of rows) {
    for (const said of [message, message.toUpperCase()]) {
      emulator.faults.error(status, code, said)
      // A channel for each: several «suspended» in a row mean something else.
      const outcome = await send(opened())
      assert.equal(wordsOf(outcome), means, `${status} ${code} ${said}`)
    }
  }
  assert.equal(emulator.received.length, 0)
})

test('a page in place of an answer proves nothing, only 429 is the same from everybody', async (t) => {
  const { emulator, opened } = await scene(t)
  const channel = opened()
  const outcomes: string[] = []
  for (const status of [400, 401, 403, 404, 405, 429, 502]) {
    emulator.faults.garbage(status)
    outcomes.push(wordsOf(await send(channel)))
  }
  const lost = (status: number) => `unknown http_${status}`
  assert.deepEqual(outcomes, [...[400, 401, 403, 404, 405].map(lost), 'limited bot 2000 max_429', lost(502)])
})

test('a 200 without the number of a message proves nothing', () => {
  for (const result of [
    true,
    null,
    {},
    { message: {} },
    { message: { body: {} } },
    { message: { body: { mid: '' } } },
  ]) {
    assert.equal(outcomeOf({ kind: 'result', result }).kind, 'unknown')
  }
  const sent = outcomeOf({ kind: 'result', result: { message: { body: { mid: 'mid.1', seq: 1 } } } })
  assert.deepEqual(sent, { kind: 'sent', providerMessageId: 'mid.1' })
})

test('what MAX quotes of ours does not reach the journal', async (t) => {
  const { emulator, opened } = await scene(t)
  const quoting = `Cannot parse "Выплата Иванову" at https://example.com/r/Secret for 5550001 with ${emulator.token}`
  emulator.faults.error(400, 'proto.payload', quoting)
  const outcome = await send(opened())
  assert.ok('description' in outcome)
  assert.match(outcome.description, /^Cannot parse "…" at … for … with …$/)
  emulator.faults.error(400, 'x', 'x'.repeat(300))
  const long = await send(opened())
  assert.equal('description' in long && long.description.length, 200)
})

test('«suspended» for several people in a row is our trouble, until somebody is reached again', async (t) => {
  const { emulator, opened } = await scene(t)
  const channel = opened()
  for (const id of [1, 2, 3, 4, 5]) emulator.person(id).start()
  for (const id of [1, 2, 3, 4]) emulator.person(id).block()
  const outcome = async (id: number) => wordsOf(await send(channel, String(id)))
  // One person as often as he likes is still one person.
  for (const id of [1, 1, 1, 2]) assert.equal(await outcome(id), 'refused blocked dialog_suspended')
  assert.equal(await outcome(3), 'broken channel dialogs_suspended')
  assert.equal(await outcome(1), 'broken channel dialogs_suspended')
  assert.deepEqual([(await channel.probe()).ok, /модерац/.test((await channel.probe()).detail)], [false, true])
  assert.equal(await outcome(5), 'sent')
  assert.equal((await channel.probe()).ok, true)
  assert.equal(await outcome(4), 'refused blocked dialog_suspended')
})

test('a token or an address of the API that is none throws nothing', async (t) => {
  const { opened } = await scene(t)
  for (const change of [{ token: 'мой\nтокен' }, { apiRoot: 'nonsense' }]) {
    const outcome = await send(opened(change))
    assert.ok(outcome.kind === 'deferred' && !JSON.stringify(outcome).includes('токен'), JSON.stringify(outcome))
  }
})

function send(channel: Channel, address = '1001'): Promise<Outcome> {
  return channel.send({ address, message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
}

async function scene(
  t: TestContext,
): Promise<{ emulator: MaxEmulator; opened(change?: Partial<MaxSettings>): Channel }> {
  const emulator = await startMaxEmulator()
  const { token, apiRoot } = emulator
  const channels: Channel[] = []
  t.after(async () => {
    for (const channel of channels) await channel.close()
    await emulator.close()
  })
  emulator.person(1001).start()
  const opened = (change: Partial<MaxSettings> = {}) => {
    const settings = { token, apiRoot, deadlineMs: 10_000, connectTimeoutMs: 5_000, getUpdatesTimeoutS: 1 }
    const channel = createMaxChannel({ ...settings, ...change })
    channels.push(channel)
    return channel
  }
  return { emulator, opened }
}

function wordsOf(outcome: Outcome): string {
  const { kind } = outcome
  if (kind === 'sent' || kind === 'moved') return kind
  const words: (string | number | undefined)[] = [kind]
  if (kind === 'refused' || kind === 'deferred') words.push(outcome.reason)
  if ('scope' in outcome) words.push(outcome.scope)
  if ('retryAfterMs' in outcome) words.push(outcome.retryAfterMs)
  return [...words, outcome.code].join(' ')
}
