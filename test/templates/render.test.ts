import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import { renderMessage } from '../../src/templates/render.ts'
import { golden, goldenNow } from './golden.ts'
import { inputFor, messageFor, textFor } from './render.ts'

const paid = catalog['payout.paid'].sample
const seed =
  'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!'

test('the seed sentence comes out letter for letter', () => {
  const { message } = messageFor(paid)
  assert.deepEqual(codePoints(message.text), codePoints(seed))
  assert.equal(message.text.split('\u00a0').length - 1, 2)
  assert.equal(message.buttons, undefined)
})

for (const { title, event, now, text } of golden) {
  test(`${event.type}: ${title}`, () => {
    assert.equal(textFor(event, { now: new Date(now ?? goldenNow) }), text)
  })
}

test('every sample stands in the golden set', () => {
  const proofread = new Set(golden.map(({ event }) => event))
  for (const { sample, type } of Object.values(catalog)) assert.ok(proofread.has(sample), type)
})

test('the company signs below the text, and its links are buttons', () => {
  const branding = {
    companyName: 'ВторМет',
    companySite: 'https://vtormet.example',
    feedbackUrl: 'https://vtormet.example/otzyv',
  }
  const { message } = messageFor(paid, { branding })
  assert.equal(message.text, `${seed}\n\nВторМет`)
  assert.deepEqual(message.buttons, [
    [{ kind: 'link', text: 'Оставить отзыв', url: 'https://vtormet.example/otzyv' }],
    [{ kind: 'link', text: 'Наш сайт', url: 'https://vtormet.example' }],
  ])
})

test('a text that names the company is not signed again', () => {
  const branding = { companyName: 'ВторМет' }
  assert.equal(
    messageFor(paid, { branding, template: '{{ company }}: {{ сумма }}' }).message.text,
    'ВторМет: 14\u00a0500\u00a0₽',
  )
})

test('whoever waits for money in vain is not asked for a review', () => {
  const branding = { feedbackUrl: 'https://vtormet.example/otzyv' }
  for (const type of ['payout.delayed', 'payout.failed'] as const) {
    assert.equal(messageFor(catalog[type].sample, { branding }).message.buttons, undefined)
  }
})

test('a text that shows the hour of today says until when it may be sent', () => {
  assert.deepEqual(messageFor(paid).staleAt, new Date('2025-11-24T12:43:00+03:00'))
  assert.equal(messageFor(paid, { now: new Date('2025-11-24T12:43:00+03:00') }).staleAt, null)
  assert.equal(messageFor(paid, { template: '{{ сумма }}' }).staleAt, null)
  assert.equal(messageFor(catalog['payout.failed'].sample).staleAt, null)
})

test('a text rendered until it is stale is the same text', () => {
  const { staleAt, message } = messageFor(paid)
  assert.ok(staleAt)
  assert.equal(messageFor(paid, { now: new Date(staleAt.getTime() - 1) }).message.text, message.text)
  assert.notEqual(messageFor(paid, { now: staleAt }).message.text, message.text)
})

test('a template that cannot be used is an error, not a message', () => {
  const rendered = renderMessage(inputFor(paid, { template: 'Выплата\n{{ сума }}' }))
  assert.deepEqual(rendered.ok ? undefined : { ...rendered.error }, {
    message: 'Неизвестная переменная «сума». Возможно, «сумма»?',
    line: 2,
    column: 4,
  })
})

function codePoints(text: string): string[] {
  return [...text].map((letter) => `${letter} U+${letter.codePointAt(0)?.toString(16).padStart(4, '0')}`)
}
