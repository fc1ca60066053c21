import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../../src/channels/channel.ts'
import { createWhatsAppChannel } from '../../../src/channels/whatsapp/channel.ts'
import { failureOf, outcomeOf, rows } from '../../../src/channels/whatsapp/outcome.ts'
import { scene, settingsOf } from './scene.ts'

/** Meta's answer to a send, and what it means to us: support/error-codes of its documentation. */
const answers: [code: number, status: number, means: string][] = [
  [0, 401, 'broken channel'],
  [3, 500, 'broken channel'],
  [10, 403, 'broken channel'],
  [190, 401, 'broken channel'],
  [102, 401, 'broken channel'],
  [200, 403, 'broken channel'],
  [299, 403, 'broken channel'],
  [131005, 403, 'broken channel'],
  [33, 400, 'broken channel'],
  [368, 403, 'broken channel'],
  [131031, 403, 'broken channel'],
  [131037, 400, 'broken channel'],
  [131042, 400, 'broken channel'],
  [131045, 500, 'broken channel'],
  [133010, 400, 'broken channel'],
  [132000, 400, 'broken channel'],
  [132001, 404, 'broken channel'],
  [132012, 400, 'broken channel'],
  [132015, 400, 'broken channel'],
  [132016, 400, 'broken channel'],
  [132005, 400, 'broken message'],
  [132007, 400, 'broken message'],
  [132018, 400, 'broken message'],
  [100, 400, 'broken message'],
  [131008, 400, 'broken message'],
  [131009, 400, 'broken message'],
  [131021, 400, 'broken message'],
  [131051, 400, 'broken message'],
  [131062, 400, 'broken message'],
  [131052, 400, 'broken message'],
  [131053, 400, 'broken message'],
  [131047, 400, 'broken message'],
  [131026, 400, 'refused not_found'],
  [131030, 400, 'refused rejected_by_channel'],
  [131049, 400, 'refused rejected_by_channel'],
  [131050, 400, 'refused rejected_by_channel'],
  [130472, 400, 'refused rejected_by_channel'],
  [130497, 403, 'refused rejected_by_channel'],
  [4, 429, 'limited bot 60000'],
  [17, 429, 'limited bot 60000'],
  [32, 429, 'limited bot 60000'],
  [613, 429, 'limited bot 60000'],
  [80007, 429, 'limited bot 60000'],
  [130429, 429, 'limited bot 5000'],
  [131048, 400, 'limited bot 900000'],
  [131056, 400, 'limited chat 12000'],
  [131000, 500, 'deferred channel_down'],
  [131016, 500, 'deferred channel_down'],
  [133004, 503, 'deferred channel_down'],
  [131057, 500, 'deferred channel_down'],
  [1, 400, 'deferred channel_down'],
  [1, 500, 'unknown'],
  [2, 503, 'unknown'],
  // Codes that no documentation lists.
  [999_001, 400, 'broken message'],
  [999_001, 401, 'broken channel'],
  [999_001, 403, 'broken channel'],
  [999_001, 429, 'limited bot 60000'],
  [999_001, 500, 'unknown'],
]

function wordsOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'refused':
    case 'deferred':
      return `${outcome.kind} ${outcome.reason}`
    case 'broken':
      return `broken ${outcome.scope}`
    case 'limited':
      return `limited ${outcome.scope} ${outcome.retryAfterMs}`
    default:
      return outcome.kind
  }
}

test('every code of Meta has its row, over real HTTP', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person('79031234567').hasBeenSilentFor(1)
  for (const [code, status, means] of answers) {
    emulator.faults.error(code, status)
    const outcome = await channel.send({
      address: '79031234567',
      message: { text: 'Выплата' },
      deliveryId: 'dlv_1',
      lastWroteAt: new Date(),
    })
    assert.equal(wordsOf(outcome), means, `${code} with ${status}`)
    assert.ok(outcome.kind !== 'sent' && outcome.code === `whatsapp_${code}`)
  }
  assert.equal(emulator.received.length, 0)
})

test('the table and its test name the same codes, each once', () => {
  const codes = rows.flatMap((row) => row.codes)
  assert.equal(new Set(codes).size, codes.length)
  const tested = new Set(answers.map(([code]) => code))
  assert.deepEqual(
    codes.filter((code) => !tested.has(code)),
    [],
  )
})

test('a number that does not exist is our settings, any other parameter is the message', () => {
  const refusal = (subcode?: number) =>
    outcomeOf({
      kind: 'refusal',
      status: 400,
      error: { code: 100, said: '', ...(subcode !== undefined && { subcode }) },
    })
  assert.deepEqual([wordsOf(refusal(33)), wordsOf(refusal())], ['broken channel', 'broken message'])
})

test('a failure told by a status is final: it is neither unknown nor promises to go on by itself', () => {
  for (const [code, , means] of answers.filter(([each]) => each < 999_000)) {
    const expected = means.startsWith('refused') ? means : 'refused rejected_by_channel'
    assert.equal(wordsOf(failureOf({ code, said: '' })), expected, String(code))
  }
  assert.equal(wordsOf(failureOf(undefined)), 'refused rejected_by_channel')
})

test('an answer without a number of the message is unknown', () => {
  for (const result of [{}, { messages: [] }, { messages: [{ id: '' }] }, null, 'ok'])
    assert.equal(outcomeOf({ kind: 'result', result }).kind, 'unknown')
})

test('what Meta quotes from us is not repeated', async (t) => {
  const { emulator, channel } = await scene(t)
  const said = 'Иванов "14 500" +7 903 123-45-67 https://example.com/r/secret EAAsecretsecret does not fit'
  emulator.faults.error(131009, 400, said)
  const outcome = await channel.send({
    address: '79031234567',
    message: { text: 'x' },
    deliveryId: 'd',
    lastWroteAt: new Date(),
  })
  const text = JSON.stringify(outcome)
  assert.ok(text.includes('does not fit'), text)
  for (const part of ['Иванов', '14 500', '903', 'secret']) assert.ok(!text.includes(part), text)
})

test('a token, a number or an address that no request can hold is no exception', async (t) => {
  const { emulator } = await scene(t)
  for (const change of [{ token: 'with\nbreak' }, { apiRoot: 'ftp://127.0.0.1' }, { apiRoot: 'nowhere' }]) {
    const channel = createWhatsAppChannel(settingsOf(emulator, change))
    t.after(() => channel.close())
    const request = { address: '79031234567', message: { text: 'x' }, deliveryId: 'd', lastWroteAt: new Date() }
    assert.equal((await channel.send(request)).kind, 'deferred')
    assert.equal((await channel.probe()).ok, false)
  }
})
