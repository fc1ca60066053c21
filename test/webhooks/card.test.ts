import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readBody } from '../../src/webhooks/body/read-body.ts'
import { findCard, hasCard, maskCards } from '../../src/webhooks/mapping/card.ts'
import { accepted, mapOne } from './harness.ts'

const paid = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567' }

describe('a full card number is found wherever and however it is written', () => {
  const written = [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111\u00a01111\u00a01111\u00a01111',
    '4111-1111-1111-1111',
    '4111\u20111111\u20111111\u20111111',
    '4111.1111.1111.1111',
    '4111  1111 - 1111  1111',
    '4111\u200b1111\u200b1111\u200b1111',
    '４１１１１１１１１１１１１１１１',
    '41 11 11 11 11 11 11 11',
    'карта 4111 1111 1111 1111',
    'карта4111111111111111годна',
    'Перевод на 4111 1111 1111 1111 12/27 Иванову',
    'Карта 2200 0000 0000 0004, тел. 8 903 123-45-67',
    '3782 822463 10005',
    '6304 0000 0000 0000 018',
    '4222222222222',
  ]
  for (const text of written) {
    test(text, () => {
      assert.ok(hasCard(text))
      assert.ok(!hasCard(maskCards(text)), maskCards(text))
    })
  }

  const places: [string, string][] = [
    ['a field nobody asked for', '{"Дополнительно":{"Разное":[{"х":"4111 1111 1111 1111"}]}}'],
    ['a JSON number', '{"Реквизит":4111111111111111}'],
    ['a JSON number with a point', '{"Реквизит":4111111111111111.00}'],
    ['a JSON number with an exponent', '{"Реквизит":4.111111111111111e15}'],
    ['a name of a field', '{"4111111111111111":"карта"}'],
    ['the phone', '{"Телефон":"4111 1111 1111 1111"}'],
    ['the document id', '{"ИдентификаторДокумента":"4111111111111111"}'],
    ['the name of a client', '{"ФИО":"Иванов 4111-1111-1111-1111"}'],
  ]
  for (const [title, json] of places) {
    test(`in ${title}`, () => {
      const mapped = mapOne(JSON.stringify(paid).slice(0, -1) + ',' + json.slice(1))
      assert.ok(!mapped.ok)
      assert.equal(mapped.errors[0]?.code, 'card_number_full')
      assert.doesNotMatch(JSON.stringify(mapped), /4111[\s\S]{0,3}1111[\s\S]{0,3}1111/)
    })
  }

  test('any digits that pass Luhn, grouped anyhow, under any key', () => {
    fc.assert(
      fc.property(
        cardNumber,
        grouping,
        fc.constantFrom('Комментарий', 'Карта', 'Реквизиты', 'х'),
        (digits, gap, key) => {
          const text = digits.split('').reduce((all, digit, i) => all + (i > 0 && gap(i) ? ' ' : '') + digit, '')
          assert.equal(findCard({ [key]: text }), key)
          assert.equal(findCard({ [key]: `оплата ${text}.` }), key)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('what is no card goes through', () => {
  const harmless = [
    '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c',
    '41111111-1111-4111-8111-111111111111',
    '00000000-0000-0000-0000-000000000000',
    '40817810099910004312',
    '7707083893',
    '770708389312',
    '89031234567',
    '8 903 123-45-67, 8 916 123-45-67',
    '20251123124300',
    '2025-11-23 — 2025-12-23',
    'НН00-000123',
    '2200 70** **** 1234',
    '4833.3333333333333333',
    '0,3000000000000000044',
  ]
  for (const text of harmless) test(text, () => assert.ok(!hasCard(text)))

  test('a moment in milliseconds under the name of a date', () => {
    assert.equal(findCard({ ДатаОплаты: '1763890980008', paidAt: '/Date(1763890980008)/' }), undefined)
    assert.equal(findCard({ Реквизит: '1763890980008' }), 'Реквизит')
  })

  test('a long foreign phone that passes Luhn', () => {
    assert.equal(accepted(mapOne({ ...paid, Телефон: '+86 138 1234 5676' })).client.phone, '+8613812345676')
  })
})

test('a card number posted a million digits deep is looked for in bounded time', () => {
  const startedAt = process.cpuUsage()
  const body = readBody(Buffer.from(JSON.stringify({ а: '4 1 '.repeat(250_000) })))
  assert.ok(body.ok)
  findCard(body.value)
  assert.ok(process.cpuUsage(startedAt).user < 2_000_000)
})

const cardNumber = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
  .map((digits) => digits.join('') + String(checkDigit(digits)))
  .filter((digits) => !/^(19|20)\d{12}$/.test(digits))

const grouping = fc.constantFrom(
  () => false,
  (i: number) => i % 4 === 0,
  (i: number) => i % 3 === 0,
  (i: number) => i === 6,
)

function checkDigit(digits: number[]): number {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, i) => total + (i % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit), 0)
  return (10 - (sum % 10)) % 10
}
