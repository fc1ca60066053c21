import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { createLooks } from '../../src/journal/looks.ts'
import { kindNames, kinds } from '../../src/journal/retention/kinds.ts'
import { isDue, runRetention } from '../../src/journal/retention/run.ts'
import { eraserOf } from '../../src/nightly.ts'
import { readable, visitorOf } from '../dashboard/visitor.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout } from '../support/story.ts'
import { until } from '../support/until.ts'

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
    const cases: [number, Date, boolean][] = [
      [3, ago(23), true],
      [3, ago(1), false],
      [12, ago(23), false],
      [12, ago(49), true],
    ]
    for (const [hour, last, due] of cases) assert.equal(isDue(now, hour, last), due, `${hour} ${last.toISOString()}`)
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

    await after(1866)
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

describe('the night, and the access log', { timeout: 60_000 }, () => {
  const scope = suiteScope()

  it('the night’s work is done by the service itself, by day when no night came; texts kept open before are put away', async () => {
    const databaseUrl = await testDatabase(scope)
    await onDatabase(databaseUrl, async (client) => {
      await client.query(
        `insert into retention_runs (id, kind, days, started_at) values ('rtn_0', 'acts', 1, now() - interval '3 days')`,
      )
      await client.query(`insert into clients (id) values ('cli_0')`)
      await client.query(`insert into consents (id, client_id, purpose, granted, wording, wording_hash, at, given_by)
        values ('cns_0', 'cli_0', 'service', true, 'Прежний текст', 'hash', now(), 'bot')`)
    })
    const { services, logLines } = await startService(scope, { DATABASE_URL: databaseUrl })
    const finished = sql`select count(*) as runs from retention_runs where finished_at is not null and fault is null`
    await until(
      async () => (await services.db.one(z.object({ runs: z.bigint() }), finished)).runs === BigInt(kindNames.length),
      patienceMs,
      'every kind has been run',
    )
    assert.ok(logLines.some((line) => line.includes('"retention.run"')))
    const kept = await services.db.one(
      z.object({ open: z.string().nullable(), put: z.string() }),
      sql`select s.wording as open, w.wording as put from consents s, wordings w where w.wording = 'Прежний текст'`,
    )
    assert.deepEqual(kept, { open: null, put: 'Прежний текст' })
  })

  it('says of each client who was shown his data, by the API and on a page; of a stream, how much it was', async () => {
    const service = await startService(scope)
    const person = await linkedSomeone(service)
    const event = await accepted(service, payout(person, 10))
    await cameTo(service, event, 'sent')
    const { id } = (await service.api('GET', `/clients/${person.id}`)).body
    await until(
      async () => (await service.api('GET', '/changes')).body.items.length > 0,
      patienceMs,
      'something is told',
    )

    const visitor = visitorOf(service.url)
    await visitor.get('/login')
    await visitor.submit('/login', { username: 'admin', password: 'test-password' })
    for (const path of [`/clients/${id}`, `/events/${event}`, `/journal?q=${encodeURIComponent(person.phone)}`]) {
      assert.equal((await visitor.get(path)).status, 200, path)
    }
    const looks = async (query: string): Promise<Json[]> => (await service.api('GET', `/looks${query}`)).body.items
    const seen = await until(
      async () => {
        const found = (await looks(`?client=${person.id}`)).map(({ who, place }) => `${who} ${place}`)
        return found.some((each) => each.includes('/journal')) ? found : undefined
      },
      patienceMs,
      'the last look is written',
    )
    for (const each of [
      'admin-key PUT /clients/:externalId',
      'admin-key GET /clients/:externalId',
      'admin-key GET /events/:id',
      'user:admin /clients/:id',
      'user:admin /events/:id',
      'user:admin /journal',
    ]) {
      assert.ok(seen.includes(each), `${each} among ${seen.join(', ')}`)
    }
    const isStream = ({ place, shown }: Json) => place === 'GET /changes' && shown > 0
    await until(async () => (await looks('')).some(isStream), patienceMs, 'the look of the stream is written')
    const page = readable((await visitor.get(`/clients/${id}/looks`)).text)
    assert.match(page, /оператор admin/)
    assert.match(readable((await visitor.get(`/events/${event}`)).text), /Основание: согласие «Сообщения о приёмке/)
  })

  it('what cannot be written is told and holds up nothing; more than fits is told too', async () => {
    const written: number[] = []
    const lost: string[] = []
    const refusal = Object.assign(new Error('refused'), { code: '22001' })
    let isRefusing = true
    const run = async ({ values }: { values: unknown[] }) => {
      if (isRefusing) {
        isRefusing = false
        throw refusal
      }
      written.push(z.array(z.string()).parse(values[0]).length)
      return 0
    }
    const nobody = () => Promise.reject(new Error('not asked'))
    const looks = createLooks(
      {
        db: { run, many: nobody, one: nobody, maybeOne: nobody },
        onLost: ({ rows, why }) => lost.push(`${why} ${rows}`),
      },
      { limit: 2500 },
    )
    looks.note({ who: 'user:a', place: '/x', clients: Array.from({ length: 2600 }, (_, index) => `cli_${index}`) })
    await looks.idle()
    assert.deepEqual(written, [1000, 500])
    assert.deepEqual(lost, ['full 100', 'refused 1000'])
  })
})
