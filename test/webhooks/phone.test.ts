import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { readPhone } from '../../src/lib/phone.ts'

describe('a phone is read in every spelling of a 1C field', () => {
  const spellings = [
    '+79031234567',
    '89031234567',
    '79031234567',
    '9031234567',
    '8 (903) 123-45-67',
    '+7 903 123 45 67',
    '8-903-123-45-67',
    '8.903.123.45.67',
    '8(903)1234567',
    '+7\u00a0(903)\u00a0123\u201145\u201167',
    'тел. +7 (903) 123-45-67',
    'моб: 8 903 123 45 67 (жена)',
    '+7 (903) 123-45-67, доб. 12',
    '+7 (903) 123-45-67, доб. 12, звонить после 18',
    '8 903 123-45-67 вн.5',
    '＋７ ９０３ １２３ ４５ ６７',
    '8903 1234567 Мария',
    '89031234567;',
    '+79031234567 +79031234567',
  ]
  for (const spelling of spellings) {
    test(spelling, () => {
      const reading = readPhone(spelling)
      assert.equal(reading.kind === 'phone' && reading.phone, '+79031234567', JSON.stringify(reading))
    })
  }

  test('of several, the first mobile', () => {
    const reading = readPhone('8 (831) 212-34-56; +7 (903) 123-45-67 (жена), 8 916 123 45 67')
    assert.deepEqual(reading, { kind: 'phone', phone: '+79031234567', isMobile: true, others: 2 })
  })

  test('of several landlines, the first', () => {
    const reading = readPhone('8 (831) 212-34-56, 8 (831) 212-34-57')
    assert.deepEqual(reading, { kind: 'phone', phone: '+78312123456', isMobile: false, others: 1 })
  })

  const foreign = ['+77011234567', '+375291234567', '+998901234567', '+996555123456', '+37491123456', '+4915123456789']
  for (const phone of foreign) {
    test(phone, () => assert.deepEqual(readPhone(phone), { kind: 'phone', phone, isMobile: true, others: 0 }))
  }
})

describe('what is no phone', () => {
  for (const blank of [
    '',
    '   ',
    '+7 (   )    -  -  ',
    '+7',
    '8',
    '-',
    'нет',
    'не указан',
    '0',
    '+7 (000) ',
    '(___) ___-__-__',
  ]) {
    test(`«${blank}» is absent`, () => {
      const { kind } = readPhone(blank)
      assert.equal(kind, blank === '+7 (000) ' ? 'invalid' : 'absent')
    })
  }

  const wrong: [string, number, number | undefined][] = [
    ['8 (903) 123-45-6', 10, 11],
    ['+7 903 123-45-678', 12, 11],
    ['903123456', 9, 10],
    ['7 (000) 000-00-00', 11, undefined],
    ['8 800 200-00-00', 11, undefined],
    ['112', 3, undefined],
    ['8 903 12, доб. 5', 6, 11],
  ]
  for (const [text, digits, expected] of wrong) {
    test(`«${text}» has ${digits} digits`, () => {
      const reading = readPhone(text)
      assert.deepEqual(reading, { kind: 'invalid', digits, ...(expected === undefined ? {} : { expected }) })
    })
  }
})

test('every Russian number that begins with 9 is a mobile to the library as well', () => {
  for (let code = 900; code < 1000; code++) {
    const number = parsePhoneNumberFromString(`+7${code}1234567`)
    assert.ok(number?.isValid() && number.getType() === 'MOBILE', String(code))
  }
})
