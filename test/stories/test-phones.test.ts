import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { statusBsp } from '../../src/changes/status-bsp.ts'
import { isTestPhone, type TestPhone, testPhoneOf, testPhones } from '../../src/channels/sandbox/test-phones.ts'
import { deliveryStates } from '../../src/deliveries/delivery.ts'
import { readPhone } from '../../src/lib/phone.ts'
import { madeKey } from '../support/keys.ts'
import { linkedClient } from '../support/people.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { startReceiver } from '../support/receiver.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  reminder,
  someone,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const read = '+79730000003'

describe('test phones', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let databaseUrl: string

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl })
  })

  /** A paid event to that phone, as a sender posts it. */
  const to = (phone: string, more: Json = {}) => ({
    id: `test-${randomBytes(6).toString('hex')}`,
    type: 'payout.paid',
    client: { phone },
    payment: { amount: '14500.00', method: 'card' },
    ...more,
  })
  const endOf = async (eventId: string, { ends }: TestPhone, from: Pick<TestService, 'api'> = service): Promise<Json> =>
    await until(
      async () => {
        const [delivery] = await journalOf(eventId, from)
        const isThere =
          delivery?.state === ends.state &&
          delivery.reason === ends.reason &&
          delivery.engagement === ends.engagement &&
          delivery.repeat === (ends.repeat ?? false)
        return isThere && delivery
      },
      patienceMs,
      `it ends as ${JSON.stringify(ends)}`,
    )
  const journalOf = async (eventId: string, { api }: Pick<TestService, 'api'>): Promise<Json[]> =>
    (await api('GET', '/journal?limit=1000')).body.items.filter((each: Json) => each.eventId === eventId)
  /** The states of that message in the order in which `GET /changes` told them. */
  const changesOf = async (eventId: string): Promise<string[]> => {
    const { body } = await service.api('GET', '/changes?limit=1000')
    return body.items
      .filter((each: Json) => each.eventId === eventId)
      .map((each: Json) => [each.state, each.reason, each.engagement].filter(Boolean).join(' '))
  }
  /** Beside what the bot says of itself to whoever starts it. */
  const payoutsTold = () => service.telegram.received.flatMap(({ text }) => (text.includes('₽') ? [text] : []))

  for (const phone of testPhones) {
    it(`${phone.phone}: ${phone.about}`, async () => {
      const id = await accepted(service, to(phone.phone), { 'X-Test': '1' })
      const delivery = await endOf(id, phone)
      assert.equal(delivery.test, true)
      assert.equal(delivery.channel, phone.stop === undefined ? 'sandbox' : undefined)
      // Nothing more happens to it: the end is the end.
      const { deliveries } = await notificationOf(service, id)
      if (phone.stop === undefined) {
        assert.deepEqual(
          deliveries[0].receipts.map(({ state }: Json) => state),
          phone.receipts.map(({ state }) => state),
        )
        assert.match(deliveries[0].text, phone.ends.repeat ? /^Повторное сообщение: Выплата/ : /^Выплата 14\u00a0500/)
      }
      await until(
        async () => {
          const known = await changesOf(id)
          const { state, reason, engagement } = phone.ends
          return known.at(-1) === [state, reason, engagement].filter(Boolean).join(' ')
        },
        patienceMs,
        'GET /changes tells the end',
      )
      assert.deepEqual(payoutsTold(), [])
    })
  }

  it('between them they show every state that a message can end in, in numbers that the intake takes', () => {
    const ends = new Set(testPhones.map((each) => each.ends.state))
    const passing = ['queued', 'waiting', 'sending']
    assert.deepEqual([...ends].sort(), deliveryStates.filter((state) => !passing.includes(state)).sort())
    for (const { phone } of testPhones) {
      const reading = readPhone(phone)
      assert.ok(reading.kind === 'phone' && reading.phone === phone && isTestPhone(phone), phone)
    }
    assert.equal(new Set(testPhones.map(({ phone }) => phone)).size, testPhones.length)
    assert.equal(testPhoneOf('+79730000099')?.stop, 'no_contact')
    assert.equal(testPhoneOf('+79031234567'), undefined)
  })

  it('are never told through a messenger, not with a live key, nor by a client whose contact is real', async () => {
    const person = await linkedSomeone(service)
    const known = testPhoneOf(read)
    assert.ok(known)
    const live = await accepted(service, to(read))
    const named = await accepted(service, to(read, { client: { id: person.id, phone: read } }))
    for (const id of [live, named]) assert.equal((await endOf(id, known)).test, true)
    assert.equal((await service.api('GET', `/events/${live}`)).body.test, true)
    // His record is as it was, and what is for him still comes.
    const { body } = await service.api('GET', `/clients/${person.id}`)
    assert.equal(body.phone, person.phone)
    assert.deepEqual(
      body.contacts.map(({ channel }: Json) => channel),
      ['telegram'],
    )
    assert.deepEqual(payoutsTold(), [])
    await cameTo(service, await accepted(service, payout(person, 7)), 'sent')
    // A client of the registry who has such a phone and no contact, told by his id alone.
    const registered = `client-${randomBytes(5).toString('hex')}`
    await service.api('PUT', `/clients/${registered}`, { phone: '+79730000002' })
    const id = await accepted(service, payout({ id: registered }, 8))
    const end = await endOf(id, testPhoneOf('+79730000002') ?? known)
    assert.deepEqual([end.channel, end.test], ['sandbox', true])
    assert.equal(payoutsTold().length, 1)
  })

  it('a record that a try has made swallows no payout of who is linked later', async () => {
    const person = someone()
    const tried = await accepted(service, to(read, { client: { id: person.id, phone: read } }))
    assert.equal((await decided(service, tried)).test ?? true, true)
    await linkedClient(service, person.id, person.chat)
    const id = await accepted(service, payout(person, 11))
    await cameTo(service, id, 'sent')
    assert.equal((await notificationOf(service, id)).deliveries[0].channel, 'telegram')
  })

  it('a rehearsal that lasts does not hold up the client’s real messages', async () => {
    const person = await linkedSomeone(service)
    const slow = await accepted(service, to('+79730000011', { client: { id: person.id, phone: '+79730000011' } }))
    await cameTo(service, slow, 'waiting')
    await cameTo(service, await accepted(service, payout(person, 9)), 'sent')
    await cameTo(service, slow, 'failed')
  })

  it('nor those whose job was lost: the sweep finds them behind a rehearsal', async () => {
    const person = await linkedSomeone(service)
    const slow = { ...reminder(person, 1, zoneWhereItIs(12)), client: { id: person.id, phone: '+79730000011' } }
    const rehearsed = await accepted(service, slow)
    await cameTo(service, rehearsed, 'waiting')
    const real = await accepted(service, reminder(person, 2, zoneWhereItIs(23)))
    await cameTo(service, real, 'waiting')
    // Its moment is now, and no job of its next attempt is there.
    await onDatabase(databaseUrl, async (client) => {
      await client.query(`update deliveries set expires_at = now() + interval '1 hour' where event_id = $1`, [
        rehearsed,
      ])
      await client.query(
        `update deliveries set zone = $2, attempts = 1, next_attempt_at = now() - interval '1 minute' where event_id = $1`,
        [real, zoneWhereItIs(12)],
      )
    })
    await cameTo(service, real, 'sent')
    assert.equal((await notificationOf(service, rehearsed)).state, 'waiting')
  })

  it('a blocked test phone is blocked each time anew, by a call', async () => {
    for (const _ of [1, 2]) {
      const id = await accepted(service, to('+79730000004'))
      const { deliveries } = await cameTo(service, id, 'failed')
      assert.equal(deliveries[0].attempts.length, 1)
    }
  })

  it('a test event to an ordinary phone is still skipped as a test', async () => {
    const person = await linkedSomeone(service)
    const id = await accepted(service, payout(person, 10), { 'X-Test': '1' })
    assert.equal((await decided(service, id)).reason, 'test_mode')
  })

  it('work with a test key, and for the SMS subsystem of БСП', async () => {
    const { key } = await madeKey(service, { source: '1c', kind: 'test' })
    const known = testPhoneOf(read)
    assert.ok(known)
    await endOf(await accepted(service, to(read), { authorization: `Bearer ${key}` }), known)
    for (const phone of testPhones) {
      const { body } = await service.api('POST', '/sms', {
        id: `sms-${randomBytes(4).toString('hex')}`,
        text: 'Завтра площадка работает с 10:00.',
        phones: [phone.phone],
      })
      await until(
        async () => {
          const { body: state } = await service.api('GET', `/sms/${body.results[0].id}`)
          return state.statusBsp === statusBsp[phone.ends.state] && state.reason === phone.ends.reason
        },
        patienceMs,
        `${phone.phone} is ${statusBsp[phone.ends.state]}`,
      )
    }
  })

  it('tell outgoing webhooks as well, and work where nothing may leave and no messenger is on', async (t) => {
    const receiver = await startReceiver(t)
    const quiet = await startService(t, { SEND_MODE: 'test', TELEGRAM_BOT_TOKEN: '', OUTGOING_WEBHOOKS: 'any' })
    const made = await quiet.api('POST', '/webhooks', { url: receiver.url })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const known = testPhoneOf(read)
    assert.ok(known)
    const id = await accepted(quiet, to(read))
    await endOf(id, known, quiet)
    await until(
      () => receiver.heard.some(({ body }) => body.data.eventId === id && body.data.engagement === 'read'),
      patienceMs,
      'the CRM hears that it was read',
    )
  })
})
