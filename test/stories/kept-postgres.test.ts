import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { type Line, startLine } from '../support/line.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

/** The shared Postgres listens on a socket only; through this line it can be lost and found again. */
async function databaseOnALine(t: Cleanup): Promise<{ line: Line; url: string }> {
  const direct = new URL(await testDatabase(t))
  const folder = direct.searchParams.get('host')
  const target =
    folder === null
      ? { port: Number(direct.port || 5432), host: direct.hostname }
      : { path: `${folder}/.s.PGSQL.${direct.port || 5432}` }
  const line = await startLine(t, target)
  const url = new URL(direct.href)
  url.searchParams.delete('host')
  url.hostname = '127.0.0.1'
  url.port = String(line.port)
  return { line, url: url.href }
}

async function eventsIn({ services }: TestService): Promise<number> {
  const { count } = await services.db.one(z.object({ count: z.bigint() }), sql`select count(*) as count from events`)
  return Number(count)
}

async function isReady({ url }: TestService): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).status === 200
}

describe('200 means kept while Postgres comes and goes', { timeout: 240_000 }, () => {
  it('while Postgres is away 1C is asked to come again, and afterwards everything goes on without a restart', async (t) => {
    const { line, url } = await databaseOnALine(t)
    const service = await startService(t, { DATABASE_URL: url })
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
    const event = payout(person, 2)

    await line.cut()
    const refused = await service.post(event)

    assert.equal(refused.status, 503)
    assert.equal(refused.body.code, 'unavailable')
    assert.match(refused.body.message, /повторите/i)
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    assert.match(refused.headers.get('content-type') ?? '', /^application\/json; charset=utf-8$/)
    assert.equal(await isReady(service), false)
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200)

    await line.mend()
    const answer = await until(
      async () => {
        const { status, body } = await service.post(event)
        return status === 200 ? body : undefined
      },
      patienceMs,
      'the event is taken',
    )
    assert.equal(answer.results[0].status, 'accepted')
    await cameTo(service, answer.results[0].id, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2])
    assert.equal(await isReady(service), true)
  })

  it('a Postgres that hangs without a word keeps 1C waiting no longer than a few seconds, and nothing stays stuck', async (t) => {
    const { line, url } = await databaseOnALine(t)
    const service = await startService(t, { DATABASE_URL: url })
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')

    line.freeze()
    const frozenAt = Date.now()
    const refused = await Promise.race([
      service.post(payout(person, 2)),
      new Promise<undefined>((resolve) => setTimeout(resolve, 25_000, undefined).unref()),
    ])
    const waitedMs = Date.now() - frozenAt
    await line.mend()

    assert.ok(refused, 'no answer within 25 s')
    assert.equal(refused.status, 503)
    assert.ok(waitedMs < 20_000, `answered after ${waitedMs} ms`)
    const later = await until(
      async () => {
        const { status, body } = await service.post(payout(person, 3))
        return status === 200 ? body.results[0].id : undefined
      },
      patienceMs,
      'events are taken again',
    )
    await cameTo(service, later, 'sent')
  })

  it('an answer of the messenger is kept while Postgres is away: nobody is told twice', async (t) => {
    const { line, url } = await databaseOnALine(t)
    const service = await startService(t, { DATABASE_URL: url })
    const person = await linkedSomeone(service)
    service.telegram.setLatency(1_000)
    const eventId = await accepted(service, payout(person, 1))
    await until(() => (service.telegram.calls['sendmessage'] ?? 0) > 1, patienceMs, 'the call is under way')

    await line.cut()
    await until(() => sumsOn(service.telegram, person).length === 1, patienceMs, 'the message arrives')
    await line.mend()

    service.telegram.setLatency(0)
    const { deliveries } = await cameTo(service, eventId, 'sent')
    assert.equal(deliveries[0].repeat, false)
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('a disk that is full is no fault of the event: it goes on holding its place in the line', async (t) => {
    const databaseUrl = await testDatabase(t)
    const service = await startService(t, { DATABASE_URL: databaseUrl })
    const person = await linkedSomeone(service)
    await onDatabase(databaseUrl, (client) =>
      client.query(`create function full_disk() returns trigger language plpgsql as $$
                      begin raise exception 'could not extend file' using errcode = '53100'; end $$;
                    create trigger full_disk before insert on notifications execute function full_disk()`),
    )
    const ids = [await accepted(service, payout(person, 1)), await accepted(service, payout(person, 2))]
    const failures = () => service.logLines.filter((line) => line.includes('"event.plan_failed"')).length
    await until(() => failures() >= 2, patienceMs, 'they cannot be planned')

    const { counted } = await service.services.db.one(
      z.object({ counted: z.bigint() }),
      sql`select sum(plan_failures) as counted from events`,
    )
    await onDatabase(databaseUrl, (client) => client.query('drop trigger full_disk on notifications'))

    assert.equal(counted, 0n)
    for (const id of ids) await cameTo(service, id, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2])
  })

  it('Postgres comes and goes while 1C posts: what was answered 200 is told once, and nothing else is', async (t) => {
    const { line, url } = await databaseOnALine(t)
    const service = await startService(t, { DATABASE_URL: url })
    const person = await linkedSomeone(service)
    const told: number[] = []

    for (let number = 1; number <= 12; number++) {
      const event = payout(person, number)
      const breaking = number % 4 === 0 ? line.cut() : undefined
      // A sender whose answer was lost posts the same again, as 1C does.
      await until(
        async () => {
          const { status } = await service.post(event)
          if (status === 503) await line.mend()
          else assert.equal(status, 200)
          return status === 200
        },
        patienceMs,
        `event ${number} is taken`,
      )
      await breaking
      await line.mend()
      told.push(number)
    }

    await until(() => sumsOn(service.telegram, person).includes(12), 60_000, 'the last one is told')
    const plain = service.telegram.received.filter(
      ({ chatId, text }) => chatId === String(person.chat) && text.startsWith('Выплата'),
    )
    assert.equal(plain.length, told.length)
    assert.deepEqual([...new Set(sumsOn(service.telegram, person))], told)
    assert.equal(await eventsIn(service), told.length)
  })
})
