import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
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
    const [person, alone] = [await inBoth(own), await linkedInMax(own)]
    own.max.faults.error(401, 'verify.token', 'Invalid access_token', { times: 4, textIncludes: '₽' })
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
  })
})
