import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  notificationOf,
  patienceMs,
  payout,
  reminder,
  screenOf,
  someone,
  sumsOn,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString()
const serviceConsent = { purpose: 'service', granted: true }

describe('nothing leaves by accident', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  it('a test event is answered 200, journaled with its text, and never sent', async () => {
    const person = await linkedSomeone(service)
    const id = await accepted(service, payout(person, 100), { 'x-test': '1' })

    const { state, reason } = await decided(service, id)
    const { body } = await service.api('GET', `/journal?limit=1000`)
    const line = body.items.find((each: { eventId: string }) => each.eventId === id)

    assert.deepEqual([state, reason, line.test], ['skipped', 'test_mode', true])
    assert.ok(line.text.startsWith('Выплата 100\u00a0₽'), line.text)
    await cameTo(service, await accepted(service, payout(person, 200)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [200])
  })

  it('a test event with a stranger’s phone does not change whom real messages reach', async () => {
    const person = someone()
    await service.api('PUT', `/clients/${person.id}`, { phone: person.phone })
    await linksHimself(service, person)

    const test = payout(person, 1, { client: { id: person.id, phone: '+79990000000', fullName: 'Тест Тестов' } })
    await decided(service, await accepted(service, test, { 'x-test': '1' }))
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')

    assert.deepEqual(sumsOn(service.telegram, person), [2])
    const { body } = await service.api('GET', `/clients/${person.id}`)
    assert.deepEqual([body.phone, body.fullName], [person.phone, undefined])
  })

  const late: [title: string, event: Record<string, unknown>, reason: string | undefined][] = [
    ['a payout of 31 days ago', { occurredAt: daysAgo(31) }, 'too_late'],
    ['a payout of 29 days ago', { occurredAt: daysAgo(29) }, undefined],
    ['an acceptance of 8 days ago', { type: 'operation.accepted', occurredAt: daysAgo(8) }, 'too_late'],
    [
      'a greeting of 8 days ago',
      { type: 'greeting', occurredAt: daysAgo(8), consent: { advertising: true } },
      'too_late',
    ],
    [
      'a greeting of today: promo and Telegram',
      { type: 'greeting', consent: { advertising: true } },
      'channel_forbidden',
    ],
  ]
  for (const [title, more, reason] of late) {
    it(`${title}: ${reason ?? 'sent'}`, async () => {
      const person = await linkedSomeone(service)
      const end = await decided(service, await accepted(service, payout(person, 1, more)))
      assert.deepEqual([end.state, end.reason], [reason === undefined ? 'sent' : 'skipped', reason])
    })
  }

  it('without consent nobody is written to; «/stop» ends it at once, also for what is queued already', async () => {
    const silent = await linkedSomeone(service, { consents: [] })
    assert.equal((await decided(service, await accepted(service, payout(silent, 1)))).reason, 'no_consent')

    const person = await linkedSomeone(service)
    const queued = await accepted(service, reminder(person, 1, zoneWhereItIs(2)))
    await cameTo(service, queued, 'waiting')
    service.telegram.person(person.chat).say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    // The morning comes.
    const { db } = service.services
    await db.run({
      text: `update deliveries set next_attempt_at = now() - interval '10 seconds', hinted_at = null where event_id = $1`,
      values: [queued],
    })

    assert.equal((await decided(service, await accepted(service, payout(person, 2)))).reason, 'opted_out')
    const end = await decided(service, queued)
    assert.deepEqual([end.state, end.reason], ['skipped', 'opted_out'])
    assert.deepEqual(sumsOn(service.telegram, person), [])
  })

  it('consent that 1C dates into the future does not outlive the client’s own «/stop»', async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString()
    const person = await linkedSomeone(service, { consents: [{ ...serviceConsent, at: future }] })
    service.telegram.person(person.chat).say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    assert.equal((await decided(service, await accepted(service, payout(person, 1)))).reason, 'opted_out')
    assert.deepEqual(sumsOn(service.telegram, person), [])
  })

  it('what could not be delivered in its time is failed: expired, and holds back nobody', async () => {
    const person = await linkedSomeone(service)
    const old = await accepted(service, reminder(person, 1, zoneWhereItIs(2)))
    await cameTo(service, old, 'waiting')
    await service.services.db.run({
      text: `update deliveries set expires_at = now() - interval '1 second' where event_id = $1`,
      values: [old],
    })
    const end = await decided(service, old)
    assert.deepEqual([end.state, end.reason], ['failed', 'expired'])
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
  })

  it('what a copy of the infobase posts is held, and does not use up the event of the real one', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1, { infobase: 'real' })), 'sent')
    const event = payout(person, 500, { infobase: 'real' })

    // A tester pays the same document in the copy before it is paid in earnest.
    const copied = await service.post({ ...event, infobase: 'copy', occurredAt: daysAgo(0.01) })
    const { status, body } = await service.post(event)

    assert.equal(copied.body.results[0].warnings[0].code, 'infobase_quarantined')
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.results[0].status, 'accepted')
    await cameTo(service, body.results[0].id, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 500])
  })

  it('an infobase that an operator confirms is told of what was held, once, however often it posts it again', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1, { infobase: 'real' })), 'sent')
    const event = payout(person, 600, { infobase: 'second' })
    const held = await accepted(service, event)
    assert.equal((await service.post(event)).body.results[0].status, 'duplicate')

    await service.api('POST', '/infobases/confirm', { infobase: 'second' })
    await cameTo(service, held, 'sent')
    const again = await service.post(event)

    assert.deepEqual([again.body.results[0].status, again.body.results[0].id], ['duplicate', held])
    await cameTo(service, await accepted(service, payout(person, 2, { infobase: 'second' })), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 600, 2])
  })

  it('a phone that a copy of the infobase says does not change whom real messages reach', async () => {
    const person = someone()
    await decided(
      service,
      await accepted(service, payout(person, 1, { infobase: 'real', client: { id: person.id, phone: person.phone } })),
    )
    await linksHimself(service, person)

    const fake = { id: person.id, phone: '+79990000001' }
    await service.post(payout(person, 2, { infobase: 'copy', client: fake }))
    const { state } = await decided(service, await accepted(service, payout(person, 3, { infobase: 'real' })))

    assert.equal(state, 'sent')
    // The first had nowhere to go until he linked his chat; the copy's is told to nobody.
    assert.deepEqual(sumsOn(service.telegram, person), [1, 3])
  })
})

describe('the owner’s own switches', { timeout: 120_000 }, () => {
  it('SEND_MODE=test: nothing leaves, everything is journaled', async (t) => {
    const service = await startService(t, { SEND_MODE: 'test' })
    const person = await linkedSomeone(service)
    const end = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([end.state, end.reason], ['skipped', 'test_mode'])
    await botIsMuted(service)
    assert.deepEqual(screenOf(service.telegram, person), [], 'the bot is silent too')
  })

  it('SEND_MODE=team: only contacts marked as team are written to', async (t) => {
    const service = await startService(t, { SEND_MODE: 'team' })
    const client = await linkedSomeone(service)
    const colleague = await linkedSomeone(service)
    await service.api('PUT', `/clients/${colleague.id}`, {
      contacts: [{ channel: 'telegram', address: String(colleague.chat), team: true }],
    })
    assert.equal((await decided(service, await accepted(service, payout(client, 1)))).reason, 'not_team')
    assert.equal((await decided(service, await accepted(service, payout(colleague, 2)))).state, 'sent')
    assert.deepEqual([sumsOn(service.telegram, client), sumsOn(service.telegram, colleague)], [[], [2]])
    await botIsMuted(service)
    service.telegram.person(colleague.chat).say('меню')
    await waitForMessage(service.telegram, colleague, 'Что показать?')
    assert.deepEqual(screenOf(service.telegram, client), [], 'the bot speaks to the team only')
  })

  it('FOREIGN_MESSENGERS=forbidden: Telegram sends nothing, not even what was queued before', async (t) => {
    const databaseUrl = await testDatabase(t)
    const before = await startService(t, { DATABASE_URL: databaseUrl })
    const person = await linkedSomeone(before)
    const queued = await accepted(before, reminder(person, 1, zoneWhereItIs(2)))
    await cameTo(before, queued, 'waiting')
    await before.stop()

    const service = await startService(t, { DATABASE_URL: databaseUrl, FOREIGN_MESSENGERS: 'forbidden' })
    await service.services.db.run({
      text: `update deliveries set next_attempt_at = now() - interval '10 seconds' where event_id = $1`,
      values: [queued],
    })
    await service.api('PUT', '/alerts', { chats: [{ channel: 'telegram', address: String(person.chat) }] })
    await service.services.db.run({
      text: `insert into alerts (id, channel, turn, description) values ('alr_1', 'max', 'down', 'x')`,
      values: [],
    })
    service.telegram.person(person.chat).start()
    await botIsMuted(service)
    const fresh = await decided(service, await accepted(service, payout(person, 2)))
    const old = await decided(service, queued)

    assert.deepEqual([fresh.state, fresh.reason], ['skipped', 'channel_forbidden'])
    assert.deepEqual([old.state, old.reason], ['skipped', 'channel_forbidden'])
    assert.deepEqual(
      before.telegram.received.filter(({ text }) => /₽/.test(text)),
      [],
    )
    assert.deepEqual(service.telegram.received, [], 'nor does the bot')
  })

  it('no token: the channel is off, and the intake is not', async (t) => {
    const service = await startService(t, { TELEGRAM_BOT_TOKEN: '' })
    const saved = await service.api('PUT', '/clients/c', {
      contacts: [{ channel: 'telegram', address: '1' }],
      consents: [serviceConsent],
    })
    assert.equal(saved.status, 200)
    const end = await decided(service, await accepted(service, payout({ id: 'c' }, 1)))
    assert.deepEqual([end.state, end.reason], ['skipped', 'channel_off'])
    assert.equal(end.deliveries[0]?.state, undefined)
  })

  it('quiet hours: a reminder waits for the morning of its branch, money does not', async (t) => {
    const service = await startService(t)
    const person = await linkedSomeone(service)
    const night = zoneWhereItIs(2)
    const sleeping = await accepted(service, reminder(person, 1, night))
    const awake = await accepted(service, reminder(await linkedSomeone(service), 2, zoneWhereItIs(13)))
    const money = await accepted(service, payout(person, 3, { branch: { code: 'n', timezone: night } }))
    await cameTo(service, awake, 'sent')
    await cameTo(service, money, 'sent')
    assert.equal((await notificationOf(service, sleeping)).state, 'waiting')
    await until(() => screenOf(service.telegram, person).length > 0, patienceMs, 'money came')
    assert.deepEqual(sumsOn(service.telegram, person), [3])
  })
})

/** Somebody has spoken to the bot, and it has kept silent. */
async function botIsMuted({ url }: Pick<TestService, 'url'>): Promise<void> {
  const count = /vestnik_bot_answers_total\{channel="telegram",result="muted"\} [1-9]/
  await until(async () => count.test(await (await fetch(`${url}/metrics`)).text()), patienceMs, 'the bot is muted')
}
