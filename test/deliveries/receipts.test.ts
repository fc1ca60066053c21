import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Receipt } from '../../src/channels/channel.ts'
import { receive } from '../../src/deliveries/receipts.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  type Someone,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const words = { code: 'said_later', description: 'the messenger said so later' }

describe('what a messenger tells later', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  /** As a channel hands it on; Telegram itself tells nothing later. */
  const hears = async (person: Someone, receipt: Omit<Receipt, 'kind'>): Promise<number> => {
    const { db, vault, queue } = service.services
    return await receive(
      { db, vault, queue, onQueueTrouble: assert.ifError },
      { channel: 'telegram', address: String(person.chat), at: new Date(), receipt: { kind: 'receipt', ...receipt } },
    )
  }
  const sentTo = async (person: Someone, roubles: number): Promise<{ eventId: string; delivery: Json }> => {
    const eventId = await accepted(service, payout(person, roubles))
    const { deliveries } = await cameTo(service, eventId, 'sent')
    return { eventId, delivery: deliveries[0] }
  }
  const deliveryOf = async (eventId: string): Promise<Json> => (await notificationOf(service, eventId)).deliveries[0]

  it('raises the state and never lowers it, and what comes twice is noted once', async () => {
    const person = await linkedSomeone(service)
    const { eventId, delivery } = await sentTo(person, 100)
    const { providerMessageId } = delivery
    for (const state of ['read', 'delivered', 'taken', 'read', 'failed'] as const)
      assert.equal(await hears(person, { state, providerMessageId }), 1)
    const { state, engagement, receipts, reason } = await deliveryOf(eventId)
    assert.deepEqual([state, engagement, reason], ['delivered', 'read', undefined])
    assert.deepEqual(receipts.map((each: Json) => each.state).toSorted(), ['delivered', 'failed', 'read', 'taken'])
  })

  it('numbers of messages are of one chat: another person’s receipt changes nothing', async () => {
    const [person, other] = [await linkedSomeone(service), await linkedSomeone(service)]
    const { eventId, delivery } = await sentTo(person, 100)
    assert.equal(await hears(other, { state: 'read', providerMessageId: delivery.providerMessageId }), 0)
    assert.equal((await deliveryOf(eventId)).state, 'sent')
  })

  it('«read up to here» counts for all before it in that chat, and for none after', async () => {
    const person = await linkedSomeone(service)
    const [first, second, third] = [await sentTo(person, 1), await sentTo(person, 2), await sentTo(person, 3)]
    const { providerMessageId } = second.delivery
    assert.equal(await hears(person, { state: 'read', providerMessageId, upTo: true }), 2)
    const engagements = []
    for (const { eventId } of [first, second, third]) engagements.push((await deliveryOf(eventId)).engagement)
    assert.deepEqual(engagements, ['read', 'read', undefined])
  })

  it('a failure that is told later ends the message with its cause, and marks who blocked us', async () => {
    const person = await linkedSomeone(service)
    const { eventId, delivery } = await sentTo(person, 100)
    const outcome = { kind: 'refused', reason: 'blocked', ...words } as const
    await hears(person, { state: 'failed', deliveryId: delivery.id, outcome })
    // It waits until it is clear that no other messenger reaches him.
    const ended = await until(
      async () => {
        const now = await deliveryOf(eventId)
        return now.state === 'failed' ? now : undefined
      },
      patienceMs,
      'the message has failed',
    )
    assert.equal(ended.reason, 'blocked')
    const { body } = await service.api('GET', `/clients/${person.id}`)
    assert.equal(body.contacts[0].blocked, 'blocked')
  })

  it('settles a lost answer, so that nothing is repeated, and wakes whoever waited behind it', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.lostAnswer(aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 1))
    await cameTo(service, eventId, 'unknown')
    await hears(person, { state: 'taken', deliveryId: (await deliveryOf(eventId)).id })
    const next = await accepted(service, payout(person, 2))
    await cameTo(service, next, 'sent')
    const { state, attempts, repeat } = await until(
      async () => {
        const delivery = await deliveryOf(eventId)
        return delivery.state === 'sent' && delivery
      },
      patienceMs,
      'it is settled',
    )
    assert.deepEqual([state, attempts.length, repeat], ['sent', 1, false])
  })

  it('of a message that is none of ours changes nothing', async () => {
    const person = await linkedSomeone(service)
    assert.equal(await hears(person, { state: 'read', providerMessageId: 'no-number', upTo: true }), 0)
    assert.equal(await hears(person, { state: 'delivered', deliveryId: 'dlv_0' }), 0)
    assert.equal(await hears(person, { state: 'read' }), 0)
  })
})
