import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SendRequest } from '../../../src/channels/channel.ts'
import type { About } from '../../../src/channels/message.ts'
import { createWhatsAppChannel } from '../../../src/channels/whatsapp/channel.ts'
import { paidTemplate, scene, settingsOf } from './scene.ts'

const address = '79031234567'
const hour = 3_600_000
const about: About = {
  type: 'payout.paid',
  variables: { сумма: '14\u00a0500\u00a0₽', материал_родительный: 'меди', способ: 'на карту', время: '12:43 МСК' },
}
const text = 'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК.'

function request(silentForMs: number | undefined, more: Partial<SendRequest['message']> = {}): SendRequest {
  return {
    address,
    message: { text, about, ...more },
    deliveryId: 'dlv_1',
    ...(silentForMs !== undefined && { lastWroteAt: new Date(Date.now() - silentForMs) }),
  }
}

test('within 24 hours after the person wrote he gets our own words, later and before the words Meta approved', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.approve(paidTemplate)
  emulator.person(address).hasBeenSilentFor(1)

  for (const silent of [hour, 25 * hour, undefined]) assert.equal((await channel.send(request(silent))).kind, 'sent')

  assert.deepEqual(
    emulator.received.map((each) => [each.template, each.text]),
    [
      [undefined, text],
      [paidTemplate.name, 'Выплата 14\u00a0500\u00a0₽ за лом: меди. Зачислена на карту, 12:43 МСК. Спасибо!'],
      [paidTemplate.name, 'Выплата 14\u00a0500\u00a0₽ за лом: меди. Зачислена на карту, 12:43 МСК. Спасибо!'],
    ],
  )
  assert.ok(emulator.received.every((each) => each.deliveryId === 'dlv_1'))
})

test('the last minutes of the 24 hours already belong to the template: clocks differ', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.approve(paidTemplate)
  emulator.person(address).hasBeenSilentFor(23.99)
  await channel.send(request(23.99 * hour))
  assert.equal(emulator.received[0]?.template, paidTemplate.name)
})

test('when Meta counts the hours otherwise and says so at once, the template is sent in the same attempt', async (t) => {
  const { emulator, channel } = await scene(t, { recipientErrors: 'at_once' })
  emulator.approve(paidTemplate)
  emulator.person(address).hasBeenSilentFor(30)
  assert.equal((await channel.send(request(hour))).kind, 'sent')
  assert.deepEqual(
    emulator.received.map((each) => each.template),
    [paidTemplate.name],
  )
})

test('what has no template is broken alone outside the 24 hours, before any call', async (t) => {
  const { emulator, channel } = await scene(t)
  const { about: _, ...bare } = request(undefined).message
  const unknownType = request(undefined, { about: { ...about, type: 'greeting' } })
  for (const each of [{ ...request(undefined), message: bare }, unknownType]) {
    const outcome = await channel.send(each)
    assert.ok(outcome.kind === 'broken' && outcome.scope === 'message', JSON.stringify(outcome))
  }
  assert.equal(emulator.calls.messages, 0)
})

test('a correction says what it corrects in the sum, and is refused where the template names no sum', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.approve(paidTemplate)
  emulator.person(address)
  const sum = '14\u00a0600\u00a0₽ (сумма изменена, вместо 14\u00a0500\u00a0₽)'
  const corrected: About = { ...about, variables: { ...about.variables, сумма: sum }, mustName: 'сумма' }
  assert.equal((await channel.send(request(undefined, { about: corrected }))).kind, 'sent')
  assert.ok(emulator.received[0]?.text.startsWith(`Выплата ${sum} за лом`))

  const silent = { 'payout.paid': { name: paidTemplate.name, language: 'ru', parameters: ['время'] } }
  const other = createWhatsAppChannel(settingsOf(emulator, { templates: silent }))
  t.after(() => other.close())
  const outcome = await other.send(request(undefined, { about: corrected }))
  assert.ok(outcome.kind === 'broken' && outcome.scope === 'message' && outcome.code === 'template_cannot_correct')
  assert.equal(emulator.received.length, 1)
})

test('a template with names of its own gets them', async (t) => {
  const { emulator } = await scene(t)
  emulator.approve({ name: 'paid_named', body: 'Зачислено {{payment_sum}}, {{paid_at}}' })
  emulator.person(address)
  const parameters = { payment_sum: 'сумма', paid_at: 'время' }
  const templates = { 'payout.paid': { name: 'paid_named', language: 'ru', parameters } }
  const channel = createWhatsAppChannel(settingsOf(emulator, { templates }))
  t.after(() => channel.close())
  assert.equal((await channel.send(request(undefined))).kind, 'sent')
  assert.equal(emulator.received[0]?.text, 'Зачислено 14\u00a0500\u00a0₽, 12:43 МСК')
})

test('a value that is absent or has line breaks, tabs and marks is made into one that Meta takes', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.approve(paidTemplate)
  emulator.person(address)
  const variables = { ...about.variables, материал_родительный: '', способ: '*на*\nкарту\t     Мир' }
  assert.equal((await channel.send(request(undefined, { about: { ...about, variables } }))).kind, 'sent')
  assert.equal(
    emulator.received[0]?.text,
    'Выплата 14\u00a0500\u00a0₽ за лом: —. Зачислена ∗на∗ карту   Мир, 12:43 МСК. Спасибо!',
  )
})

test('a template that Meta does not have, has paused or sees otherwise stops the channel until it is put right', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(address)
  const codes: string[] = []
  const attempt = async () => {
    const outcome = await channel.send(request(undefined))
    assert.ok(outcome.kind === 'broken' && outcome.scope === 'channel', JSON.stringify(outcome))
    codes.push(outcome.code)
  }
  await attempt()
  emulator.approve({ ...paidTemplate, body: 'Выплата {{1}}' })
  await attempt()
  emulator.approve({ ...paidTemplate, state: 'paused' })
  await attempt()
  emulator.approve({ ...paidTemplate, state: 'disabled' })
  await attempt()
  emulator.approve(paidTemplate)
  assert.equal((await channel.send(request(undefined))).kind, 'sent')
  assert.deepEqual(codes, ['whatsapp_132001', 'whatsapp_132000', 'whatsapp_132015', 'whatsapp_132016'])
})

test('links are one button where WhatsApp allows it, else they stand in the text with their names', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(address).hasBeenSilentFor(1)
  const site = { kind: 'link', text: 'Наш сайт', url: 'https://example.ru/a_b_c' } as const
  const feedback = { kind: 'link', text: 'Оставить отзыв', url: 'https://example.ru/otzyv' } as const
  await channel.send(request(hour, { buttons: [[site]] }))
  await channel.send(request(hour, { buttons: [[feedback], [site]] }))
  await channel.send(request(hour, { text: 'x'.repeat(2_000), buttons: [[site]] }))
  await channel.send(request(hour, { text: 'x'.repeat(4_090), buttons: [[site]] }))
  const [one, two, long, full] = emulator.received
  assert.deepEqual(one?.buttons, [{ kind: 'link', title: 'Наш сайт', url: site.url }])
  assert.equal(two?.text, `${text}\n\nОставить отзыв: ${feedback.url}\nНаш сайт: ${site.url}`)
  assert.equal(long?.text, `${'x'.repeat(2_000)}\n\nНаш сайт: ${site.url}`)
  assert.equal(full?.text, 'x'.repeat(4_090))
})

test('reply buttons that do not fit are broken before any call', async (t) => {
  const { emulator, channel } = await scene(t)
  const button = (each: string) => ({ kind: 'callback', text: each, payload: each }) as const
  const faulty = [{ buttons: [['1', '2', '3', '4'].map(button)] }, { buttons: [[button('длиннее двадцати знаков')]] }]
  for (const each of faulty) assert.equal((await channel.send(request(hour, each))).kind, 'broken')
  assert.equal(emulator.calls.messages, 0)
})

test('a text that is too long for buttons comes without them', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(address).hasBeenSilentFor(1)
  const buttons = [[{ kind: 'callback', text: 'Да', payload: 'да' } as const]]
  for (const length of [1_024, 1_025]) await channel.send(request(hour, { text: 'x'.repeat(length), buttons }))
  assert.deepEqual(
    emulator.received.map((each) => [each.text.length, each.buttons.length]),
    [
      [1_024, 1],
      [1_025, 0],
    ],
  )
})

test('a person without a shown phone is written to by the id that Meta made for us, a plus is no part of a number', async (t) => {
  const { emulator, channel } = await scene(t)
  const hands = emulator.person(address)
  hands.hasBeenSilentFor(1)
  for (const to of [hands.userId, `+${address}`])
    assert.equal((await channel.send({ ...request(hour), address: to })).kind, 'sent')
  for (const to of ['', 'abc', '123', '+7 903', 'RU.']) {
    const outcome = await channel.send({ ...request(hour), address: to })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'not_found')
  }
  assert.equal(emulator.received.length, 2)
})

test('a pressed button is marked as read', async (t) => {
  const { emulator, channel } = await scene(t)
  const hands = emulator.person(address)
  hands.say('да')
  const id = hands.messages[0]?.id ?? ''
  await channel.answerPress({ pressId: id, address })
  assert.ok(emulator.readByUs.has(id))
})
