import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../../src/channels/channel.ts'
import { outcomeOf } from '../../../src/channels/vk/outcome.ts'
import { scene } from './scene.ts'

/** VK's error of messages.send, and what it means to us. Codes and words: errors.json of VKCOM/vk-api-schema. */
const rows: [code: number, message: string, means: string][] = [
  [1, 'Unknown error occurred', 'deferred channel_down'],
  [2, 'Application is disabled. Enable your application or use test mode', 'broken channel'],
  [3, 'Unknown method passed', 'broken channel'],
  [4, 'Incorrect signature', 'broken channel'],
  [5, 'User authorization failed: invalid access_token (4).', 'broken channel'],
  [6, 'Too many requests per second', 'limited bot 1000'],
  [7, 'Permission to perform this action is denied', 'refused rejected_by_channel'],
  [8, 'Invalid request', 'broken message'],
  [9, 'Flood control', 'limited chat 60000'],
  [10, 'Internal server error: Unknown error, try later', 'deferred channel_down'],
  [11, 'In test mode application should be disabled', 'broken channel'],
  [14, 'Captcha needed', 'broken channel'],
  [15, 'Access denied', 'broken channel'],
  [16, 'HTTP authorization failed', 'broken channel'],
  [17, 'Validation required', 'broken channel'],
  [18, 'User was deleted or banned', 'refused not_found'],
  [19, 'Content blocked', 'broken message'],
  [20, 'Permission to perform this action is denied for non-standalone applications', 'broken channel'],
  [23, 'This method was disabled', 'broken channel'],
  [24, 'Confirmation required', 'broken channel'],
  [25, 'Token confirmation required', 'broken channel'],
  [27, 'Group authorization failed', 'broken channel'],
  [28, 'Application authorization failed', 'broken channel'],
  [29, 'Rate limit reached', 'limited bot 900000'],
  [30, 'This profile is private', 'refused rejected_by_channel'],
  [32, 'Need wait', 'limited bot 5000'],
  [36, 'Method execution was interrupted due to timeout', 'unknown'],
  [37, 'User was banned', 'refused not_found'],
  [38, 'Unknown application', 'broken channel'],
  [39, 'Unknown user', 'refused not_found'],
  [40, 'Unknown group', 'broken channel'],
  [42, 'IP is not allowed', 'broken channel'],
  [43, 'This section is temporary unavailable', 'deferred channel_down'],
  [100, 'One of the parameters specified was missing or invalid: message is empty or invalid', 'broken message'],
  [100, 'One of the parameters specified was missing or invalid: peer_id is invalid', 'refused not_found'],
  [113, 'Invalid user id', 'refused not_found'],
  [203, 'Access to group denied', 'broken channel'],
  [900, "Can't send messages for users from blacklist", 'refused rejected_by_channel'],
  [901, "Can't send messages for users without permission", 'refused blocked'],
  [902, "Can't send messages to this user due to their privacy settings", 'refused rejected_by_channel'],
  [910, "Can't sent this message, because it's too big", 'broken message'],
  [911, 'Keyboard format is invalid', 'broken message'],
  [912, 'This is a chat bot feature, change this status in settings', 'broken channel'],
  [913, 'Too many forwarded messages', 'broken message'],
  [914, 'Message is too long', 'broken message'],
  [917, "You don't have access to this chat", 'refused not_found'],
  [921, "Can't forward these messages", 'broken message'],
  [922, 'You left this chat', 'refused not_found'],
  [925, 'You are not admin of this chat', 'refused not_found'],
  [932, "Your community can't interact with this peer", 'refused rejected_by_channel'],
  [936, 'Contact not found', 'refused not_found'],
  [940, 'Too many posts in messages', 'broken message'],
  [943, 'Cannot use this intent', 'broken channel'],
  [944, 'Limits overflow for this intent', 'broken channel'],
  [945, 'Chat was disabled', 'refused rejected_by_channel'],
  [946, 'Chat not supported', 'refused rejected_by_channel'],
  [950, "Can't send message, reply timed out", 'refused rejected_by_channel'],
  [962, "You can't access donut chat without subscription", 'refused rejected_by_channel'],
  [969, 'Message cannot be forwarded', 'broken message'],
  [984, 'Spam', 'broken channel'],
  [985, 'Cannot write to notifications only groups', 'refused rejected_by_channel'],
  [987, 'Need message request', 'refused rejected_by_channel'],
  [988, 'Pending message request', 'refused rejected_by_channel'],
  [1012, 'Writing is disabled for this chat', 'refused rejected_by_channel'],
  [1021, 'No conversation', 'refused not_found'],
  [1117, 'Access token has expired', 'broken channel'],
  [3300, 'Recaptcha needed', 'broken channel'],
  [3609, 'Token extension required', 'broken channel'],
  [9999, 'Not supported http method', 'broken channel'],
  [77_777, 'Something new', 'broken message'],
]

test('every error of VK has its row, and none of them sends', async (t) => {
  const { emulator, channel } = await scene(t)
  const person = emulator.person(1001)
  person.start()
  for (const [code, message, means] of rows) {
    // 911 is sent once more without its keyboard.
    emulator.faults.error(code, message, { times: code === 911 ? 2 : 1 })
    const outcome = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: `dlv_${code}` })
    assert.equal(wordsOf(outcome), `${means} vk_${code}`, message)
  }
  assert.equal(emulator.received.length, 0)
})

test('every error that the schema names at messages.send has a row of its own', () => {
  const named = [
    900, 901, 902, 914, 913, 921, 917, 911, 912, 936, 940, 943, 944, 946, 945, 925, 950, 962, 969, 922, 1012,
  ]
  const rest = [985, 987, 988]
  for (const code of [...named, ...rest])
    assert.ok(
      rows.some(([known]) => known === code),
      String(code),
    )
})

test('HTTP statuses: a front server that asks to wait is obeyed, whatever else it says proves nothing', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const send = async () =>
    wordsOf(await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' }))
  emulator.faults.limit(35)
  assert.equal(await send(), 'limited bot 35000 http_429')
  for (const status of [400, 403, 404, 413, 500, 502, 503, 504]) {
    emulator.faults.http(status)
    assert.equal(await send(), `unknown http_${status}`)
  }
  emulator.faults.garbage()
  assert.equal(await send(), 'unknown bad_answer')
})

test('a limit without a number of seconds lasts ten', () => {
  assert.equal(wordsOf(outcomeOf({ kind: 'busy', retryAfterMs: 10_000 })), 'limited bot 10000 http_429')
})

test('a success without a message id proves nothing', () => {
  for (const result of [0, -1, 1.5, true, null, {}, '5', [{ peer_id: 1, message_id: 5 }]]) {
    assert.equal(outcomeOf({ kind: 'result', result }).kind, 'unknown')
  }
  assert.deepEqual(outcomeOf({ kind: 'result', result: 42 }), { kind: 'sent', providerMessageId: '42' })
  const late = outcomeOf({ kind: 'result', result: 3_000_000_000 })
  assert.deepEqual(late, { kind: 'sent', providerMessageId: '3000000000' })
})

test('one who never wrote is told from one who denied, though VK answers both the same', async (t) => {
  const { emulator, channel } = await scene(t)
  const person = emulator.person(1001)
  const send = async (address: string) =>
    wordsOf(await channel.send({ address, message: { text: 'Выплата' }, deliveryId: 'dlv_1' }))
  assert.equal(await send('1001'), 'refused not_found vk_901')
  person.start()
  person.block()
  assert.equal(await send('1001'), 'refused blocked vk_901')
  emulator.faults.error(10, undefined, { method: 'messages.getConversationsById' })
  assert.equal(
    await send('1001'),
    'refused blocked vk_901',
    'VK does not say: the harmless mark, which his return takes off',
  )
  emulator.faults.hang({ method: 'messages.getConversationsById' })
  const hurried = { ...(await channel.send({ address: '1001', message: { text: 'x' }, deliveryId: 'dlv_2' })) }
  assert.equal(wordsOf(hurried), 'refused blocked vk_901')
})

test('a key without the right to messages breaks the channel and blames no client', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const send = async () =>
    wordsOf(await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' }))
  emulator.faults.error(7)
  assert.equal(await send(), 'refused rejected_by_channel vk_7')
  emulator.permissions.delete('messages')
  assert.equal(await send(), 'broken channel vk_7')
})

test('what VK repeats of ours does not reach the journal', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const quoting = `One of the parameters specified was missing or invalid: link https://example.com/r/Secret of "Иванов" 79031234567 ${emulator.token}`
  emulator.faults.error(100, quoting)
  const outcome = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
  assert.ok('description' in outcome)
  assert.match(outcome.description, /^One of the parameters specified/)
  assert.doesNotMatch(outcome.description, /Secret|Иванов|7903|Emulator/)
  emulator.faults.error(100, 'x'.repeat(300))
  const long = await channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: 'dlv_1' })
  assert.equal('description' in long && long.description.length, 200)
})

function wordsOf(outcome: Outcome): string {
  const { kind } = outcome
  if (kind === 'sent' || kind === 'moved') return kind
  const more =
    kind === 'refused' || kind === 'deferred' ? `${outcome.reason} ` : 'scope' in outcome ? `${outcome.scope} ` : ''
  return `${kind} ${more}${kind === 'limited' ? `${outcome.retryAfterMs} ` : ''}${outcome.code}`
}
