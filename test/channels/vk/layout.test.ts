import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { v7 } from 'uuid'
import type { Message } from '../../../src/channels/message.ts'
import { layOut, randomIdOf } from '../../../src/channels/vk/layout.ts'
import { scene } from './scene.ts'

const laidOut = (message: Partial<Message>) => layOut('1001', { text: 'Выплата', ...message }, 'dlv_1')
const keyboardOf = (message: Partial<Message>) => {
  const { keyboard } = laidOut(message)
  return keyboard === undefined ? undefined : JSON.parse(keyboard)
}

test('the same delivery has the same random_id, a whole number of 32 bits that is never zero', () => {
  fc.assert(
    fc.property(fc.string(), (deliveryId) => {
      const id = randomIdOf(deliveryId)
      assert.ok(Number.isInteger(id) && id > 0 && id <= 2 ** 31 - 1)
      assert.equal(id, randomIdOf(deliveryId))
    }),
  )
  // Pinned: a new version of ours must not make another number of a delivery that is half-way.
  assert.equal(randomIdOf('dlv_0197f3c1d2b07a3e8f00000000000001'), 1_219_811_999)
  const ids = new Set(Array.from({ length: 10_000 }, (_, i) => randomIdOf(`dlv_${i}`)))
  assert.equal(ids.size, 10_000)
})

test('a repeat of one delivery shows the client nothing new, and answers the number of the first', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const send = (deliveryId: string) => channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId })
  emulator.faults.lostAnswer()
  assert.equal((await send('dlv_1')).kind, 'unknown')
  const repeat = await send('dlv_1')
  assert.deepEqual(repeat, { kind: 'sent', providerMessageId: String(emulator.received[0]?.messageId) })
  assert.equal(emulator.received.length, 1)
  assert.equal((await send('dlv_2')).kind, 'sent')
  assert.equal(emulator.received.length, 2)
})

test('a repeat that comes after VK has forgotten the first is found in the dialog, and is not sent twice', async (t) => {
  const { emulator, channel } = await scene(t)
  const person = emulator.person(1001)
  person.start()
  const deliveryId = idOfLongAgo()
  const send = (id = deliveryId) => channel.send({ address: '1001', message: { text: 'Выплата' }, deliveryId: id })
  emulator.faults.lostAnswer()
  assert.equal((await send()).kind, 'unknown')
  person.waitAnHour()
  assert.deepEqual(await send(), { kind: 'sent', providerMessageId: String(emulator.received[0]?.messageId) })
  assert.equal(emulator.received.length, 1)
  assert.equal((await send(idOfLongAgo())).kind, 'sent')
  assert.equal(emulator.received.length, 2)
})

test('while VK does not say whether an old message went out, it stays here', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const aim = { method: 'messages.getHistory' }
  const faults = [
    () => emulator.faults.dropped(aim),
    () => emulator.faults.garbage(aim),
    () => emulator.faults.http(502, aim),
    () => emulator.faults.error(10, undefined, aim),
    () => emulator.faults.error(6, undefined, aim),
    () => emulator.faults.limit(3, aim),
  ]
  const kinds: string[] = []
  for (const strike of faults) {
    strike()
    const outcome = await channel.send({ address: '1001', message: { text: 'x' }, deliveryId: idOfLongAgo() })
    kinds.push(outcome.kind)
  }
  assert.deepEqual(kinds, ['deferred', 'deferred', 'deferred', 'deferred', 'limited', 'limited'])
  assert.equal(emulator.calls['messages.send'], undefined)
  emulator.faults.error(15, undefined, aim)
  assert.equal(
    (await channel.send({ address: '1001', message: { text: 'x' }, deliveryId: idOfLongAgo() })).kind,
    'sent',
    'a refusal is no silence: the send decides',
  )
})

/** Of a delivery made two hours ago. */
function idOfLongAgo(): string {
  return `dlv_${v7({ msecs: Date.now() - 7_200_000 }).replaceAll('-', '')}`
}

test('buttons of both kinds stand under the message, and a label is cut to the forty signs that VK allows', () => {
  const yes = { kind: 'callback', text: 'Да', payload: 'consent:yes' } as const
  const site = { kind: 'link', text: `Сайт${'а'.repeat(50)}`, url: 'https://example.com/' } as const
  assert.deepEqual(keyboardOf({ buttons: [[yes, site], []], keyboard: 'remove' }), {
    inline: true,
    buttons: [
      [
        { action: { type: 'callback', payload: '{"p":"consent:yes"}', label: 'Да' } },
        { action: { type: 'open_link', link: 'https://example.com/', label: `Сайт${'а'.repeat(35)}…` } },
      ],
    ],
  })
  assert.deepEqual(keyboardOf({ keyboard: 'remove' }), { one_time: true, buttons: [] })
  for (const nothing of [{}, { buttons: [] }, { buttons: [[]] }]) assert.equal(keyboardOf(nothing), undefined)
})

test('a request for the phone, which VK cannot give, becomes the way that there is', () => {
  const { message = '', keyboard } = laidOut({ text: 'Нажмите кнопку', keyboard: { requestContact: 'Номер' } })
  assert.equal(keyboard, undefined)
  assert.match(message, /сотрудник площадки.*vk\.com\/id1001/)
  assert.doesNotMatch(message, /кнопк/)
})

test('a keyboard that VK refuses costs the client only the buttons', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const text = 'Кнопок больше, чем VK берёт'
  const buttons = Array.from({ length: 7 }, () => [{ kind: 'callback', text: 'Да', payload: 'y' } as const])
  assert.equal((await channel.send({ address: '1001', message: { text, buttons }, deliveryId: 'dlv_1' })).kind, 'sent')
  assert.deepEqual(
    emulator.received.map((each) => [each.text, each.buttons.length]),
    [[text, 0]],
  )
  assert.equal(emulator.calls['messages.send'], 2)
})

test('VK does not open the links of a message itself, nor make a mention of what looks like one', async (t) => {
  const { emulator, channel } = await scene(t)
  emulator.person(1001).start()
  const text = 'ООО [id1|Лом] и [club5|Ко], [a|b] [x](y): https://example.com/r/abc'
  assert.equal((await channel.send({ address: '1001', message: { text }, deliveryId: 'dlv_1' })).kind, 'sent')
  const [seen] = emulator.received
  assert.equal(seen?.hasLinkPreview, false)
  assert.equal(seen?.text.replaceAll('\u2060', ''), text)
  const { disable_mentions, dont_parse_links } = laidOut({})
  assert.deepEqual([disable_mentions, dont_parse_links], ['1', '1'])
})
