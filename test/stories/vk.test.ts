import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import { accepted, cameTo, decided, notificationOf, patienceMs, payout } from '../support/story.ts'
import { until } from '../support/until.ts'
import {
  lineOf,
  moneyOn,
  putPage,
  registeredPage,
  startVkService,
  type VkPerson,
  type VkService,
} from '../support/vk.ts'

describe('a client in VK', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let service: VkService

  before(async () => {
    service = await startVkService(scope)
  })

  const contactOf = async (id: string): Promise<Json> => (await service.api('GET', `/clients/${id}`)).body.contacts[0]
  const handsOf = ({ page }: VkPerson) => service.vk.person(page)
  const hears = async ({ page }: VkPerson, part: string) =>
    await service.vk.waitFor(({ peerId, text }) => peerId === String(page) && text.includes(part), patienceMs)
  const moneyTo = ({ page }: VkPerson, more: object = {}) => ({ peerId: String(page), textIncludes: '₽', ...more })

  it('a payout reaches him, its journal line bears the number VK gave, and reading it is noted', async () => {
    const person = await registeredPage(service)
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'sent')
    assert.match(moneyOn(service.vk, person)[0] ?? '', /^Выплата 100\u00a0₽/)
    const { messageId } = await hears(person, '₽')
    const line = await lineOf(service, eventId, () => true)
    assert.deepEqual(
      [line.channel, line.state, line.engagement, line.providerMessageId],
      ['vk', 'sent', undefined, String(messageId)],
    )

    handsOf(person).read()
    const read = await lineOf(service, eventId, (each) => each.engagement === 'read')
    assert.equal(read.state, 'delivered')
    const { deliveries } = await notificationOf(service, eventId)
    assert.deepEqual(
      deliveries[0].receipts.map(({ state }: Json) => state),
      ['read'],
    )
  })

  it('he reads all at once: every message before is read too, and nothing that came later', async () => {
    const [person, other] = [await registeredPage(service), await registeredPage(service)]
    const events: string[] = []
    for (const roubles of [1, 2]) {
      events.push(await accepted(service, payout(person, roubles)))
      await cameTo(service, events.at(-1) ?? '', 'sent')
    }
    const elsewhere = await accepted(service, payout(other, 3))
    await cameTo(service, elsewhere, 'sent')
    handsOf(person).read()
    for (const each of events) await lineOf(service, each, ({ engagement }) => engagement === 'read')
    const later = await accepted(service, payout(person, 4))
    await cameTo(service, later, 'sent')
    for (const each of [later, elsewhere]) {
      assert.equal((await lineOf(service, each, () => true)).engagement, undefined)
    }
  })

  it('the bot asks for his consent and says how he is linked; after both, his money is told', async () => {
    const person: VkPerson = { id: 'page-own', page: 6_000_001 }
    const hands = handsOf(person)
    hands.start({ ref: 'site', refSource: 'qr' })
    await hears(person, 'нужно ваше согласие')
    hands.press((button) => /^соглас/i.test(button.text))
    await hears(person, `vk.com/id${person.page}`)
    await putPage(service, person, false)
    hands.say('Начать')
    await until(
      () =>
        service.vk.received.filter(({ peerId, text }) => peerId === '6000001' && text.includes('согласие:')).length ===
        2,
      patienceMs,
      'he is asked again',
    )
    const before = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([before.state, before.reason], ['skipped', 'no_consent'])
    hands.press((button) => /^соглас/i.test(button.text))
    await hears(person, 'Готово')
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
    assert.equal(moneyOn(service.vk, person).length, 2, 'what he missed for want of it came first')
  })

  it('«/stop» is the end of it, until he agrees again', async () => {
    const person = await registeredPage(service)
    const hands = handsOf(person)
    hands.say('/stop')
    await hears(person, 'Вы отписаны')
    const stopped = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([stopped.state, stopped.reason], ['skipped', 'opted_out'])
    hands.press((button) => /^соглас/i.test(button.text))
    await hears(person, 'Готово')
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
  })

  it('he forbids messages: the next one is not even tried; once he allows them he is told again', async () => {
    const person = await registeredPage(service)
    handsOf(person).block()
    await until(async () => (await contactOf(person.id)).blocked === 'blocked', patienceMs, 'the block is noted')
    const calls = service.vk.calls['messages.send']
    const meanwhile = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([meanwhile.state, meanwhile.reason], ['failed', 'blocked'])
    assert.equal(service.vk.calls['messages.send'], calls)
    handsOf(person).unblock()
    await until(async () => (await contactOf(person.id)).blocked === undefined, patienceMs, 'the block is over')
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
  })

  it('he never wrote to the community: failed, not_found, until he writes', async () => {
    const person = await registeredPage(service, { hasStarted: false })
    const { state, reason } = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([state, reason], ['failed', 'not_found'])
    assert.equal((await contactOf(person.id)).blocked, 'not_found')
    handsOf(person).start()
    await until(async () => (await contactOf(person.id)).blocked === undefined, patienceMs, 'he can be reached')
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
  })

  const losses: [title: string, lose: (aim: object) => void][] = [
    ['the message arrived', (aim) => service.vk.faults.lostAnswer(aim)],
    ['it did not', (aim) => service.vk.faults.dropped(aim)],
  ]
  for (const [title, lose] of losses) {
    it(`the answer is lost and ${title}: one repeat word for word, and the client sees one message`, async () => {
      const person = await registeredPage(service)
      lose(moneyTo(person))
      const eventId = await accepted(service, payout(person, 100))
      const { deliveries } = await cameTo(service, eventId, 'sent')
      assert.deepEqual(
        deliveries[0].attempts.map(({ number, outcome }: Json) => `${number} ${outcome}`),
        ['1 unknown', '2 sent'],
      )
      const seen = moneyOn(service.vk, person)
      assert.equal(seen.length, 1)
      assert.doesNotMatch(seen[0] ?? '', /Повторное/)
    })
  }

  it('two lost answers leave the state unknown, and the client sees one message all the same', async () => {
    const person = await registeredPage(service)
    service.vk.faults.lostAnswer(moneyTo(person, { times: 2 }))
    const eventId = await accepted(service, payout(person, 100))
    await until(
      async () => (await notificationOf(service, eventId))?.deliveries[0]?.attempts[1]?.outcome === 'unknown',
      patienceMs,
      'the repeat is lost too',
    )
    assert.equal((await lineOf(service, eventId, () => true)).state, 'unknown')
    assert.equal(moneyOn(service.vk, person).length, 1)
  })

  it('VK stumbles inside: the message waits and goes out once', async () => {
    const person = await registeredPage(service)
    service.vk.faults.error(10, undefined, moneyTo(person, { times: 2 }))
    const eventId = await accepted(service, payout(person, 100))
    const { deliveries } = await cameTo(service, eventId, 'sent')
    assert.deepEqual(
      deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['deferred', 'deferred', 'sent'],
    )
    assert.equal(moneyOn(service.vk, person).length, 1)
  })

  it('an event that VK brings twice is answered once', async () => {
    const person = await registeredPage(service)
    service.vk.callbacks.duplicateNext()
    handsOf(person).say('Здравствуйте')
    await hears(person, '/stop — отписаться')
    handsOf(person).say('/stop')
    await hears(person, 'Вы отписаны')
    const helps = service.vk.received.filter(
      ({ peerId, text }) => peerId === String(person.page) && text.includes('/stop — отписаться'),
    )
    assert.equal(helps.length, 1)
  })

  it('a stranger at the door changes nothing', async () => {
    const person = await registeredPage(service)
    const deny = {
      type: 'message_deny',
      group_id: Number(service.vk.groupId),
      event_id: 'x',
      object: { user_id: person.page },
    }
    for (const more of [{}, { secret: 'guess_guess' }, { secret: 'Sesam_open_1', group_id: 5 }]) {
      const answer = await fetch(`${service.url}/channels/vk`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...deny, ...more }),
      })
      assert.equal(answer.status, 403)
    }
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
    assert.equal((await contactOf(person.id)).blocked, undefined)
  })

  it('nothing of his stands in the log', () => {
    const log = service.logLines.join('\n')
    for (const secret of [service.vk.token, 'Sesam_open_1', 'Где деньги', '6000001']) assert.ok(!log.includes(secret))
  })
})

describe('a client in VK, by long poll', { timeout: 120_000 }, () => {
  it('he starts, is told of his money, reads it and leaves', async (t) => {
    const service = await startVkService(t, { VK_UPDATES: 'polling' })
    const person = await registeredPage(service)
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'sent')
    service.vk.person(person.page).read()
    await lineOf(service, eventId, ({ engagement }) => engagement === 'read')
    service.vk.person(person.page).say('стоп')
    await service.vk.waitFor(({ text }) => text.includes('Вы отписаны'), patienceMs)
    const knock = await fetch(`${service.url}/channels/vk`, { method: 'POST', body: '{}' })
    assert.equal(knock.status, 403)
  })
})
