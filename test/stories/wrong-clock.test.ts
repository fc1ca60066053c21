import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Cleanup } from '../support/cleanup.ts'
import { testDatabase } from '../support/postgres.ts'
import { builtOf, startProcess, type TestProcess } from '../support/process.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  patienceMs,
  payout,
  screenOf,
  sumsOn,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const hourMs = 3_600_000

/** A worker on a machine whose clock was set wrong. */
async function startWorker(
  t: Cleanup,
  { telegram, databaseUrl }: Door,
  clockMs: number,
  more: Record<string, string> = {},
): Promise<TestProcess> {
  return await startProcess(
    t,
    testEnvironment(databaseUrl, {
      ...more,
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
      for (const id of ids) await cameTo(door, id, 'sent', 10_000)
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

  it('what it held in the queue when it died is free for the others, although its locks last for hours', async (t) => {
    const door = await startDoor(t)
    const people = await Promise.all(Array.from({ length: 6 }, () => linkedSomeone(door)))
    // So slow that all but one wait for their turn in its hands.
    const ahead = await startWorker(t, door, 2 * hourMs, { TELEGRAM_RATE_PER_SECOND: '1' })
    const ids: string[] = []
    for (const person of people) ids.push(await accepted(door, payout(person, 1)))
    await until(() => people.some((person) => sumsOn(door.telegram, person).length > 0), patienceMs, 'one has left')
    ahead.kill('SIGKILL')

    await startWorker(t, door, 0)

    for (const [index, id] of ids.entries()) {
      const { repeat } = (await cameTo(door, id, 'sent')).deliveries[0]
      // Of what it was sending, the answer died with it.
      const times = screenOf(door.telegram, people[index] ?? { chat: 0 }).length
      assert.ok(times === 1 || (times === 2 && repeat), `${times} times, repeat ${repeat}`)
    }
  })
})

async function stateOf({ api }: Door, id: string): Promise<string> {
  return (await api('GET', `/events/${id}`)).body.notifications[0]?.state
}
