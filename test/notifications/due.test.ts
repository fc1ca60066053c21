import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { defaultReminders, dueEnd, dueMoment } from '../../src/notifications/due.ts'

/** Russia has had no summer time since 2014; the three zones of the world's end have it, or half-hours. */
const russian = ['Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Kamchatka']
const foreign = ['Europe/Berlin', 'Asia/Kolkata', 'America/New_York']
const days = fc.date({ min: new Date('2025-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
const long = new Date('2000-01-01')

describe('when a client is reminded', () => {
  const cases: [title: string, day: string, zone: string, expected: string][] = [
    ['the day before at ten', '2025-12-23', 'Europe/Moscow', '2025-12-22T10:00:00+03:00'],
    ['by the clock of the branch', '2025-12-23', 'Asia/Kamchatka', '2025-12-22T10:00:00+12:00'],
    ['over the end of a month', '2026-03-01', 'Europe/Moscow', '2026-02-28T10:00:00+03:00'],
    ['over the end of a February that is longer', '2028-03-01', 'Europe/Moscow', '2028-02-29T10:00:00+03:00'],
    ['over the end of a year', '2026-01-01', 'Asia/Vladivostok', '2025-12-31T10:00:00+10:00'],
  ]
  for (const [title, day, zone, expected] of cases) {
    it(title, () => {
      assert.equal(dueMoment(day, zone, defaultReminders, long)?.toISOString(), new Date(expected).toISOString())
    })
  }

  it('never in the past: the message that brought the plan has just named the day', () => {
    const at = new Date('2025-12-22T10:00:00+03:00')
    assert.equal(dueMoment('2025-12-23', 'Europe/Moscow', defaultReminders, at), undefined)
    assert.ok(dueMoment('2025-12-23', 'Europe/Moscow', defaultReminders, new Date(at.getTime() - 1)))
    assert.equal(dueMoment('0001-01-01', 'Europe/Moscow', defaultReminders, long), undefined)
  })

  it('and told until that day is over there, never later', () => {
    const payment = { nextDate: '2025-12-31' }
    const midnight = new Date('2026-01-01T00:00:00+12:00')
    const [before, after] = [-1, 1].map((ms) => new Date(midnight.getTime() + ms))
    assert.ok(before && after)
    assert.deepEqual(dueEnd({ payment }, 'Asia/Kamchatka', before), before)
    assert.deepEqual(dueEnd({ payment }, 'Asia/Kamchatka', after), midnight)
    assert.deepEqual(dueEnd({}, 'Asia/Kamchatka', after), after)
  })

  it('whatever the day, the zone and the wish: that hour on that wall, so many days before', () => {
    fc.assert(
      fc.property(
        days,
        fc.constantFrom(...russian, ...foreign),
        fc.nat(30),
        // In the hours between two and four some zones skip or repeat an hour.
        fc.integer({ min: 4, max: 23 }),
        (date, zone, daysBefore, hour) => {
          const day = date.toISOString().slice(0, 10)
          const due = dueMoment(day, zone, { daysBefore, hour }, long)
          assert.ok(due)
          const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
          const [wallDay = '', clock = ''] = wall.format(due).split(' ')
          assert.equal(clock, `${String(hour).padStart(2, '0')}:00:00`)
          assert.equal((Date.parse(day) - Date.parse(wallDay)) / 86_400_000, daysBefore)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
