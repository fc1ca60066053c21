import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { redisSkip, startRedis } from '../support/redis.ts'
import { startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

describe('200 means kept, whatever becomes of the queue', { timeout: 180_000 }, () => {
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
    await door.stop()
    await emptyQueue(databaseUrl)

    await startService(t, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_BOT_TOKEN: door.telegram.token,
      TELEGRAM_API_ROOT: door.telegram.apiRoot,
    })

    await until(() => sumsOn(door.telegram, person).length >= 3, patienceMs, 'all three come')
    assert.deepEqual(sumsOn(door.telegram, person), [1, 2, 3])
  })

  it('a month of the journal that cannot be made is no reason to leave the sweep’s work undone', async (t) => {
    const databaseUrl = await testDatabase(t)
    const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const person = await linkedSomeone(door)
    const eventId = await accepted(door, payout(person, 1))
    await door.stop()
    await emptyQueue(databaseUrl)
    // A service that slept for months writes before it has made the month: the row lands in the partition for the rest.
    await onDatabase(databaseUrl, async (client) => {
      const { rows } = await client.query<{ month: string }>(
        `select to_char(now() at time zone 'utc' + interval '2 months', 'YYYY_MM') as month`,
      )
      await client.query(`drop table attempts_${rows[0]?.month}`)
      await client.query(
        `insert into attempts (id, delivery_id, channel, number, repeat, started_at)
         values ('att_x', 'dlv_x', 'telegram', 1, false, now() + interval '2 months')`,
      )
    })

    const service = await startService(t, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_BOT_TOKEN: door.telegram.token,
      TELEGRAM_API_ROOT: door.telegram.apiRoot,
    })

    await cameTo(service, eventId, 'sent')
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

async function isReady({ url }: TestService): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).status === 200
}

/** As if somebody had wiped it: the tables stay, the jobs are gone. The service that filled it must have stopped. */
async function emptyQueue(databaseUrl: string): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ names: string }>(
      `select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables
       where schemaname = 'bullmq' and tablename !~ 'migration'`,
    )
    await client.query(`truncate ${rows[0]?.names} cascade`)
  })
}
