import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dayOf, instantOf, isCivil, momentOf, zoneOf } from '../../src/lib/moment.ts'
import { readDateText } from '../../src/webhooks/mapping/date-text.ts'

const zones = [
  'Europe/Kaliningrad',
  'Europe/Moscow',
  'Asia/Yekaterinburg',
  'Asia/Vladivostok',
  'Asia/Kamchatka',
  'Asia/Kolkata',
  'America/New_York',
]

describe('moments', () => {
  test('are told as the zone’s wall shows them', () => {
    const instant = Date.UTC(2025, 10, 23, 9, 43, 0, 999)
    assert.equal(momentOf(instant, 'Europe/Moscow'), '2025-11-23T12:43:00+03:00')
    assert.equal(momentOf(instant, 'Asia/Kamchatka'), '2025-11-23T21:43:00+12:00')
    assert.equal(momentOf(instant, 'America/New_York'), '2025-11-23T04:43:00-05:00')
    assert.equal(momentOf(instant, 'Asia/Kolkata'), '2025-11-23T15:13:00+05:30')
    assert.equal(dayOf(Date.UTC(2025, 10, 23, 21, 30), 'Europe/Moscow'), '2025-11-24')
  })

  test('go to the wall and back without loss', () => {
    const instants = fc.integer({ min: Date.UTC(1995, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 })
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (seconds, zone) => {
        const moment = momentOf(seconds * 1000, zone)
        assert.equal(Date.parse(moment), seconds * 1000)
        const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = moment
          .slice(0, 19)
          .split(/\D/)
          .map(Number)
        const back = instantOf({ year, month, day, hour, minute, second }, zone)
        // In the hour that a clock change repeats, one wall is two instants; the wall is the same.
        assert.equal(momentOf(back, zone).slice(0, 19), moment.slice(0, 19))
      }),
      { numRuns: 2000 },
    )
  })

  const named: [string, string | undefined][] = [
    ['Europe/Moscow', 'Europe/Moscow'],
    ['asia/yekaterinburg', 'Asia/Yekaterinburg'],
    ['МСК', 'Europe/Moscow'],
    ['МСК+2', 'Asia/Yekaterinburg'],
    ['MSK-1', 'Europe/Kaliningrad'],
    ['GMT+03:00', 'Europe/Moscow'],
    ['UTC+7', 'Asia/Krasnoyarsk'],
    ['+05:00', 'Asia/Yekaterinburg'],
    ['5', 'Asia/Yekaterinburg'],
    ['Марс', undefined],
    ['', undefined],
    ['+99', undefined],
  ]
  for (const [text, zone] of named) test(`the zone «${text}»`, () => assert.equal(zoneOf(text), zone))

  test('31 February and hour 24 are no dates', () => {
    const date = { year: 2025, month: 2, day: 28, hour: 23, minute: 59, second: 59 }
    assert.ok(isCivil(date))
    assert.ok(!isCivil({ ...date, day: 31 }))
    assert.ok(!isCivil({ ...date, hour: 24 }))
  })
})

describe('1C’s empty date is none, in every spelling', () => {
  const empties = [
    '0001-01-01T00:00:00',
    '0001-01-01T00:00:00+03:00',
    '0001-01-01T00:00:00Z',
    '0000-12-31T21:29:43Z',
    '01.01.0001 0:00:00',
    '01.01.0001',
    '00010101000000',
    '00010101',
    '/Date(-62135596800000)/',
    '1753-01-01T00:00:00',
    '31.12.3999 23:59:59',
  ]
  for (const text of empties) test(text, () => assert.equal(readDateText(text).kind, 'empty'))
  for (const text of ['', '  .  .    ', '  .  .       :  :  ', '0000-00-00', 'null', '0']) {
    test(`«${text}»`, () => assert.equal(readDateText(text).kind, 'absent'))
  }
})
