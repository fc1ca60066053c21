import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { afterQuietHours, expiryOf, quietUntil } from '../../src/notifications/quiet-hours.ts'

const quiet = { from: 21, to: 9 }

/** Every zone of Russia. */
const zones = [
  'Europe/Kaliningrad',
  'Europe/Moscow',
  'Europe/Simferopol',
  'Europe/Volgograd',
  'Europe/Kirov',
  'Europe/Astrakhan',
  'Europe/Samara',
  'Europe/Saratov',
  'Europe/Ulyanovsk',
  'Asia/Yekaterinburg',
  'Asia/Omsk',
  'Asia/Novosibirsk',
  'Asia/Barnaul',
  'Asia/Tomsk',
  'Asia/Novokuznetsk',
  'Asia/Krasnoyarsk',
  'Asia/Irkutsk',
  'Asia/Chita',
  'Asia/Yakutsk',
  'Asia/Khandyga',
  'Asia/Vladivostok',
  'Asia/Ust-Nera',
  'Asia/Magadan',
  'Asia/Sakhalin',
  'Asia/Srednekolymsk',
  'Asia/Kamchatka',
  'Asia/Anadyr',
]

/** From 1995 on: summer time, the changes of 2010, 2011, 2014 and 2016 included. */
const instants = fc.date({ min: new Date('1995-01-01'), max: new Date('2060-01-01'), noInvalidDate: true })

describe('quiet hours', () => {
  const cases: [title: string, now: string, zone: string, expected: string][] = [
    ['noon is not quiet', '2025-11-23T12:00:00+03:00', 'Europe/Moscow', '2025-11-23T12:00:00+03:00'],
    ['the last moment before', '2025-11-23T20:59:59.999+03:00', 'Europe/Moscow', '2025-11-23T20:59:59.999+03:00'],
    ['the evening waits for the morning', '2025-11-23T21:00:00+03:00', 'Europe/Moscow', '2025-11-24T09:00:00+03:00'],
    ['so does the night', '2025-11-24T03:15:27.250+03:00', 'Europe/Moscow', '2025-11-24T09:00:00+03:00'],
    ['nine o’clock is morning', '2025-11-24T09:00:00+03:00', 'Europe/Moscow', '2025-11-24T09:00:00+03:00'],
    ['the branch’s own clock counts', '2025-11-23T15:00:00+03:00', 'Asia/Vladivostok', '2025-11-24T09:00:00+10:00'],
    ['a night with an hour more', '2010-10-30T22:00:00+04:00', 'Europe/Moscow', '2010-10-31T09:00:00+03:00'],
    ['a night with an hour less', '2010-03-27T22:00:00+03:00', 'Europe/Moscow', '2010-03-28T09:00:00+04:00'],
  ]
  for (const [title, now, zone, expected] of cases) {
    it('the client’s own hours hold for every class, beside those of the branch', () => {
      const own = { from: 12, to: 15 }
      const branch = { from: 21, to: 9 }
      const until = (at: string, kind: 'money' | 'service') =>
        quietUntil(new Date(at), 'Europe/Moscow', kind, { branch, own }).toISOString()
      assert.equal(until('2025-11-23T13:00:00+03:00', 'money'), '2025-11-23T12:00:00.000Z')
      assert.equal(
        until('2025-11-23T23:00:00+03:00', 'money'),
        '2025-11-23T20:00:00.000Z',
        'money is not held by the night',
      )
      assert.equal(until('2025-11-23T23:00:00+03:00', 'service'), '2025-11-24T06:00:00.000Z')
      const late = { branch, own: { from: 8, to: 11 } }
      const reached = quietUntil(new Date('2025-11-23T23:00:00+03:00'), 'Europe/Moscow', 'service', late)
      assert.equal(reached.toISOString(), '2025-11-24T08:00:00.000Z', 'the end of one falls into the other')
    })

    it(title, () => {
      assert.equal(afterQuietHours(new Date(now), zone, quiet).toISOString(), new Date(expected).toISOString())
    })
  }

  it('in every zone of Russia, at any moment: outside the quiet hours, at most a night later, and then at once', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (now, zone) => {
        const at = afterQuietHours(now, zone, quiet)
        const hour = hourIn(at, zone)
        assert.ok(hour >= 9 && hour < 21, `${zone} ${now.toISOString()} → ${at.toISOString()} is ${hour} o’clock`)
        const waited = at.getTime() - now.getTime()
        assert.ok(waited >= 0 && waited <= 14 * 3_600_000, `${waited} ms`)
        assert.equal(afterQuietHours(at, zone, quiet).getTime(), at.getTime())
        if (waited > 0) assert.equal(at.getTime() % 60_000, 0)
      }),
      { numRuns: 3_000 },
    )
  })

  it('hours within a day are quiet as well', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (now, zone) => {
        const hour = hourIn(afterQuietHours(now, zone, { from: 13, to: 15 }), zone)
        assert.ok(hour < 13 || hour >= 15)
      }),
    )
  })

  it('a message never ends before or in the hours that it has to wait through, nor later than a night and an hour on', () => {
    const kinds = fc.constantFrom('money', 'service', 'promo')
    const hours = fc.record({ from: fc.nat(23), to: fc.nat(23) })
    const rules = fc.record({ from: fc.nat(23), to: fc.nat(23), money: fc.constantFrom('pass', 'wait'), promo: hours })
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom(...zones),
        kinds,
        rules,
        fc.integer({ min: 1, max: 72 }),
        (now, zone, kind, quiet, expiryHours) => {
          const until = (at: Date) => quietUntil(at, zone, kind, { branch: quiet, own: null })
          const leavesAt = until(now)
          const end = expiryOf(leavesAt, expiryHours, until)
          const triedMs = end.getTime() - leavesAt.getTime()
          assert.ok(triedMs >= expiryHours * 3_600_000 && triedMs <= (expiryHours + 26) * 3_600_000)
          if (kind === 'money' && quiet.money === 'pass') assert.equal(triedMs, expiryHours * 3_600_000)
          // Whatever moment of the tried time it is blocked at, there is a moment before the end when it may leave.
          const last = new Date(end.getTime() - 3_600_000)
          assert.ok(until(last) <= end, `${zone} ${kind} ${JSON.stringify(quiet)} ${end.toISOString()}`)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

function hourIn(at: Date, timeZone: string): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(at))
}
