import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { branded } from '../../src/lib/ids.ts'
import { moveOn } from '../../src/notifications/move.ts'
import { moveNeeds } from '../../src/workers.ts'
import { linkedInMax, type MaxPerson, type MaxService, maxScreenOf, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  notificationOf,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

/** In MAX and in Telegram. */
type Both = MaxPerson & Pick<Someone, 'chat'>

describe('a client with two messengers', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: MaxService

  before(async () => {
    service = await startMaxService(scope)
  })

  const inBoth = async (where = service): Promise<Both> => {
    const person = await linkedInMax(where)
    const { chat } = someone()
    const { status } = await where.api('PUT', `/clients/${person.id}`, {
      phone: person.phone,
      contacts: [
        { channel: 'max', address: String(person.userId) },
        { channel: 'telegram', address: String(chat) },
      ],
    })
    assert.equal(status, 200)
    where.telegram.person(chat, { firstName: 'Иван' }).start()
    return { ...person, chat }
  }
  const sums = (texts: readonly { text: string }[]) => texts.flatMap(({ text }) => /(\d+)\u00a0₽/.exec(text)?.[1] ?? [])
  const inMax = (person: Both, where = service) => sums(maxScreenOf(where.max, person))
  const inTelegram = (person: Both, where = service) => sums(screenOf(where.telegram, person))
  const pathOf = (notification: Json) =>
    notification.deliveries.map((each: Json) => [each.channel, each.state, each.reason].filter(Boolean).join(' '))
  const aboutMoneyTo = ({ userId }: MaxPerson) => ({ userId: String(userId), textIncludes: '₽' })
  const suspended = 'Key: error.dialog.suspended, args: [182182182,].'

  it('is told in the first of the order, and only there', async () => {
    const person = await inBoth()
    const notification = await cameTo(service, await accepted(service, payout(person, 100)), 'sent')
    assert.deepEqual(pathOf(notification), ['max sent'])
    assert.deepEqual([inMax(person), inTelegram(person)], [['100'], []])
  })

  it('has stopped the bot in the first: is told in the second at once, in order, each once', async () => {
    const person = await inBoth()
    service.max.faults.error(403, 'chat.denied', suspended, aboutMoneyTo(person))
    const ids: string[] = []
    for (const sum of [201, 202, 203]) ids.push(await accepted(service, payout(person, sum)))
    const notifications: Json[] = []
    for (const id of ids) notifications.push(await cameTo(service, id, 'sent'))
    assert.deepEqual(pathOf(notifications[0]), ['max failed blocked', 'telegram sent'])
    for (const each of notifications) assert.equal(each.deliveries.at(-1).channel, 'telegram')
    assert.deepEqual([inMax(person), inTelegram(person)], [[], ['201', '202', '203']])
  })

  it('is reminded of an instalment nowhere else, once it was paid while the reminder was on its way', async () => {
    const person = await inBoth()
    const operation = `plan-${person.id}`
    const stage = (number: number, more: Json = {}) => ({
      id: `${operation}/${number}`,
      type: 'payout.partial',
      occurredAt: new Date().toISOString(),
      branch: { code: 'NOON', timezone: zoneWhereItIs(12) },
      client: { id: person.id },
      operation: { id: operation },
      payment: { amount: '300.00', stage: number, stages: 2, ...more },
    })
    const nextDate = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    await cameTo(service, await accepted(service, stage(1, { nextDate })), 'sent')
    const { db } = service.services
    await until(
      async () =>
        (await db.run(
          sql`update schedules set due_at = now() where operation_id = ${operation} and state = 'planned'`,
        )) > 0,
      patienceMs,
      'the reminder is planned',
    )
    const reminder = await until(
      async () => (await service.api('GET', `/schedules?operationId=${operation}`)).body.items[0].endedBy,
      patienceMs,
      'the reminder is made',
    )
    await cameTo(service, reminder, 'sent')
    await cameTo(service, await accepted(service, stage(2)), 'sent')
    // As if MAX had refused it only now.
    await db.run(
      sql`update deliveries set state = 'failed', reason = 'blocked', decided_at = null, move_since = now() - interval '1 minute'
          where event_id = ${reminder}`,
    )
    assert.deepEqual(pathOf(await cameTo(service, reminder, 'failed')), ['max failed blocked'])
  })

  it('what waits for a messenger that was switched off meanwhile is told in another', async () => {
    const person = await inBoth()
    const { db } = service.services
    await db.run(sql`update channel_limits set paused_until = now() + interval '8 seconds' where channel = 'max'`)
    const id = await accepted(service, payout(person, 150))
    // As if it had been planned for VK, which is off.
    const turnOff = sql`update deliveries set channel = 'vk', state = 'waiting' where event_id = ${id}`
    await until(async () => (await db.run(turnOff)) > 0, patienceMs, 'it waits for MAX')
    await db.run(sql`update channel_limits set paused_until = now() where channel = 'max'`)
    const notification = await cameTo(service, id, 'sent')
    assert.deepEqual(pathOf(notification), ['vk failed channel_down', 'telegram sent'])
  })

  it('what only the next version knows is not ended while it moves: that version goes on with it', async () => {
    const person = await inBoth()
    const id = await accepted(service, payout(person, 160))
    await cameTo(service, id, 'sent')
    const { services } = service
    await services.db.run(sql`update events set type = 'payout.of_tomorrow' where id = ${id}`)
    const [row] = await services.db.many(
      z.object({ id: z.string().transform(branded<'delivery'>) }),
      sql`update deliveries set state = 'failed', reason = 'blocked', decided_at = null, move_since = now() where event_id = ${id} returning id`,
    )
    assert.ok(row)
    await moveOn(moveNeeds(services), [row.id], 'failed')
    const left = await services.db.many(
      z.object({ move_since: z.date(), decided_at: z.null() }),
      sql`select move_since, decided_at from deliveries where event_id = ${id}`,
    )
    assert.equal(left.length, 1)
    await services.db.run(sql`update events set type = 'payout.paid' where id = ${id}`)
    assert.deepEqual(pathOf(await cameTo(service, id, 'sent')), ['max failed blocked', 'telegram sent'])
  })

  it('a message that does not open holds up no other of its round', async () => {
    const [spoilt, other] = [await inBoth(), await inBoth()]
    const { db } = service.services
    await db.run(sql`update channel_limits set paused_until = now() + interval '8 seconds' where channel = 'max'`)
    const ids = [await accepted(service, payout(spoilt, 1)), await accepted(service, payout(other, 2))]
    await until(
      async () => (await db.run(sql`update deliveries set message = '\\x0102' where event_id = ${ids[0]}`)) > 0,
      patienceMs,
      'it waits for MAX',
    )
    await cameTo(service, ids[1] ?? '', 'sent')
    await until(
      () => service.logLines.some((line) => line.includes('"unreadable"')),
      patienceMs,
      'it is told in the log',
    )
    assert.deepEqual([inMax(spoilt), inMax(other)], [[], ['2']])
  })

  it('can be reached in neither: the message fails, says why of each, and holds up nobody', async () => {
    const person = await inBoth()
    service.max.faults.error(403, 'chat.denied', suspended, aboutMoneyTo(person))
    service.telegram.faults.error(403, 'Forbidden: bot was blocked by the user', {
      chatId: String(person.chat),
      textIncludes: '₽',
    })
    const first = await accepted(service, payout(person, 301))
    await until(
      async () => {
        const notification = await notificationOf(service, first)
        return notification?.deliveries.length === 2 && notification.state === 'failed'
      },
      patienceMs,
      'both have failed',
    )
    assert.deepEqual(pathOf(await notificationOf(service, first)), ['max failed blocked', 'telegram failed blocked'])
    const second = await decided(service, await accepted(service, payout(person, 302)))
    assert.deepEqual([second.state, second.reason], ['failed', 'blocked'])
  })

  it('an answer is lost in the first: it is repeated there and never said in the second', async () => {
    const person = await inBoth()
    service.max.faults.lostAnswer(aboutMoneyTo(person))
    const notification = await cameTo(service, await accepted(service, payout(person, 400)), 'sent')
    assert.deepEqual(pathOf(notification), ['max sent'])
    assert.equal(notification.deliveries[0].repeat, true)
    assert.deepEqual([inMax(person), inTelegram(person)], [['400', '400'], []])
  })

  it('the words are those of the second messenger', async () => {
    const person = await inBoth()
    const query = '?channel=telegram'
    await service.api('PUT', `/templates/payout.paid${query}`, { private: true })
    await service.api('POST', `/templates/payout.paid/publish${query}`, {})
    service.max.faults.error(403, 'chat.denied', suspended, aboutMoneyTo(person))
    const notification = await cameTo(service, await accepted(service, payout(person, 500)), 'sent')
    assert.equal(notification.deliveries[1].text, 'Выплата зачислена. Спасибо, что выбираете нашу площадку!')
    assert.deepEqual([inMax(person), inTelegram(person)], [[], []])
    await service.api('POST', `/templates/payout.paid/rollback${query}`, { version: 0 })
  })

  it('the first is down as a whole: what waits goes on by the second; who has no second waits and loses nothing', async (t) => {
    const own = await startMaxService(t)
    const [person, alone, admin] = [await inBoth(own), await linkedInMax(own), someone()]
    const putOff = await linkedInMax(own)
    own.telegram.person(admin.chat, { firstName: 'Админ' }).start()
    const { status, body } = await own.api('PUT', '/alerts', {
      chats: [
        { channel: 'telegram', address: String(admin.chat) },
        { channel: 'max', address: '1' },
      ],
    })
    assert.equal(status, 200, JSON.stringify(body))
    const alerts = () =>
      screenOf(own.telegram, admin).flatMap(({ text }) => (text.startsWith('Вестник:') ? [text] : []))
    own.max.faults.error(401, 'verify.token', 'Invalid access_token', { times: 1, textIncludes: '₽' })
    const waits = await accepted(own, payout(alone, 600))
    await until(
      async () => (await notificationOf(own, waits))?.reason === 'config',
      patienceMs,
      'MAX refuses our token',
    )
    const ids: string[] = []
    for (const sum of [601, 602]) ids.push(await accepted(own, payout(person, sum)))
    for (const id of ids) {
      const notification = await cameTo(own, id, 'sent')
      assert.deepEqual(pathOf(notification), ['max failed channel_down', 'telegram sent'])
    }
    assert.deepEqual([inMax(person, own), inTelegram(person, own)], [[], ['601', '602']])
    const { state, deliveries } = await notificationOf(own, waits)
    assert.deepEqual([state, deliveries.length], ['waiting', 1])
    await until(() => alerts().length === 1, patienceMs, 'the administrator is told')
    const weather = async (channel: string): Promise<Json> =>
      (await own.api('GET', '/channels')).body.channels.find((each: Json) => each.channel === channel)
    const max = await weather('max')
    assert.deepEqual([max.state, max.hour.taken, max.hour.putOff], ['down', 0, 1])
    assert.ok(Date.now() - Date.parse(max.since) < 120_000)
    const telegram = await weather('telegram')
    assert.deepEqual([telegram.state, telegram.hour.taken, telegram.hour.refusedShare], ['up', 2, 0])
    assert.ok(telegram.hour.medianMs > 0 && telegram.hour.p95Ms >= telegram.hour.medianMs)
    assert.equal((await weather('whatsapp')).state, 'off')
    assert.match(alerts()[0] ?? '', /MAX не принимает сообщения/)

    // As after hours of silence, when a try is an hour from the next.
    const farOff = await accepted(own, payout(putOff, 603))
    await until(async () => (await notificationOf(own, farOff))?.deliveries.length === 1, patienceMs, 'it is planned')
    await own.services.db.run(
      sql`update deliveries set state = 'waiting', reason = 'network', next_attempt_at = now() + interval '1 hour'
          where event_id = ${farOff}`,
    )

    // The token is right again: what waited goes through, and is what proves it.
    const notification = await until(
      async () => {
        const seen = await notificationOf(own, waits)
        return seen?.state === 'sent' ? seen : undefined
      },
      60_000,
      'MAX takes what waited for it',
    )
    assert.deepEqual(pathOf(notification), ['max sent'])
    assert.deepEqual(pathOf(await cameTo(own, farOff, 'sent')), ['max sent'])
    await until(() => alerts().length === 2, patienceMs, 'the administrator is told once more')
    assert.match(alerts()[1] ?? '', /MAX снова работает/)
    assert.deepEqual(
      own.logLines.flatMap((line) => /"msg":"(channel\.\w+)"/.exec(line)?.[1] ?? []),
      ['channel.down', 'channel.up'],
    )
  })

  it('nobody answers at the first: after a burst it is taken for down, and the second is used at once', async (t) => {
    const own = await startMaxService(t)
    const people: Both[] = []
    for (let index = 0; index < 6; index++) people.push(await inBoth(own))
    // Nothing is written on a connection that never stands: a break in the middle would leave it unknown what arrived.
    await own.max.close()
    const ids = await Promise.all(people.map((person, index) => accepted(own, payout(person, 700 + index))))
    for (const id of ids) {
      const notification = await cameTo(own, id, 'sent', 60_000)
      assert.equal(notification.deliveries.at(-1).channel, 'telegram')
    }
    const later = await cameTo(own, await accepted(own, payout(people[0] as Both, 799)), 'sent')
    assert.equal(later.deliveries.at(-1).channel, 'telegram')
    for (const [index, person] of people.entries()) {
      assert.deepEqual(inMax(person, own), [])
      assert.equal(inTelegram(person, own)[0], String(700 + index))
    }
  })
})
