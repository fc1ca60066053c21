import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMaxChannel } from '../../../src/channels/max/channel.ts'
import { faultOf, layOut } from '../../../src/channels/max/layout.ts'
import type { Button, Message } from '../../../src/channels/message.ts'
import { startMaxEmulator } from '../../../src/sandbox/max/emulator.ts'

const rowsOf = (message: Partial<Message>) =>
  (layOut({ text: 'Выплата', ...message }).attachments ?? []).flatMap((each) =>
    each.type === 'inline_keyboard' ? each.payload.buttons : [],
  )
const yes: Button = { kind: 'callback', text: 'Да', payload: 'y' }
const site: Button = { kind: 'link', text: 'Сайт', url: 'https://example.com/' }

test('the text goes as it is, and MAX is not asked to look for marks in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(layOut({ text }), { text })
    }),
  )
})

test('buttons and the request for a phone stand under the message; there is nothing to take away', () => {
  const inline = [
    { type: 'callback', text: 'Да', payload: 'y' },
    { type: 'link', text: 'Сайт', url: 'https://example.com/' },
  ]
  const contact = { type: 'request_contact', text: 'Номер' }
  assert.deepEqual(rowsOf({ buttons: [[yes, site], []] }), [inline])
  assert.deepEqual(rowsOf({ buttons: [[yes, site]], keyboard: 'remove' }), [inline])
  assert.deepEqual(rowsOf({ buttons: [[yes]], keyboard: { requestContact: 'Номер' } }), [[inline[0]], [contact]])
  assert.deepEqual(rowsOf({ keyboard: { requestContact: 'Номер' } }), [[contact]])
  for (const nothing of [{}, { buttons: [] }, { buttons: [[]] }, { keyboard: 'remove' as const }]) {
    assert.deepEqual(layOut({ text: 'Выплата', ...nothing }), { text: 'Выплата' })
  }
})

test('a picture stands before the buttons, by its address', () => {
  const url = 'https://cdn.example.ru/logo.png'
  assert.deepEqual(layOut({ text: 'Выплата', picture: { url }, buttons: [[yes]] }).attachments, [
    { type: 'image', payload: { url } },
    { type: 'inline_keyboard', payload: { buttons: [[{ type: 'callback', text: 'Да', payload: 'y' }]] } },
  ])
})

test('a row too wide for MAX is cut into several', () => {
  const widths = (row: Button[]) => rowsOf({ buttons: [row] }).map((each) => each.length)
  assert.deepEqual(widths(Array(8).fill(yes)), [7, 1])
  assert.deepEqual(widths([site, ...Array(4).fill(yes)]), [3, 2])
})

test('what MAX would refuse is seen before, and whatever we let through it takes', async (t) => {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  const { token, apiRoot } = emulator
  const settings = { token, apiRoot, deadlineMs: 10_000, connectTimeoutMs: 5_000, getUpdatesTimeoutS: 1 }
  const channel = createMaxChannel(settings)
  t.after(() => channel.close())
  emulator.person(1001).start()
  const cases: [fault: string | undefined, message: Message][] = [
    [undefined, { text: 'x'.repeat(4000) }],
    ['too_long', { text: 'x'.repeat(4001) }],
    ['empty', { text: ' \n' }],
    [undefined, { text: 'x', buttons: [[{ ...yes, text: 'x'.repeat(128) }]] }],
    ['button_label', { text: 'x', buttons: [[{ ...yes, text: 'x'.repeat(129) }]] }],
    ['button_label', { text: 'x', buttons: [[{ ...yes, text: '' }]] }],
    ['button_label', { text: 'x', keyboard: { requestContact: '' } }],
    [undefined, { text: 'x', buttons: [[{ ...yes, payload: 'ж'.repeat(1024) }]] }],
    ['button_too_long', { text: 'x', buttons: [[{ ...yes, payload: 'ж'.repeat(1025) }]] }],
    [undefined, { text: 'x', buttons: [[{ ...site, url: `https://e.ru/${'x'.repeat(2035)}` }]] }],
    ['button_too_long', { text: 'x', buttons: [[{ ...site, url: `https://e.ru/${'x'.repeat(2036)}` }]] }],
    [undefined, { text: 'x', buttons: Array(30).fill(Array(7).fill(yes)) }],
    ['too_many_buttons', { text: 'x', buttons: Array(31).fill([yes]) }],
  ]
  for (const [fault, message] of cases) {
    assert.equal(faultOf(message)?.code, fault)
    const { kind } = await channel.send({ address: '1001', message, deliveryId: 'dlv_1' })
    assert.equal(kind, fault === undefined ? 'sent' : 'broken')
  }
})

test('MAX does not open the links of a message itself, which would look like a tap of the client', async (t) => {
  const emulator = await startMaxEmulator()
  t.after(() => emulator.close())
  const { token, apiRoot } = emulator
  const channel = createMaxChannel({
    token,
    apiRoot,
    deadlineMs: 10_000,
    connectTimeoutMs: 5_000,
    getUpdatesTimeoutS: 1,
  })
  t.after(() => channel.close())
  emulator.person(1001).start()
  const text = 'Подробно: https://example.com/r/abc'
  await channel.send({ address: '1001', message: { text }, deliveryId: 'dlv_1' })
  assert.deepEqual(
    emulator.received.map(({ hasLinkPreview }) => hasLinkPreview),
    [false],
  )
})
