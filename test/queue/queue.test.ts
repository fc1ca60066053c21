import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPostgresBackend, isPgPool, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { openPool } from '../../src/db/database.ts'
import { jobLockMs } from '../../src/queue/queue.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { testDatabase } from '../support/postgres.ts'
import { redisSkip, startRedis } from '../support/redis.ts'
import { startService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

/** A worker that takes one job of `plan` and dies with it: the job stays locked. */
type DeadWorker = () => Promise<void>

describe('a worker dies with a job in its hands', { timeout: 150_000 }, () => {
  it('the event is planned within half a minute of the next start (queue in Postgres)', async (t) => {
    const databaseUrl = await testDatabase(t)
    await diesWithTheJob(t, { DATABASE_URL: databaseUrl }, async () => {
      const pool: unknown = openPool({ url: databaseUrl, max: 3, searchPath: 'bullmq' })
      assert.ok(isPgPool(pool))
      const worker = new Worker(
        'plan-money',
        null,
        { connection: pool, autorun: false, lockDuration: jobLockMs },
        createPostgresBackend,
      )
      worker.on('error', () => {})
      await until(async () => await worker.getNextJob('dead', { block: false }), 10_000, 'it takes the job')
      cleanup(t, async () => {
        await worker.close(true).catch(() => {})
        await pool.end()
      })
    })
  })

  it('the event is planned within half a minute of the next start (queue in Redis)', {
    skip: redisSkip(),
  }, async (t) => {
    const redis = await startRedis(t)
    await diesWithTheJob(t, { DATABASE_URL: await testDatabase(t), REDIS_URL: redis.url }, async () => {
      const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
      connection.on('error', () => {})
      const worker = new Worker('plan-money', null, {
        connection,
        prefix: 'vestnik',
        autorun: false,
        lockDuration: jobLockMs,
      })
      worker.on('error', () => {})
      await until(async () => await worker.getNextJob('dead', { block: false }), 10_000, 'it takes the job')
      cleanup(t, async () => {
        await worker.close(true).catch(() => {})
        connection.disconnect()
      })
    })
  })
})

async function diesWithTheJob(t: Cleanup, queue: Record<string, string>, takeAndDie: DeadWorker): Promise<void> {
  const door = await startService(t, { ...queue, ROLES: 'api' })
  const person = await linkedSomeone(door)
  const eventId = await accepted(door, payout(person, 1))
  await takeAndDie()

  await startService(t, {
    ...queue,
    ROLES: 'worker',
    TELEGRAM_BOT_TOKEN: door.telegram.token,
    TELEGRAM_API_ROOT: door.telegram.apiRoot,
  })
  const startedAt = Date.now()
  await cameTo(door, eventId, 'sent', 90_000)

  assert.ok(Date.now() - startedAt < 30_000, `took ${Math.round((Date.now() - startedAt) / 1000)} s`)
  assert.deepEqual(sumsOn(door.telegram, person), [1])
}
