import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { caller } from '../api/keys.ts'
import { madeKey } from '../support/keys.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, senderKey, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  decided,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

/** Speaks as the SMS provider of the extension does: the key of events, and the header of the test mode. */
function provider(service: TestService, more: Record<string, string> = {}) {
  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> => {
    const answer = await fetch(`${service.url}/api/v1/sms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${senderKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  return {
    send: (text: string, phones: string[], rest: object = {}) =>
      call('POST', '', { id: randomUUID(), infobase: 'buh', sender: 'METALL', text, phones, ...rest }),
    state: (id: string) => call('GET', `/${id}`),
  }
}

describe('a ready text from «Отправка SMS» of БСП', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let databaseUrl = ''
  let service: TestService
  let person: Someone

  before(async () => {
    databaseUrl = await testDatabase(scope)
    // It is midday at the yard: none of this waits for the morning.
    service = await startService(scope, { DATABASE_URL: databaseUrl, TIMEZONE: zoneWhereItIs(13) })
    person = await linkedSomeone(service)
    await accepted(service, payout(person, 1, { infobase: 'buh' }))
  })

  const comesTo = async (id: string, statusBsp: string): Promise<Json> =>
    await until(
      async () => {
        const { status, body } = await provider(service).state(id)
        assert.equal(status, 200, JSON.stringify(body))
        return body.statusBsp === statusBsp && body
      },
      patienceMs,
      `it becomes ${statusBsp}`,
    )
  const textsOf = (to: Someone) => screenOf(service.telegram, to).map(({ text }) => text)

  it('reaches the client as it was written, and 1C learns of it in its own words', async () => {
    const text = 'Завтра площадка работает с 10:00 <до 18:00>.'
    const { status, body } = await provider(service).send(text, [person.phone])
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      body.results.map(({ id, ...each }: Json) => each),
      [{ phone: person.phone }],
    )
    await comesTo(body.results[0].id, 'Отправлено')
    assert.ok(textsOf(person).includes(text))
    const { items } = (await service.api('GET', '/journal?type=sms')).body
    assert.deepEqual(
      items.map((each: Json) => [each.type, each.text, each.eventId]),
      [['sms', text, body.results[0].id]],
    )
    const event = await service.api('GET', `/events/${body.results[0].id}`)
    assert.equal(event.body.event.text, text)
  })

  it('sent twice with one id it comes once; the id with another text is refused', async () => {
    const id = randomUUID()
    const first = await provider(service).send('Раз', [person.phone], { id })
    await comesTo(first.body.results[0].id, 'Отправлено')
    assert.deepEqual((await provider(service).send('Раз', [person.phone], { id })).body, first.body)
    const other = await provider(service).send('Два', [person.phone], { id })
    assert.deepEqual([other.status, other.body.code], [409, 'id_reused'])
    assert.equal(textsOf(person).filter((text) => text === 'Раз').length, 1)
    assert.ok(!textsOf(person).includes('Два'))
  })

  it('goes to several, each with a state of his own; a number that is none has no id', async () => {
    const stranger = someone()
    const spelled = `8 (${person.phone.slice(2, 5)}) ${person.phone.slice(5)}`
    const { body } = await provider(service).send('Всем', [person.phone, stranger.phone, '12', spelled])
    const [told, unknown, wrong, again] = body.results
    assert.deepEqual([wrong.phone, wrong.id], ['12', undefined])
    assert.equal(again.id, told.id)
    await comesTo(told.id, 'Отправлено')
    assert.equal((await comesTo(unknown.id, 'НеОтправлено')).reason, 'no_contact')
    assert.equal(textsOf(person).filter((text) => text === 'Всем').length, 1)
    const none = await provider(service).send('Никому', ['12', ''])
    assert.deepEqual([none.status, none.body.code], [422, 'phone_invalid'])
  })

  it('does not reach who has refused', async () => {
    const refuser = await linkedSomeone(service)
    service.telegram.person(refuser.chat).say('/stop')
    await waitForMessage(service.telegram, refuser, 'Вы отписаны')
    const { body } = await provider(service).send('Снова мы', [refuser.phone])
    assert.equal((await comesTo(body.results[0].id, 'НеОтправлено')).reason, 'opted_out')
  })

  it('that sounds like advertising is advertising: not without that consent, and never by Telegram', async () => {
    const promo = 'Только сегодня скидка на вывоз!'
    const { body } = await provider(service).send(promo, [person.phone])
    assert.equal((await comesTo(body.results[0].id, 'НеОтправлено')).reason, 'no_consent')
    const willing = await linkedSomeone(service, {
      consents: ['service', 'advertising'].map((purpose) => ({ purpose, granted: true, at: new Date().toISOString() })),
    })
    const second = await provider(service).send(promo, [willing.phone])
    assert.equal((await comesTo(second.body.results[0].id, 'НеОтправлено')).reason, 'channel_forbidden')
  })

  it('of a test is kept and not sent, and so is that of a test key', async () => {
    const { body } = await provider(service, { 'x-test': '1' }).send('Проба', [person.phone])
    assert.equal((await comesTo(body.results[0].id, 'НеОтправлено')).reason, 'test_mode')
    const tester = await caller(service, { scopes: [], source: '1c', kind: 'test' })
    const { body: other } = await tester('POST', '/sms', { id: randomUUID(), text: 'Проба', phones: [person.phone] })
    assert.equal((await comesTo(other.results[0].id, 'НеОтправлено')).reason, 'test_mode')
    assert.ok(!textsOf(person).includes('Проба'))
  })

  it('of a copy of the infobase is held also after the key was exchanged for a new one', async () => {
    const first = await madeKey(service, { source: '1c' })
    const real = await service.post(payout(person, 2, { infobase: 'zup' }), { authorization: `Bearer ${first.key}` })
    assert.equal(real.status, 200, JSON.stringify(real.body))
    const { body: second } = await service.api('POST', `/keys/${first.id}/rotate`)
    const { send, state } = provider(service, { authorization: `Bearer ${second.key}` })

    const { body: copied } = await send('Из копии зарплаты', [person.phone], { infobase: 'zup-copy' })
    const { body: told } = await send('Из самой зарплаты', [person.phone], { infobase: 'zup' })

    await waitForMessage(service.telegram, person, 'Из самой зарплаты')
    assert.ok(!textsOf(person).includes('Из копии зарплаты'))
    assert.equal((await state(copied.results[0].id)).body.statusBsp, 'НеОтправлялось')
    assert.ok(told.results[0].id)
  })

  it('waits for the morning of the branch whose key sent it, when the branch has a zone of its own', async () => {
    const night = zoneWhereItIs(2)
    assert.equal((await service.api('PUT', '/branches/FAR-01', { name: 'Дальняя', timezone: night })).status, 200)
    const key = await madeKey(service, { source: '1c', branch: 'FAR-01' })
    const { send } = provider(service, { authorization: `Bearer ${key.key}` })
    const { body } = await send('Доброй ночи', [person.phone])
    const { state } = await until(
      async () => {
        const notification = await notificationOf(service, body.results[0].id)
        return notification?.state === 'waiting' && notification
      },
      patienceMs,
      'it waits',
    )
    assert.equal(state, 'waiting')
    assert.ok(!textsOf(person).includes('Доброй ночи'))
  })

  it('of a copy of the infobase is held', async () => {
    const { body } = await provider(service).send('Из копии', [person.phone], { infobase: 'buh-copy' })
    const { id } = body.results[0]
    // What came later is decided: the held one had its chance.
    await decided(service, await accepted(service, payout(person, 2)))
    assert.deepEqual((await provider(service).state(id)).body, { statusBsp: 'НеОтправлялось' })
    assert.ok(!textsOf(person).includes('Из копии'))
  })

  it('takes no part in the reconciliation of events, and leaves no phone readable', async () => {
    const { body } = await service.api('POST', '/reconcile', {
      source: '1c',
      from: '2020-01-01',
      to: '2099-01-01',
      ids: [],
    })
    assert.ok(body.extra.every((each: Json) => each.type === 'payout.paid'))
    const rows = await onDatabase(
      databaseUrl,
      async (client) => (await client.query('select * from events')).rows as Json[],
    )
    for (const row of rows) assert.ok(!JSON.stringify(row).includes(person.phone.slice(2)))
  })

  it('needs a key that may: that of a sender, or one made for it', async () => {
    const body = { id: randomUUID(), text: 'Да', phones: [person.phone] }
    const able = await caller(service, { scopes: ['sms'] })
    assert.equal((await able('POST', '/sms', body)).status, 200)
    const sender = await caller(service, { scopes: [], source: '1c' })
    assert.equal((await sender('POST', '/sms', { ...body, id: randomUUID() })).status, 200)
    for (const key of [{ scopes: ['journal:read'] }, { scopes: ['journal:read'], source: '1c' }]) {
      const refused = await (await caller(service, key))('POST', '/sms', body)
      assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'])
    }
    const other = await fetch(`${service.url}/api/v1/journal`, { headers: { authorization: `Bearer ${senderKey}` } })
    assert.equal(other.status, 401, 'the key of events opens nothing else')
    const foreign = await caller(service, { scopes: ['sms'], source: 'vtorium' })
    const mine = (await able('POST', '/sms', body)).body.results[0].id
    assert.equal((await foreign('GET', `/sms/${mine}`)).status, 404)
  })

  it('is not taken by the bare key where events must be signed', async (t) => {
    const strict = await startService(t, { ROLES: 'api', WEBHOOK_1C_SECRET: 'a-secret-of-the-sender' })
    const { status } = await provider(strict).send('Без подписи', [person.phone])
    assert.equal(status, 401)
    const sender = await caller(strict, { scopes: [], source: '1c' })
    assert.equal((await sender('POST', '/sms', { id: '1', text: 'Да', phones: [person.phone] })).status, 403)
  })

  it('cannot be smuggled in as an event', async () => {
    const event = { id: 'x', type: 'sms', text: 'Привет', client: { phone: person.phone } }
    const { status, body } = await service.post(event)
    assert.deepEqual([status, body.code], [422, 'event_unknown'], JSON.stringify(body))
  })

  const wrong: [title: string, text: string, rest: object][] = [
    ['an empty text', ' ', {}],
    ['a text too long for a messenger', 'я'.repeat(1001), {}],
    ['a full card number', 'Ваша карта 4111 1111 1111 1111', {}],
    ['no phones', 'Да', { phones: [] }],
    ['no id', 'Да', { id: undefined }],
  ]
  for (const [title, text, rest] of wrong) {
    it(`${title} is 422, in Russian`, async () => {
      const { status, body } = await provider(service).send(text, [person.phone], rest)
      assert.deepEqual([status, body.code], [422, 'field_invalid'], JSON.stringify(body))
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }

  it('a state that nobody knows is 404', async () => {
    for (const id of [`evt_${'0'.repeat(32)}`, 'x', await accepted(service, payout(person, 3))])
      assert.equal((await provider(service).state(id)).status, 404)
  })
})

describe('a ready text at night', { timeout: 120_000 }, () => {
  it('waits for the morning of the yard', async (t) => {
    const service = await startService(t, { TIMEZONE: zoneWhereItIs(2) })
    const person = await linkedSomeone(service)
    const { body } = await provider(service).send('Доброе утро', [person.phone])
    await until(
      async () => (await provider(service).state(body.results[0].id)).body.state === 'waiting',
      patienceMs,
      'it waits',
    )
    assert.equal((await provider(service).state(body.results[0].id)).body.statusBsp, 'Отправляется')
  })
})
