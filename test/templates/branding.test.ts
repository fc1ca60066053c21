import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import { brandingOf } from '../../src/notifications/branding.ts'
import { renderEvent } from '../../src/notifications/render.ts'
import { goldenNow } from './golden.ts'
import { messageFor } from './render.ts'

const paid = catalog['payout.paid'].sample
const seed =
  'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!'
const at = (moment: string, more: object = {}) => ({ now: new Date(moment), branding: { greeting: true, ...more } })

test('a greeting by the time of day stands above the text, which stays letter for letter', () => {
  for (const [hour, greeting] of [
    ['08:59', 'Доброе утро'],
    ['15:00', 'Добрый день'],
    ['22:30', 'Добрый вечер'],
    ['23:30', 'Здравствуйте'],
  ] as const) {
    const { message } = messageFor(paid, at(`2025-11-23T${hour}:00+03:00`))
    assert.equal(message.text, `${greeting}, Иван Петрович!\n\n${seed}`)
  }
})

test('the hour is that of the branch, and nobody is greeted by a name that is none', () => {
  const inOmsk = { ...paid, branch: { ...paid.branch, timezone: 'Asia/Omsk' } }
  assert.match(messageFor(inOmsk, at('2025-11-23T15:30:00+03:00')).message.text, /^Добрый вечер, Иван Петрович!\n\n/)
  for (const fullName of [undefined, 'ООО «Лом»', 'Иванов И. П.']) {
    const { message } = messageFor({ ...paid, client: { ...paid.client, fullName } }, at('2025-11-23T15:00:00+03:00'))
    assert.equal(message.text, `Добрый день!\n\n${seed}`)
  }
})

test('a text that addresses the client itself is not preceded by a greeting', () => {
  const { message } = messageFor(catalog.greeting.sample, at('2025-07-20T12:00:00+03:00'))
  assert.match(message.text, /^Магомед Расулович, поздравляем/)
  const own = { ...at('2025-11-23T15:00:00+03:00'), template: '{{ приветствие }}! {{ сумма }}' }
  assert.equal(messageFor(paid, own).message.text, 'Добрый день! 14\u00a0500\u00a0₽')
})

test('a message that waits past its greeting is written anew', () => {
  const minutesBeforeNoon = at('2025-11-23T11:58:30+03:00')
  assert.deepEqual(messageFor(paid, minutesBeforeNoon).staleAt, new Date('2025-11-23T12:00:00+03:00'))
  assert.deepEqual(messageFor(paid, at('2025-11-23T23:10:00+03:00')).staleAt, new Date('2025-11-24T05:00:00+03:00'))
  // The day belongs to the time before the evening ends.
  assert.deepEqual(messageFor(paid, at('2025-11-24T12:10:00+03:00')).staleAt, new Date('2025-11-24T12:43:00+03:00'))
  assert.equal(messageFor(paid, { ...minutesBeforeNoon, branding: {}, template: '{{ сумма }}' }).staleAt, null)
})

test('a signature stands in place of the company’s name', () => {
  const branding = { companyName: 'ВторМет', signature: 'Площадка на Титова\nс 8 до 20' }
  assert.equal(messageFor(paid, { branding }).message.text, `${seed}\n\nПлощадка на Титова\nс 8 до 20`)
})

test('the logo is the picture of the message', () => {
  const { message } = messageFor(paid, { branding: { logoUrl: 'https://vtormet.example/logo.png' } })
  assert.deepEqual(message, { text: seed, picture: { url: 'https://vtormet.example/logo.png' } })
})

test('buttons to answer with stand under messages about money only, above the links', () => {
  const needs = {
    branding: { answers: ['ok', 'question'] as const, companySite: 'https://vtormet.example' },
    timezone: 'Europe/Moscow',
    definitionOf: (type: keyof typeof catalog) => catalog[type],
    published: [],
  }
  const buttonsOf = (type: keyof typeof catalog) => {
    const rendered = renderEvent(needs, catalog[type].sample, new Date(goldenNow), {
      channel: 'max',
      advertising: false,
    })
    assert.ok(rendered.ok)
    return rendered.message.buttons
  }
  const site = [{ kind: 'link', text: 'Наш сайт', url: 'https://vtormet.example' }]
  const answers = [
    { kind: 'callback', text: 'Понятно', payload: 'ok' },
    { kind: 'callback', text: 'Вопрос по выплате', payload: 'question' },
  ]
  assert.deepEqual(buttonsOf('payout.paid'), [answers, site])
  assert.deepEqual(buttonsOf('bonus.granted'), [site])
})

test('what a branch has not set is the company’s', () => {
  const company = {
    companyName: 'ВторМет',
    companySite: 'https://vtormet.example',
    feedbackUrl: 'https://vtormet.example/o',
  }
  const nothing = { name: null, site: null, feedbackUrl: null, logoUrl: null, phone: null, signature: null }
  assert.deepEqual(brandingOf(company, undefined), company)
  const { companyName, companySite, feedbackUrl, greeting, answers } = brandingOf(company, {
    ...nothing,
    site: 'https://ekb.example',
    greeting: false,
    buttons: ['ok'],
  })
  assert.deepEqual(
    [companyName, companySite, feedbackUrl, greeting, answers],
    ['ВторМет', 'https://ekb.example', 'https://vtormet.example/o', false, ['ok']],
  )
})
