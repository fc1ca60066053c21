import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Channel, Outcome } from '../../../src/channels/channel.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { outcomeOf } from '../../../src/channels/telegram/outcome.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'

/** Telegram's answer to sendMessage, and what it means to us. Texts: tdlib/telegram-bot-api, Client.cpp. */
const rows: [status: number, description: string, means: string][] = [
  [403, 'Forbidden: bot was blocked by the user', 'refused blocked bot_blocked'],
  [400, 'Bad Request: USER_IS_BLOCKED', 'refused blocked bot_blocked'],
  [403, 'Forbidden: user is deactivated', 'refused not_found user_deactivated'],
  [400, 'Bad Request: INPUT_USER_DEACTIVATED', 'refused not_found user_deactivated'],
  [400, 'Bad Request: chat not found', 'refused not_found chat_not_found'],
  [400, 'Bad Request: private chat not found', 'refused not_found chat_not_found'],
  [400, 'Bad Request: PEER_ID_INVALID', 'refused not_found chat_not_found'],
  [403, 'Forbidden: PEER_ID_INVALID', 'refused not_found chat_not_found'],
  [400, 'Bad Request: chat_id is empty', 'refused not_found chat_not_found'],
  [400, 'Bad Request: chat identifier must be a valid Integer', 'refused not_found chat_not_found'],
  [403, "Forbidden: bot can't initiate conversation with a user", 'refused not_found not_started'],
  [403, 'Forbidden: bot was kicked from the group chat', 'refused not_found chat_left'],
  [403, 'Forbidden: bot is not a member of the channel chat', 'refused not_found chat_left'],
  [403, 'Forbidden: the group chat was deleted', 'refused not_found chat_left'],
  [403, "Forbidden: bot can't send messages to bots", 'refused rejected_by_channel address_is_bot'],
  [403, 'Forbidden: PRIVACY_PREMIUM_REQUIRED', 'refused rejected_by_channel privacy'],
  [400, 'Bad Request: not enough rights to send text messages to the chat', 'refused rejected_by_channel no_rights'],
  [403, 'Forbidden: something new', 'refused rejected_by_channel telegram_403'],
  [429, 'Too Many Requests: retry after 35', 'limited bot 35000 telegram_429'],
  [401, 'Unauthorized', 'broken channel telegram_401'],
  [404, 'Not Found', 'broken channel telegram_404'],
  [409, 'Conflict: terminated by other getUpdates request', 'broken channel telegram_409'],
  [400, 'Bad Request: FROZEN_METHOD_INVALID', 'broken channel frozen'],
  [400, "Bad Request: can't parse entities: Unsupported start tag", 'broken message cannot_parse'],
  [400, 'Bad Request: ENTITY_BOUNDS_INVALID', 'broken message cannot_parse'],
  [400, 'Bad Request: message text is empty', 'broken message empty'],
  [400, 'Bad Request: message is too long', 'broken message too_long'],
  [400, 'Bad Request: reply markup is too long', 'broken message markup_invalid'],
  [400, 'Bad Request: BUTTON_DATA_INVALID', 'broken message button_invalid'],
  [400, 'Bad Request: BUTTON_URL_INVALID', 'broken message button_invalid'],
  [400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", 'broken message button_invalid'],
  [400, 'Bad Request: Wrong HTTP URL specified', 'broken message url_invalid'],
  [400, 'Bad Request: failed to get HTTP URL content', 'broken message url_invalid'],
  [400, 'Bad Request: wrong type of the web page content', 'broken message url_invalid'],
  [400, 'Bad Request: SOMETHING_NEW_INVALID', 'broken message telegram_400'],
  [418, "I'm a teapot", 'broken message telegram_418'],
  [500, 'Internal Server Error: restart', 'unknown http_500'],
  [502, 'Bad Gateway', 'unknown http_502'],
  [503, 'Service Unavailable', 'unknown http_503'],
  [504, 'Gateway Timeout', 'unknown http_504'],
]

test('every answer of Telegram has its row, whatever the case of its letters', async (t) => {
  const { emulator, channel } = await scene(t)
  for (const [status, description, means] of rows) {
    for (const said of [description, description.toUpperCase()]) {
      // Twice, for the one class that is sent again without marks.
      emulator.faults.error(status, said, { times: /parse|ENTITY/i.test(said) ? 2 : 1 })
      const outcome = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
      assert.equal(wordsOf(outcome), means, `${status} ${said}`)
    }
  }
  assert.equal(emulator.received.length, 0)
})

test('a chat that moved says where to', () => {
  const outcome = outcomeOf({
    kind: 'refusal',
    status: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    migrateTo: '-1001234567890',
  })
  assert.ok(outcome.kind === 'moved' && outcome.address === '-1001234567890' && outcome.code === 'chat_moved')
})

test('a limit without a number in its parameters is read from the text, or is ten seconds', () => {
  const pauses = ['Too Many Requests: retry after 12', 'Too Many Requests'].map((description) =>
    outcomeOf({ kind: 'refusal', status: 429, description }),
  )
  assert.deepEqual(
    pauses.map((outcome) => outcome.kind === 'limited' && outcome.retryAfterMs),
    [12_000, 10_000],
  )
})

test('an ok without a message id proves nothing', () => {
  for (const result of [true, null, {}, { message_id: 1.5 }]) {
    assert.equal(outcomeOf({ kind: 'result', result }).kind, 'unknown')
  }
  assert.deepEqual(outcomeOf({ kind: 'result', result: { message_id: 42 } }), { kind: 'sent', providerMessageId: '42' })
})

test('marks that Telegram cannot read cost the client nothing: the text comes again without them', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.faults.error(400, "Bad Request: can't parse entities: Unsupported start tag")
  const outcome = await channel.send({ address: '1001', message: { text: 'Лом & Ко <9 %>' }, deliveryId: 'dlv_1' })
  assert.equal(outcome.kind, 'sent')
  assert.deepEqual(
    emulator.received.map((message) => message.text),
    ['Лом & Ко <9 %>'],
  )
  assert.equal(emulator.calls['sendmessage'], 2)
})

test('what Telegram quotes of ours does not reach the journal', async (t) => {
  const { emulator, channel } = await scene(t)
  const quoting = `Bad Request: inline keyboard button URL 'https://example.com/r/Secret' of "Иванов" and ${emulator.token} is invalid`
  emulator.faults.error(400, quoting)
  const outcome = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
  assert.ok('description' in outcome)
  assert.match(outcome.description, /^Bad Request: inline keyboard button URL/)
  assert.doesNotMatch(outcome.description, /Secret|Иванов|AAEmulator/)
  emulator.faults.error(400, `Bad Request: ${'x'.repeat(300)}`)
  const long = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
  assert.equal('description' in long && long.description.length, 200)
})

async function scene(t: TestContext): Promise<{ emulator: TelegramEmulator; channel: Channel }> {
  const emulator = await startTelegramEmulator()
  const { token, apiRoot } = emulator
  const channel = createTelegramChannel({
    token,
    apiRoot,
    deadlineMs: 5_000,
    connectTimeoutMs: 3_000,
    getUpdatesTimeoutS: 1,
  })
  t.after(async () => {
    await channel.close()
    await emulator.close()
  })
  emulator.person(1001).start()
  return { emulator, channel }
}

function wordsOf(outcome: Outcome): string {
  const { kind } = outcome
  if (kind === 'sent' || kind === 'moved') return kind
  const more =
    kind === 'refused' || kind === 'deferred' ? `${outcome.reason} ` : 'scope' in outcome ? `${outcome.scope} ` : ''
  return `${kind} ${more}${kind === 'limited' ? `${outcome.retryAfterMs} ` : ''}${outcome.code}`
}
