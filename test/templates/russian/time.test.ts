import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  clockText,
  dayText,
  greetingAt,
  isZone,
  parseDay,
  parseMoment,
  wallTime,
} from '../../../src/lib/russian/time.ts'

const at = new Date('2025-11-23T12:43:00+03:00')

test('the eleven hours of Russia are named by their distance from Moscow', () => {
  const clocks: Record<string, string> = {
    'Europe/Kaliningrad': '11:43 МСК\u22121',
    'Europe/Moscow': '12:43 МСК',
    'Europe/Samara': '13:43 МСК+1',
    'Asia/Yekaterinburg': '14:43 МСК+2',
    'Asia/Omsk': '15:43 МСК+3',
    'Asia/Novosibirsk': '16:43 МСК+4',
    'Asia/Irkutsk': '17:43 МСК+5',
    'Asia/Yakutsk': '18:43 МСК+6',
    'Asia/Vladivostok': '19:43 МСК+7',
    'Asia/Magadan': '20:43 МСК+8',
    'Asia/Kamchatka': '21:43 МСК+9',
    'Asia/Almaty': '14:43 UTC+5',
    'Asia/Kolkata': '15:13 UTC+5:30',
    'America/New_York': '04:43 UTC\u22125',
    UTC: '09:43 UTC',
  }
  for (const [zone, clock] of Object.entries(clocks)) assert.equal(clockText(wallTime(at, zone), zone), clock)
})

test('a zone is named by its offset of that day, not of today', () => {
  const zone = 'Europe/Volgograd'
  assert.equal(clockText(wallTime(new Date('2020-06-01T09:00:00Z'), zone), zone), '13:00 МСК+1')
  assert.equal(clockText(wallTime(new Date('2025-06-01T09:00:00Z'), zone), zone), '12:00 МСК')
})

test('the wall time is the one Intl shows, in every zone and at every moment', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const moments = fc.date({ min: new Date('1975-01-01'), max: new Date('2045-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(moments, fc.constantFrom(...zones), (moment, timeZone) => {
      const parts = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }).formatToParts(moment)
      const shown = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]))
      const { year, month, day, hour, minute, second } = wallTime(moment, timeZone)
      assert.deepEqual(
        [year, month, day, hour, minute, second],
        [shown['year'], shown['month'], shown['day'], shown['hour'], shown['minute'], shown['second']],
      )
    }),
    { numRuns: 2000 },
  )
})

test('a year is named when it is not the present one', () => {
  assert.equal(dayText({ year: 2025, month: 11, day: 23 }, 2025), '23 ноября')
  assert.equal(dayText({ year: 2024, month: 5, day: 1 }, 2025), '1 мая 2024 года')
})

test('the empty date of 1C is no date', () => {
  assert.equal(parseDay('0001-01-01'), undefined)
  assert.equal(parseMoment('0001-01-01T00:00:00+03:00'), undefined)
  assert.equal(parseMoment('9999-12-31T23:59:59-12:00'), undefined)
  assert.equal(parseMoment('вчера'), undefined)
  assert.ok(parseMoment('2025-11-23T12:43:00+03:00'))
})

test('nobody is wished a good night', () => {
  assert.deepEqual([0, 5, 11, 12, 17, 18, 22, 23].map(greetingAt), [
    'Здравствуйте',
    'Доброе утро',
    'Доброе утро',
    'Добрый день',
    'Добрый день',
    'Добрый вечер',
    'Добрый вечер',
    'Здравствуйте',
  ])
})

test('names of zones that do not exist are known as such, however many come', () => {
  for (let index = 0; index < 3000; index++) assert.equal(isZone(`Europe/Nowhere${index}`), false)
  assert.equal(isZone('Europe/Moscow'), true)
  assert.equal(isZone(''), false)
})
