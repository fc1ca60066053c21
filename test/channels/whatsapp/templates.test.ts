import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readConfig } from '../../../src/config.ts'
import { messageText, renewedText, storedMessageOf } from '../../../src/deliveries/message.ts'
import { catalog } from '../../../src/events/catalog.ts'
import { whatsappTemplatesOf } from '../../../src/messengers/whatsapp.ts'
import { correctionOf } from '../../../src/notifications/correction.ts'
import { renderEvent } from '../../../src/notifications/render.ts'
import { variableNamed } from '../../../src/templates/variables.ts'

const now = new Date('2025-11-23T13:00:00+03:00')
const needs = {
  branding: {},
  timezone: 'Europe/Moscow',
  definitionOf: (type: keyof typeof catalog) => catalog[type],
  published: [],
}

function messageOf(type: keyof typeof catalog, variables?: readonly string[]) {
  const more = variables === undefined ? {} : { variablesOf: () => variables }
  const rendered = renderEvent({ ...needs, ...more }, catalog[type].sample, now, {
    channel: 'whatsapp',
    advertising: false,
  })
  assert.ok(rendered.ok)
  return rendered
}

test('the page for the ops engineer shows each template that may be sent, with the parameters of the code', () => {
  const page = readFileSync(new URL('../../../docs/ru/kanaly-whatsapp.md', import.meta.url), 'utf8')
  for (const [type, { name, parameters }] of Object.entries(whatsappTemplatesOf(readConfig({})))) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\` |`))
    const isPromo = Object.values(catalog).find((each) => each.type === type)?.class === 'promo'
    if (isPromo) assert.equal(row, undefined, 'a promo never leaves by WhatsApp')
    else {
      const names = Object.values(parameters)
      assert.ok(row?.includes(`| \`${name}\` | ${names.map((each) => `\`${each}\``).join(', ')} |`), `${type}: ${row}`)
      const places = [...(row?.matchAll(/\{\{(\d+)\}\}/g) ?? [])].map(([, place]) => Number(place))
      assert.deepEqual(
        places,
        names.map((_, i) => i + 1),
      )
      // Meta refuses a body that begins or ends with a variable.
      assert.ok(!row?.includes('| {{') && !row?.includes('}} |'))
    }
  }
})

test('every type names its parameters as the variables are called, and money names the sum', () => {
  for (const { type, urgency, whatsappParameters } of Object.values(catalog)) {
    for (const name of whatsappParameters) assert.equal(variableNamed(name)?.names[0], name, type)
    if (urgency === 'money') assert.ok(whatsappParameters.includes('сумма'), type)
  }
})

test('the settings change what they name and leave the rest', () => {
  const WHATSAPP_TEMPLATES = JSON.stringify({
    'payout.paid': { name: 'paid_2', parameters: { payment_sum: 'Amount' } },
    'payout.sent': { name: 'sent_2', language: 'ru_RU' },
  })
  const templates = whatsappTemplatesOf(readConfig({ WHATSAPP_TEMPLATES }))
  // Whatever the spelling, a variable has one name inside.
  assert.deepEqual(templates['payout.paid'], { name: 'paid_2', language: 'ru', parameters: { payment_sum: 'сумма' } })
  assert.deepEqual(templates['payout.sent']?.parameters, catalog['payout.sent'].whatsappParameters)
  assert.equal(templates['payout.failed']?.name, 'vestnik_payout_failed')
})

test('a message carries the values that the approved template names, as the texts show them', () => {
  const { message, staleAt } = messageOf('payout.paid')
  assert.deepEqual(message.about, {
    type: 'payout.paid',
    variables: { сумма: '14\u00a0500\u00a0₽', материал: 'медь', способ: 'на карту', время: '12:43 МСК' },
  })
  assert.ok(staleAt)
})

test('a template that shows the time is rendered anew when its day must be told, though the text shows none', () => {
  assert.equal(messageOf('payout.delayed').staleAt, null)
  assert.ok(messageOf('payout.delayed', ['сумма', 'time']).staleAt)
})

test('a correction outlives the rendering anew, in the text and in the variable', () => {
  const { message } = messageOf('payout.paid')
  const correction = correctionOf(catalog['payout.paid'].sample, 1_400_000n, false)
  const renewed = {
    text: 'Иначе',
    about: { type: 'payout.paid', variables: { сумма: '14\u00a0500\u00a0₽', время: 'вчера' } },
  }
  const stored = storedMessageOf(renewedText(messageText(message, correction), renewed, false))
  assert.equal(stored.text, `${correction.lead} Иначе`)
  assert.deepEqual(stored.about, {
    type: 'payout.paid',
    variables: { сумма: '14\u00a0500\u00a0₽ (сумма изменена, вместо 14\u00a0000\u00a0₽)', время: 'вчера' },
    mustName: 'сумма',
  })
})
