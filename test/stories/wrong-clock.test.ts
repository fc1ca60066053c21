import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Cleanup } from '../support/cleanup.ts'
import { testDatabase } from '../support/postgres.ts'
import { builtOf, startProcess, type TestProcess } from '../support/process.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import { aboutMoneyTo, accepted, cameTo, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

const hourMs = 3_600_000

/** A worker on a machine whose clock was set wrong. */
async function startWorker(t: Cleanup, { telegram, databaseUrl }: Door, clockMs: number): Promise<TestProcess> {
  return await startProcess(
    t,
    testEnvironment(databaseUrl, {
      ROLES: 'worker',
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      NODE_OPTIONS: `--import ${pathToFileURL(builtOf('test/chaos/clock.ts')).href}`,
      CHAOS_CLOCK_MS: String(clockMs),
    }),
  )
}

type Door = TestService & { databaseUrl: string }

async function startDoor(t: Cleanup): Promise<Door> {
  const databaseUrl = await testDatabase(t)
  return { ...(await startService(t, { DATABASE_URL: databaseUrl, ROLES: 'api' })), databaseUrl }
}

describe('the clock of a worker is wrong', { timeout: 180_000 }, () => {
  for (const hours of [2, -2]) {
    it(`by ${hours} hours: payouts leave all the same, at once`, async (t) => {
      const door = await startDoor(t)
      const person = await linkedSomeone(door)
      await startWorker(t, door, hours * hourMs)
      const ids = [await accepted(door, payout(person, 1)), await accepted(door, payout(person, 2))]
      for (const id of ids) await cameTo(door, id, 'sent')
      assert.deepEqual(sumsOn(door.telegram, person), [1, 2])
    })
  }

  it('what it has put off is tried again in time by the others', async (t) => {
    const door = await startDoor(t)
    const person = await linkedSomeone(door)
    door.telegram.faults.dropped(aboutMoneyTo(person))
    door.telegram.faults.limit(2, aboutMoneyTo(person))
    const ahead = await startWorker(t, door, 2 * hourMs)
    const id = await accepted(door, payout(person, 1))
    await until(() => (door.telegram.calls['sendmessage'] ?? 0) > 0, patienceMs, 'the first try')
    await until(async () => ['waiting', 'unknown'].includes(await stateOf(door, id)), patienceMs, 'it is put off')
    ahead.kill('SIGKILL')

    await startWorker(t, door, 0)

    await cameTo(door, id, 'sent')
    assert.deepEqual(sumsOn(door.telegram, person), [1])
  })
})

async function stateOf({ api }: Door, id: string): Promise<string> {
  return (await api('GET', `/events/${id}`)).body.notifications[0]?.state
}
