import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Message } from '../../../src/channels/message.ts'
import { createTelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { layOut, layOutPlain } from '../../../src/channels/telegram/layout.ts'
import { startTelegramEmulator } from '../../../src/sandbox/telegram/emulator.ts'
import { cleaned, parseHtml } from '../../../src/sandbox/telegram/html.ts'

const markupOf = (message: Partial<Message>) => layOut('1001', { text: 'Выплата', ...message }).reply_markup

test('any text at all reads the same on the phone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(parseHtml(layOut('1001', { text }).text), { text })
    }),
  )
})

test('only three characters are written otherwise', () => {
  const text = `<b> & "'*_\`[]\u00a0\u200f — «»`
  assert.equal(layOut('1001', { text }).text, `&lt;b&gt; &amp; "'*_\`[]\u00a0\u200f — «»`)
  assert.equal(layOut('1001', { text }).parse_mode, 'HTML')
  assert.deepEqual([layOutPlain('1001', { text }).text, layOutPlain('1001', { text }).parse_mode], [text, undefined])
})

test('buttons stand under the message, the request for a phone below the input line', () => {
  const yes = { kind: 'callback', text: 'Да', payload: 'y' } as const
  const site = { kind: 'link', text: 'Сайт', url: 'https://example.com/' } as const
  const inline = {
    inline_keyboard: [
      [
        { text: 'Да', callback_data: 'y' },
        { text: 'Сайт', url: 'https://example.com/' },
      ],
    ],
  }
  assert.deepEqual(markupOf({ buttons: [[yes, site], []] }), inline)
  assert.deepEqual(markupOf({ buttons: [[yes, site]], keyboard: 'remove' }), inline)
  assert.deepEqual(markupOf({ keyboard: 'remove' }), { remove_keyboard: true })
  assert.deepEqual(markupOf({ keyboard: { requestContact: 'Номер' } }), {
    keyboard: [[{ text: 'Номер', request_contact: true }]],
    resize_keyboard: true,
    one_time_keyboard: true,
  })
  for (const nothing of [{}, { buttons: [] }, { buttons: [[]] }]) assert.equal(markupOf(nothing), undefined)
})

test('Telegram does not open the links of a message itself, which would look like a tap of the client', async (t) => {
  const emulator = await startTelegramEmulator()
  t.after(() => emulator.close())
  const { token, apiRoot } = emulator
  const channel = createTelegramChannel({
    token,
    apiRoot,
    deadlineMs: 5_000,
    connectTimeoutMs: 3_000,
    getUpdatesTimeoutS: 1,
  })
  t.after(() => channel.close())
  emulator.person(1001).start()
  const text = 'Подробно: https://example.com/r/abc'
  assert.equal((await channel.send({ address: '1001', message: { text }, deliveryId: 'dlv_1' })).kind, 'sent')
  assert.deepEqual(
    emulator.received.map(({ hasLinkPreview }) => hasLinkPreview),
    [false],
  )
  await fetch(`${apiRoot}/bot${token}/sendMessage?${new URLSearchParams({ chat_id: '1001', text })}`)
  assert.equal(emulator.received.at(-1)?.hasLinkPreview, true)
})

test('the emulator strips what Telegram strips, and nothing more', () => {
  assert.equal(cleaned(' \n\u00a0a\u200e\u200f\u202e\r\n\tb\u0085 '), '\u00a0a\u200e\u200f\n b\u0085')
})
