import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, reminder, zoneWhereItIs } from '../support/story.ts'
import { until } from '../support/until.ts'

/** Rules are remembered by a process for three seconds. */
const rulesReachMs = 10_000

describe('quiet hours are the branch’s own', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let databaseUrl: string

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl })
  })

  const put = async (code: string, body: Json) => {
    const answer = await service.api('PUT', `/branches/${code}`, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  /** Until every process has heard of the rules, as `POST /preview` sees them. */
  const untilPreviewed = async (event: Json, state: string) =>
    await until(
      async () => (await service.api('POST', '/preview', event)).body.decision.state === state,
      rulesReachMs,
      `the rules of the branch make it ${state}`,
    )
  const at = (code: string) => ({ branch: { code } })

  it('money passes at night, and waits for the morning where the branch says so', async () => {
    const person = await linkedSomeone(service)
    await put('DEEP', { timezone: zoneWhereItIs(2) })
    await cameTo(service, await accepted(service, payout(person, 100, at('DEEP'))), 'sent')

    await put('DEEP', { timezone: zoneWhereItIs(2), quietHours: { from: 21, to: 9, money: 'wait' } })
    await untilPreviewed(payout(person, 1, at('DEEP')), 'waiting')
    const waits = await accepted(service, payout(person, 200, at('DEEP')))
    await cameTo(service, waits, 'waiting')

    // The owner changes his mind: the message that waits does not leave before its moment, the next one does.
    await put('DEEP', { timezone: zoneWhereItIs(2), quietHours: null })
    const other = await linkedSomeone(service)
    await untilPreviewed(payout(other, 1, at('DEEP')), 'queued')
    await cameTo(service, await accepted(service, payout(other, 300, at('DEEP'))), 'sent')
    await cameTo(service, waits, 'waiting')
  })

  it('a branch that works at night tells at night, and one that sleeps at noon is silent at noon', async () => {
    const person = await linkedSomeone(service)
    await put('OWL', { timezone: zoneWhereItIs(2), quietHours: { from: 10, to: 20 } })
    const event = (code: string, roubles: number) => ({ ...reminder(person, roubles, ''), ...at(code) })
    await untilPreviewed(event('OWL', 1), 'queued')
    await cameTo(service, await accepted(service, event('OWL', 1)), 'sent')
    await put('SIESTA', { timezone: zoneWhereItIs(13), quietHours: { from: 12, to: 15 } })
    await untilPreviewed(event('SIESTA', 2), 'waiting')
    await cameTo(service, await accepted(service, event('SIESTA', 2)), 'waiting')
  })

  it('what waits for the morning is looked at again when it would leave, and is never ended by the night', async () => {
    const person = await linkedSomeone(service)
    await put('LATE', { timezone: zoneWhereItIs(13), quietHours: { from: 12, to: 14 } })
    const event = { ...reminder(person, 3, ''), ...at('LATE') }
    await untilPreviewed(event, 'waiting')
    const id = await accepted(service, event)
    const { deliveries } = await cameTo(service, id, 'waiting')

    // After an attempt in vain its moment comes, its time is almost over, and the branch sleeps longer now.
    await put('LATE', { timezone: zoneWhereItIs(13), quietHours: { from: 12, to: 23 } })
    const isLater = async () => {
      const { at } = (await service.api('POST', '/preview', event)).body.decision
      return new Date(at).getTime() - Date.now() > 8 * 3_600_000
    }
    await until(isLater, rulesReachMs, 'the new hours are known')
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `update deliveries set attempts = 1, next_attempt_at = now() - interval '10 seconds', expires_at = now() + interval '1 minute' where id = $1`,
        [deliveries[0].id],
      ),
    )
    const seen = await until(
      async () => {
        const { rows } = await onDatabase(databaseUrl, (client) =>
          client.query('select state, next_attempt_at, expires_at from deliveries where id = $1', [deliveries[0].id]),
        )
        return rows[0].next_attempt_at > new Date() && rows[0]
      },
      30_000,
      'it is put off until the quiet hours are over',
    )
    assert.equal(seen.state, 'waiting')
    assert.ok(seen.next_attempt_at.getTime() - Date.now() > 8 * 3_600_000)
    assert.ok(seen.expires_at > seen.next_attempt_at)
  })

  it('the rules are shown, survive a change of the name, and go back to the usual ones by null', async () => {
    const quietHours = { from: 20, to: 10, promo: { from: 18, to: 12 } }
    const shown = await put('SHOWN', { name: 'Показ', quietHours, reminders: 'off' })
    assert.deepEqual([shown.quietHours, shown.reminders], [quietHours, 'off'])
    const renamed = await put('SHOWN', { name: 'Иначе' })
    assert.deepEqual([renamed.name, renamed.quietHours, renamed.reminders], ['Иначе', quietHours, 'off'])
    const { body } = await service.api('GET', '/branches')
    assert.deepEqual(body.branches.find((each: Json) => each.code === 'SHOWN').quietHours, quietHours)
    const plain = await put('SHOWN', { quietHours: null, reminders: null })
    assert.ok(!('quietHours' in plain) && !('reminders' in plain))
  })

  it('hours that are none are refused, in Russian', async () => {
    for (const quietHours of [{ from: 24, to: 9 }, { from: 21 }, { from: 21, to: 9, money: 'never' }, 'off']) {
      const { status, body } = await service.api('PUT', '/branches/X', { quietHours })
      assert.equal(status, 422, JSON.stringify(quietHours))
      assert.match(body.message, /[а-яё]{3}/i)
    }
  })
})
