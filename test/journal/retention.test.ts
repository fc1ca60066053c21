import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { kindNames, kinds } from '../../src/journal/retention/kinds.ts'
import { isDue, runRetention } from '../../src/journal/retention/run.ts'
import { eraserOf } from '../../src/nightly.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout } from '../support/story.ts'

const dayMs = 86_400_000

describe('terms of keeping', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const after = async (days: number) =>
    await runRetention(
      { db: service.services.db, eraseInactive: eraserOf(service.services, 2), onRun: () => {} },
      new Date(Date.now() + days * dayMs),
      new AbortController().signal,
      { batch: 2, restMs: 0 },
    )
  const termOf = async (kind: string): Promise<Json> =>
    (await service.api('GET', '/retention')).body.items.find((each: Json) => each.kind === kind)

  it('each kind has a term, a minimum below it and a reason', () => {
    assert.deepEqual(
      kinds.map((each) => each.name),
      [...kindNames],
    )
    for (const { name, days, minimum, why } of kinds)
      assert.ok(minimum >= 1 && minimum <= days && why.length > 40, name)
  })

  it('runs once a night, and by day only where no night was used', () => {
    const now = new Date('2026-11-24T00:00:00Z')
    const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
    const cases: [number, Date | undefined, boolean][] = [
      [3, undefined, true],
      [12, undefined, false],
      [3, ago(23), true],
      [3, ago(1), false],
      [12, ago(23), false],
      [12, ago(49), true],
    ]
    for (const [hour, last, due] of cases) assert.equal(isDue(now, hour, last), due, `${hour} ${last?.toISOString()}`)
  })

  it('a text goes after its term and not before, the fact and its time stay; then the client of whom nothing is heard', async () => {
    const people = [await linkedSomeone(service), await linkedSomeone(service), await linkedSomeone(service)]
    const events = await Promise.all(people.map((person) => accepted(service, payout(person, 10))))
    for (const event of events) await cameTo(service, event, 'sent')
    const [event = ''] = events

    const changed = await service.api('PUT', '/retention', { messages: 100, events: 200 })
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    const viewOf = async () => {
      const { body } = await service.api('GET', `/events/${event}`)
      const [{ text, attempts, state }] = body.notifications[0].deliveries
      return {
        hasText: text !== undefined,
        attempts: attempts.length,
        state,
        hasContent: body.event.payment !== undefined,
      }
    }
    const whole = { hasText: true, attempts: 1, state: 'sent', hasContent: true }
    await after(99)
    assert.deepEqual(await viewOf(), whole)
    await after(101)
    assert.deepEqual(await viewOf(), { ...whole, hasText: false })
    assert.equal((await termOf('messages')).lastRun.removed, 3)
    await after(201)
    assert.deepEqual(await viewOf(), { ...whole, hasText: false, hasContent: false })

    await after(1826)
    for (const { id } of people) assert.equal((await service.api('GET', `/clients/${id}`)).status, 404)
    const left = await service.services.db.one(
      z.object({ erased: z.bigint(), keys: z.bigint() }),
      sql`select count(erased_at) as erased, count(data_key) as keys from clients`,
    )
    assert.deepEqual(left, { erased: 3n, keys: 0n })
    // The journal's months are dropped by then; what became of the message is still counted.
    assert.deepEqual(await viewOf(), { hasText: false, attempts: 0, state: 'sent', hasContent: false })
    for (const kind of kindNames) assert.equal((await termOf(kind)).lastRun.failed, false, kind)
  })

  it('a term below what the law asks for is refused, and says why', async () => {
    const { status, body } = await service.api('PUT', '/retention', { acts: 30 })
    assert.equal(status, 422)
    assert.match(body.message, /не меньше 1095 дней/)
    assert.equal((await termOf('acts')).days, 1095)
  })
})
