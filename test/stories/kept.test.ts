import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { type Line, startLine } from '../support/line.ts'
import { testDatabase } from '../support/postgres.ts'
import { redisSkip, startRedis } from '../support/redis.ts'
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

describe('200 means kept', { timeout: 240_000 }, () => {
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

  it('events posted while no worker runs leave in their order when one starts', async (t) => {
    const databaseUrl = await testDatabase(t)
    const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const people = [await linkedSomeone(door), await linkedSomeone(door)]
    for (let number = 1; number <= 5; number++) {
      for (const person of people) await accepted(door, payout(person, number))
    }
    assert.deepEqual(door.telegram.received, [])

    await startService(t, {
      DATABASE_URL: databaseUrl,
      ROLES: 'worker',
      TELEGRAM_BOT_TOKEN: door.telegram.token,
      TELEGRAM_API_ROOT: door.telegram.apiRoot,
    })

    for (const person of people) {
      await until(() => sumsOn(door.telegram, person).length >= 5, patienceMs, 'all five come')
      assert.deepEqual(sumsOn(door.telegram, person), [1, 2, 3, 4, 5])
    }
  })

  it('a queue in Postgres that was emptied loses nothing', async (t) => {
    const databaseUrl = await testDatabase(t)
    const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const person = await linkedSomeone(door)
    for (let number = 1; number <= 3; number++) await accepted(door, payout(person, number))
    await emptyQueue(door)

    await startService(t, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_BOT_TOKEN: door.telegram.token,
      TELEGRAM_API_ROOT: door.telegram.apiRoot,
    })

    await until(() => sumsOn(door.telegram, person).length >= 3, patienceMs, 'all three come')
    assert.deepEqual(sumsOn(door.telegram, person), [1, 2, 3])
  })
})

describe('200 means kept, with the queue in Redis', { timeout: 240_000, skip: redisSkip() }, () => {
  it('Redis away: 1C is still answered 200 at once, and the messages leave when it is back', async (t) => {
    const redis = await startRedis(t)
    const service = await startService(t, { REDIS_URL: redis.url })
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')

    await redis.stop()
    const postedAt = Date.now()
    const ids = [await accepted(service, payout(person, 2)), await accepted(service, payout(person, 3))]
    assert.ok(Date.now() - postedAt < 5_000, `answered after ${Date.now() - postedAt} ms`)
    assert.equal(await isReady(service), true, 'the intake is open')

    await redis.start()
    for (const id of ids) await cameTo(service, id, 'sent', 60_000)
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3])
  })

  it('a service that starts while Redis is away takes events, and sends them when it is there', async (t) => {
    const redis = await startRedis(t)
    await redis.stop()
    const service = await startService(t, { REDIS_URL: redis.url })
    const person = await linkedSomeone(service)
    const eventId = await accepted(service, payout(person, 1))

    await redis.start()

    await cameTo(service, eventId, 'sent', 60_000)
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('Redis wiped in the middle of the work loses nothing and repeats nothing', async (t) => {
    const redis = await startRedis(t)
    const service = await startService(t, { REDIS_URL: redis.url, TELEGRAM_RATE_PER_SECOND: '20' })
    const people = await Promise.all(Array.from({ length: 6 }, () => linkedSomeone(service)))
    const events = Array.from({ length: 5 }, (_, index) => people.map((person) => payout(person, index + 1))).flat()
    assert.equal((await service.post(events)).status, 200)
    await until(
      () => service.telegram.received.filter(({ text }) => text.includes('₽')).length > 5,
      patienceMs,
      'it has begun',
    )

    await redis.flush()

    for (const person of people) {
      await until(() => sumsOn(service.telegram, person).length >= 5, 60_000, 'all five come')
      assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3, 4, 5])
    }
  })
})

/** As if somebody had wiped it: the tables stay, the jobs are gone. */
async function emptyQueue({ services }: TestService): Promise<void> {
  const tables = await services.db.many(
    z.object({ name: z.string() }),
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname = 'bullmq' and tablename !~ 'migration'`,
  )
  await services.db.run({ text: `truncate ${tables.map(({ name }) => name).join(', ')} cascade`, values: [] })
}
