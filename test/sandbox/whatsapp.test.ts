import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import type { Json } from '../support/service.ts'

/** The emulator against the requests and answers that Meta's documentation shows; there is no official client for Node. */

const phone = '16505551234'

async function emulator(t: Cleanup): Promise<WhatsAppEmulator> {
  const started = await startWhatsAppEmulator()
  cleanup(t, () => started.close())
  started.person(phone).hasBeenSilentFor(1)
  return started
}

async function post(
  { apiRoot, token, phoneNumberId }: WhatsAppEmulator,
  body: unknown,
  change: { token?: string; number?: string; type?: string } = {},
): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${apiRoot}/${change.number ?? phoneNumberId}/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${change.token ?? token}`,
      'content-type': change.type ?? 'application/json',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}

const envelope = { messaging_product: 'whatsapp', recipient_type: 'individual', to: phone }
const text = { ...envelope, type: 'text', text: { preview_url: true, body: 'As requested, here is the link' } }
const replyButton = {
  ...envelope,
  type: 'interactive',
  interactive: {
    type: 'button',
    body: { text: 'Hi Pablo! Your gardening workshop is scheduled for 9am tomorrow.' },
    footer: { text: 'Lucky Shrub: Your gateway to succulents!' },
    action: {
      buttons: [
        { type: 'reply', reply: { id: 'change-button', title: 'Change' } },
        { type: 'reply', reply: { id: 'cancel-button', title: 'Cancel' } },
      ],
    },
  },
}
const urlButton = {
  ...envelope,
  type: 'interactive',
  interactive: {
    type: 'cta_url',
    body: { text: 'Tap the button below to see available dates.' },
    action: { name: 'cta_url', parameters: { display_text: 'See Dates', url: 'https://www.luckyshrub.com/?ref=1' } },
  },
}
const positional = {
  ...envelope,
  type: 'template',
  template: {
    name: 'order_confirmation',
    language: { code: 'en_US' },
    components: [
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'Jessica' },
          { type: 'text', text: 'SKBUP2' },
        ],
      },
    ],
  },
}

test('the documented requests are taken and answered in the documented form', async (t) => {
  const meta = await emulator(t)
  meta.approve({ name: 'order_confirmation', language: 'en_US', body: 'Thank you, {{1}}! Your order is {{2}}.' })
  for (const request of [text, replyButton, urlButton, positional]) {
    const { status, body } = await post(meta, request)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.messaging_product, 'whatsapp')
    assert.deepEqual(body.contacts, [{ input: phone, wa_id: phone }])
    assert.match(body.messages[0].id, /^wamid\.[\w+/=]{20,}$/)
  }
  assert.deepEqual(
    meta.received.map((each) => each.text),
    [
      text.text.body,
      replyButton.interactive.body.text,
      urlButton.interactive.body.text,
      'Thank you, Jessica! Your order is SKBUP2.',
    ],
  )
})

test('what the real one refuses is refused, with its code', async (t) => {
  const meta = await emulator(t)
  meta.approve({ name: 'order_confirmation', language: 'en_US', body: 'Thank you, {{1}}! Your order is {{2}}.' })
  const parameters = (...texts: string[]) => ({
    ...positional,
    template: {
      ...positional.template,
      components: [{ type: 'body', parameters: texts.map((each) => ({ type: 'text', text: each })) }],
    },
  })
  const buttons = (...titles: string[]) => ({
    ...replyButton,
    interactive: {
      ...replyButton.interactive,
      action: { buttons: titles.map((title, i) => ({ type: 'reply', reply: { id: `b${i}`, title } })) },
    },
  })
  const refusals: [code: number, request: unknown][] = [
    [100, '{'],
    [100, { ...text, messaging_product: 'sms' }],
    [131008, { ...text, to: undefined }],
    [100, { ...text, text: { body: '' } }],
    [100, { ...text, text: { body: 'x'.repeat(4_097) } }],
    [100, { ...text, biz_opaque_callback_data: 'x'.repeat(513) }],
    [100, { ...text, type: 'poll' }],
    [100, { ...text, unknown_field: 1 }],
    [100, buttons('1', '2', '3', '4')],
    [100, buttons('longer than twenty signs')],
    [131009, buttons('same', 'same')],
    [132001, { ...positional, template: { ...positional.template, language: { code: 'ru' } } }],
    [132000, parameters('Jessica')],
    [131008, parameters('Jessica', '')],
    [132018, parameters('Jessica', 'a\nb')],
    [132018, parameters('Jessica', 'a     b')],
    [132005, parameters('Jessica', 'x'.repeat(1_020))],
  ]
  for (const [code, request] of refusals) {
    const { status, body } = await post(meta, request)
    assert.ok(status >= 400, JSON.stringify(request))
    assert.equal(body.error.code, code, JSON.stringify(body))
    assert.equal(body.error.type, 'OAuthException')
    assert.ok(typeof body.error.fbtrace_id === 'string' && body.error.error_data.messaging_product === 'whatsapp')
  }
  assert.equal((await post(meta, text, { token: 'EAAwrong' })).body.error.code, 190)
  assert.equal((await post(meta, text, { number: '1' })).body.error.error_subcode, 33)
  assert.equal((await post(meta, text, { type: 'text/plain' })).body.error.code, 100)
  assert.deepEqual(meta.received, [])
})

test('marks of formatting are hidden as a phone hides them, and an address is left alone', async (t) => {
  const meta = await emulator(t)
  const seen: [written: string, read: string][] = [
    ['*жирно* _курсив_ ~нет~ `код` ```моно```', 'жирно курсив нет код моно'],
    ['2*3*4 и snake_case_name', '2*3*4 и snake_case_name'],
    ['* пункт\n> цитата', '• пункт\nцитата'],
    ['https://example.ru/_a_ *да*', 'https://example.ru/_a_ да'],
    ['* не жирно *', '• не жирно *'],
  ]
  for (const [body] of seen) await post(meta, { ...text, text: { body } })
  assert.deepEqual(
    meta.received.map((each) => each.text),
    seen.map(([, read]) => read),
  )
})

test('an address that does not return the challenge is not called', async (t) => {
  const meta = await emulator(t)
  await assert.rejects(meta.webhooks.connect(`${meta.apiRoot}/1`), /could not be validated/)
})
