import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Cleanup } from '../support/cleanup.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, type Someone, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

it('an event of a type that only the next version knows is left to that version, and keeps its place in the line', async (t) => {
  const { door, person, databaseUrl, logs } = await withUnknown(t)

  // Somebody else’s message has gone the whole way: by then the first one has been looked at.
  const other = await linkedSomeone(door)
  await cameTo(door, await accepted(door, payout(other, 3)), 'sent')
  assert.deepEqual(sumsOn(door.telegram, person), [])
  assert.deepEqual(
    logs().filter((line) => /plan_failed|job\.failed/.test(line)),
    [],
  )

  await onDatabase(databaseUrl, (client) =>
    client.query(`update events set type = 'payout.paid' where type = 'payout.of_tomorrow'`),
  )
  await until(() => sumsOn(door.telegram, person).length === 2, patienceMs, 'both come')
  assert.deepEqual(sumsOn(door.telegram, person), [1, 2])
})

it('after ten minutes without such a version nobody’s money waits for that event any longer', async (t) => {
  const { door, person, databaseUrl } = await withUnknown(t)
  await onDatabase(databaseUrl, (client) =>
    client.query(
      `update events set received_at = received_at - interval '11 minutes' where type = 'payout.of_tomorrow'`,
    ),
  )
  await until(() => sumsOn(door.telegram, person).length === 1, patienceMs, 'the second one comes')
  assert.deepEqual(sumsOn(door.telegram, person), [2])
})

/** Two payouts to one person; the first of them as the next version of the program would have kept it. */
async function withUnknown(t: Cleanup): Promise<{
  door: TestService
  person: Someone
  databaseUrl: string
  logs(): string[]
}> {
  const databaseUrl = await testDatabase(t)
  const door = await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })
  const person = await linkedSomeone(door)
  const first = await accepted(door, payout(person, 1))
  await onDatabase(databaseUrl, (client) =>
    client.query(`update events set type = 'payout.of_tomorrow' where id = $1`, [first]),
  )
  await accepted(door, payout(person, 2))
  const worker = await startService(t, {
    DATABASE_URL: databaseUrl,
    ROLES: 'worker',
    TELEGRAM_BOT_TOKEN: door.telegram.token,
    TELEGRAM_API_ROOT: door.telegram.apiRoot,
  })
  return { door, person, databaseUrl, logs: () => worker.logLines }
}
