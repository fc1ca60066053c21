import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { testDatabase } from '../support/postgres.ts'
import { startProcess } from '../support/process.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  reminder,
  screenOf,
  sumsOn,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

describe('the limits belong to the bot', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  it('a 429 pauses the whole bot for as long as it says, uses up no attempt of the schedule, and nothing is lost', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => linkedSomeone(service)))
    const [first, ...others] = people
    assert.ok(first)
    service.telegram.faults.limit(3, aboutMoneyTo(first))
    const limited = await accepted(service, payout(first, 1))
    const { reason } = await until(
      async () => {
        const notification = await notificationOf(service, limited)
        return notification?.reason === 'rate_limited' ? notification : undefined
      },
      patienceMs,
      'the message waits because of the limit',
    )
    const limitedAt = Date.now()
    const waiting = await Promise.all(others.map((person, index) => accepted(service, payout(person, index + 2))))

    const ends = await Promise.all([limited, ...waiting].map((id) => cameTo(service, id, 'sent')))

    assert.equal(reason, 'rate_limited')
    for (const person of others) {
      const [message] = screenOf(service.telegram, person).filter(({ text }) => text.includes('₽'))
      // The pause began before we saw it; the clock of the messenger is ours.
      assert.ok((message?.at.getTime() ?? 0) >= limitedAt + 3_000 - 2_000, 'nobody is written to meanwhile')
    }
    for (const [index, person] of people.entries()) assert.deepEqual(sumsOn(service.telegram, person), [index + 1])
    for (const { reason: left } of ends) assert.equal(left, undefined)
    const [row] = await service.services.db.many(
      z.object({ failures: z.number() }),
      sql`select failures from deliveries where event_id = ${limited}`,
    )
    assert.equal(row?.failures, 0)
  })

  it('an alert to an administrator takes its place in the bot’s budget: it waits for the end of a pause, and meets a limit as all do', async () => {
    const admin = await linkedSomeone(service)
    const { db } = service.services
    await service.api('PUT', '/alerts', { chats: [{ channel: 'telegram', address: String(admin.chat) }] })
    service.telegram.faults.limit(1, { chatId: String(admin.chat), textIncludes: 'Вестник' })
    const pausedUntil = Date.now() + 2_000
    await pauseFor(service, 2_000)
    await db.run(sql`insert into alerts (id, channel, turn, description) values ('alr_1', 'max', 'down', 'x')`)
    const told = await waitForMessage(service.telegram, admin, 'MAX не принимает сообщения')
    // The second of the limit comes after the pause.
    assert.ok(told.at.getTime() >= pausedUntil + 900, `told ${told.at.getTime() - pausedUntil} ms after the pause`)
    const { free_at: freeAt } = await db.one(
      z.object({ free_at: z.date() }),
      sql`select free_at from channel_limits where channel = 'telegram'`,
    )
    assert.ok(freeAt.getTime() >= pausedUntil, 'the place that it took is taken')
    await service.api('PUT', '/alerts', { chats: [] })
  })

  it('five hints of one delivery that meet in a round while the bot is paused are one message', async () => {
    const person = await linkedSomeone(service)
    await pauseFor(service, 1_500)
    const eventId = await accepted(service, payout(person, 100))
    const { id } = await until(
      async () => (await notificationOf(service, eventId))?.deliveries[0],
      patienceMs,
      'it is planned',
    )
    await service.services.queue.add(
      Array.from({ length: 5 }, (_, index) => ({
        queue: 'telegram-money',
        jobId: `${id}-0-hint${index}`,
        data: { id, v: 1 as const },
      })),
    )

    const { deliveries } = await cameTo(service, eventId, 'sent')
    await accepted(service, payout(person, 200))
    await until(() => sumsOn(service.telegram, person).includes(200), patienceMs, 'the next message comes')

    assert.deepEqual(sumsOn(service.telegram, person), [100, 200])
    assert.equal(deliveries[0].attempts.length, 1)
    assert.equal(deliveries[0].repeat, false)
  })

  it('a wrong token stops the channel, not the intake; once the token is good again everything leaves', async () => {
    const people = await Promise.all([linkedSomeone(service), linkedSomeone(service), linkedSomeone(service)])
    service.telegram.faults.error(401, 'Unauthorized', { textIncludes: '₽', times: 1_000 })
    const ids = await Promise.all(people.map((person) => accepted(service, payout(person, 1))))
    const stopped = await until(
      async () => {
        const notifications = await Promise.all(ids.map((id) => notificationOf(service, id)))
        return notifications.find((each) => each?.reason === 'config')
      },
      patienceMs,
      'a message waits because of the configuration',
    )
    assert.equal(stopped.state, 'waiting')
    const callsBefore = service.telegram.calls['sendmessage']
    const late = await accepted(service, payout(people[0] ?? { id: '' }, 2))
    await until(async () => await notificationOf(service, late), patienceMs, 'the late one is planned')
    assert.equal(service.telegram.calls['sendmessage'], callsBefore, 'the channel rests')

    service.telegram.faults.clear()
    await nothingInHand(service, ids)
    await endPause(service)

    for (const id of [...ids, late]) await cameTo(service, id, 'sent')
    assert.deepEqual(sumsOn(service.telegram, people[0] ?? { chat: 0 }), [1, 2])
    const { brokenCount } = await weather(service)
    assert.equal(brokenCount, 0)
  })

  it('messages that meet the wrong token at the same moment are one sign of trouble, not many', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => linkedSomeone(service)))
    service.telegram.setLatency(300)
    service.telegram.faults.error(401, 'Unauthorized', { textIncludes: '₽', times: 1_000 })
    const ids = await Promise.all(people.map((person) => accepted(service, payout(person, 1))))
    await until(async () => (await weather(service)).brokenCount > 0, patienceMs, 'the channel is found broken')
    service.telegram.setLatency(0)
    await nothingInHand(service, ids)

    // The first pause is half a minute: one more failure must not make a quarter of an hour of it.
    await endPause(service)
    const before = service.telegram.calls['sendmessage'] ?? 0
    await until(() => (service.telegram.calls['sendmessage'] ?? 0) > before, patienceMs, 'the channel is tried again')
    const { pausedForS } = await until(
      async () => {
        const now = await weather(service)
        return now.pausedForS > 0 ? now : undefined
      },
      patienceMs,
      'it is paused again',
    )
    assert.ok(pausedForS <= 61, `paused for ${Math.round(pausedForS)} s after the second failure`)
    service.telegram.faults.clear()
    await nothingInHand(service, ids)
    await endPause(service)
    for (const id of ids) await cameTo(service, id, 'sent')
  })
})

describe('one budget for all workers', { timeout: 240_000 }, () => {
  const perSecond = 20

  it('two workers together never send more than the bot may, and a payout overtakes three hundred reminders', async (t) => {
    const databaseUrl = await testDatabase(t)
    const service = await startService(t, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_RATE_PER_SECOND: String(perSecond),
    })
    await startProcess(
      t,
      testEnvironment(databaseUrl, {
        ROLES: 'worker',
        TELEGRAM_BOT_TOKEN: service.telegram.token,
        TELEGRAM_API_ROOT: service.telegram.apiRoot,
        TELEGRAM_RATE_PER_SECOND: String(perSecond),
      }),
    )
    const crowd = await Promise.all(Array.from({ length: 30 }, () => linkedSomeone(service)))
    const lucky = await linkedSomeone(service)
    const noon = zoneWhereItIs(13)
    const reminders = crowd.flatMap((person) =>
      Array.from({ length: 10 }, (_, index) => reminder(person, index + 1, noon)),
    )
    assert.equal((await service.post(reminders)).status, 200)
    await until(() => remindersIn(service).length >= 20, patienceMs, 'reminders are leaving')

    const before = remindersIn(service).length
    const payoutId = await accepted(service, payout(lucky, 500))
    await cameTo(service, payoutId, 'sent')

    const overtaken = crowd.length * 10 - remindersIn(service).length
    assert.ok(overtaken > 200, `only ${overtaken} reminders were still waiting`)
    const paidAt =
      screenOf(service.telegram, lucky)
        .find(({ text }) => text.includes('500'))
        ?.at.getTime() ?? 0
    const between = remindersIn(service).filter(({ at }) => at.getTime() <= paidAt).length - before
    assert.ok(between <= 3 * perSecond, `${between} reminders left before the payout`)

    await until(() => remindersIn(service).length >= 120, patienceMs, 'reminders keep leaving')
    const moments = remindersIn(service).map(({ at }) => at.getTime())
    assertNoFasterThan(moments, perSecond)
  })
})

function remindersIn(service: TestService) {
  return service.telegram.received.filter(({ text }) => text.startsWith('Напоминаем'))
}

/** In any second no more than the limit, and what a busy machine may bunch up of the slots before. */
function assertNoFasterThan(moments: readonly number[], perSecond: number): void {
  const sorted = [...moments].sort((a, b) => a - b)
  const tolerance = Math.ceil(perSecond / 2)
  for (const [index, from] of sorted.entries()) {
    const within = sorted.slice(index).filter((each) => each < from + 1_000).length
    assert.ok(within <= perSecond + tolerance, `${within} in a second, ${perSecond} are allowed`)
  }
  const seconds = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / 1_000
  assert.ok(sorted.length - 1 <= seconds * perSecond + tolerance, `${sorted.length} in ${seconds} s`)
}

async function weather({ services }: TestService): Promise<{ brokenCount: number; pausedForS: number }> {
  const row = await services.db.one(
    z.object({ broken_count: z.number(), paused_for_s: z.number() }),
    sql`select broken_count, extract(epoch from paused_until - clock_timestamp())::float8 as paused_for_s
        from channel_limits where channel = 'telegram'`,
  )
  return { brokenCount: row.broken_count, pausedForS: row.paused_for_s }
}

/** What is on its way yet could pause the channel once more. */
async function nothingInHand(service: TestService, ids: readonly string[]): Promise<void> {
  await until(
    async () => {
      const notifications = await Promise.all(ids.map((id) => notificationOf(service, id)))
      return notifications.every((each) => each?.state === 'waiting' || each?.state === 'queued')
    },
    patienceMs,
    'nothing is in hand',
  )
}

async function pauseFor({ services }: TestService, ms: number): Promise<void> {
  await services.db.run(
    sql`insert into channel_limits (channel, paused_until) values ('telegram', clock_timestamp() + ${ms} * interval '1 millisecond')
        on conflict (channel) do update set paused_until = excluded.paused_until`,
  )
}

/** The tests have less patience than a channel whose token is wrong: its pause, and that of its messages, ends now. */
async function endPause({ services: { db, queue } }: TestService): Promise<void> {
  await db.run(sql`update channel_limits set paused_until = clock_timestamp()`)
  const waiting = await db.many(
    z.object({ id: z.string() }),
    sql`update deliveries set next_attempt_at = clock_timestamp() where decided_at is null and state <> 'sending' returning id`,
  )
  // Their own jobs still sleep in the queue.
  await queue.add(
    waiting.map(({ id }) => ({
      queue: 'telegram-money',
      jobId: `${id}-now-${Date.now()}`,
      data: { id, v: 1 as const },
    })),
  )
}
