import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { channelNames } from '../../src/channels/channel.ts'
import { apiWith, madeKey } from '../support/keys.ts'
import { latestSeedMoment, paid, seedText } from '../support/people.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  payout,
  reminder,
  someone,
  sumsOn,
  zoneWhereItIs,
} from '../support/story.ts'
import { assertNothingEmpty, isoMoment } from './answers.ts'

describe('the preview of a message', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, { COMPANY_SITE: 'https://lom.example' })
  })

  const preview = (event: unknown, query = '') => service.api('POST', `/preview${query}`, event)
  const decisionFor = async (event: unknown): Promise<Json> => {
    const { status, body } = await preview(event)
    assert.equal(status, 200, JSON.stringify(body))
    return body.decision
  }

  it('shows the very text on every channel, and sends and keeps nothing', async () => {
    const person = await linkedSomeone(service)
    const { status, body } = await preview(paid({ client: { id: person.id } }))
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual([body.type, body.event.client.id, body.warnings], ['payout.paid', person.id, []])
    assert.deepEqual(
      body.messages.map(({ channel, text, isOn, wouldSend }: Json) => [channel, text, isOn, wouldSend]),
      channelNames.map((channel) => [channel, seedText, channel === 'telegram', channel === 'telegram']),
    )
    assert.deepEqual(body.messages[0].buttons, [{ text: 'Наш сайт', url: 'https://lom.example' }])
    const { at, ...decision } = body.decision
    assert.match(at, isoMoment)
    assert.deepEqual(decision, { state: 'queued', channel: 'telegram', isClientKnown: true })
    assertNothingEmpty(body)
    assert.deepEqual((await service.api('GET', `/journal?limit=1000`)).body.items, [])
    assert.deepEqual(sumsOn(service.telegram, person), [])
  })

  it('takes whatever the source takes: Russian names, a BOM, windows-1251, another source', async () => {
    const onec = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567', ВидЛома: 'Медь' }
    const text = JSON.stringify({ ...onec, ДатаОплаты: latestSeedMoment() })
    for (const bytes of [Buffer.from(text), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])]) {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', '']) {
        const { status, body } = await posted(bytes, type)
        assert.equal(status, 200, JSON.stringify(body))
        assert.match(body.messages[0].text, /^Выплата 14\u00a0500\u00a0₽ за лом меди/)
      }
    }
    const vtorium = { event: 'settlement.updated', status: 'settlement_completed', amount: 5, phone: '+79031234567' }
    assert.equal((await preview(vtorium, '?source=vtorium')).body.type, 'payout.paid')
    assert.equal((await preview(vtorium, '?source=sap')).status, 422)
  })

  it('a wrong event is the same 422 as at the webhook; what is no JSON the same 400', async () => {
    const bad = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: -5, Телефон: '12' }
    const [shown, real] = [await preview(bad), await service.post(bad)]
    assert.deepEqual([shown.status, shown.body], [real.status, real.body])
    assert.equal(shown.status, 422)
    const cut = await posted(Buffer.from('{"type": '), 'application/json')
    assert.deepEqual([cut.status, cut.body.code], [400, 'json_truncated'])
    assert.equal((await preview([paid(), paid()])).status, 422)
    assert.equal((await preview([paid()])).status, 200)
    assert.equal((await preview(paid({ reason: 'карта 4111 1111 1111 1111' }))).body.code, 'card_number_full')
  })

  it('tells why nothing would be sent, with cause and advice', async () => {
    const silent = await linkedSomeone(service, { consents: [] })
    const person = await linkedSomeone(service)
    const monthAgo = new Date(Date.now() - 31 * 24 * 3_600_000).toISOString()
    const cases: [event: unknown, reason: string][] = [
      [payout(someone(), 1), 'no_contact'],
      [payout(silent, 1), 'no_consent'],
      [payout(person, 1, { occurredAt: monthAgo }), 'too_late'],
      [payout(person, 1, { type: 'greeting', consent: { advertising: true } }), 'channel_forbidden'],
    ]
    for (const [event, reason] of cases) {
      const decision = await decisionFor(event)
      assert.deepEqual([decision.state, decision.reason], ['skipped', reason])
      assert.ok(decision.cause && decision.advice)
      const real = await decided(service, await accepted(service, event))
      assert.deepEqual([real.state, real.reason], ['skipped', reason])
    }
    assert.equal((await decisionFor(payout(someone(), 1))).isClientKnown, false)
    assert.deepEqual((await service.api('GET', '/clients/nobody')).status, 404)
  })

  it('tells when it would be sent: a reminder after the quiet hours of its branch', async () => {
    const person = await linkedSomeone(service)
    const { state, at } = await decisionFor(reminder(person, 1, zoneWhereItIs(2)))
    assert.equal(state, 'waiting')
    const hours = (Date.parse(at) - Date.now()) / 3_600_000
    assert.ok(hours > 5 && hours < 8, String(hours))
  })

  it('knows what the client was told before: a late acceptance, a corrected sum', async () => {
    const person = await linkedSomeone(service)
    const operation = { id: 'doc-preview', number: 'ПСА-000777' }
    await cameTo(service, await accepted(service, payout(person, 100, { operation })), 'sent')
    const late = payout(person, 100, { type: 'operation.accepted', operation: { ...operation, amount: '100.00' } })
    assert.equal((await decisionFor(late)).reason, 'superseded')
    const { body } = await preview(payout(person, 120, { operation }))
    assert.match(body.messages[0].text, /^Сумма изменена: 120\u00a0₽ вместо 100\u00a0₽/)
  })

  it('sees a person behind a new phone as the event itself would', async () => {
    const person = someone()
    await service.api('PUT', `/clients/${person.id}`, { phone: person.phone })
    await linksHimself(service, person)
    const byPhone = await decisionFor(payout(person, 1, { client: { phone: person.phone } }))
    assert.deepEqual([byPhone.state, byPhone.isClientKnown], ['queued', true])
    const asNewClient = await decisionFor(payout(person, 1, { client: { id: 'new-record', phone: person.phone } }))
    assert.deepEqual([asNewClient.state, asNewClient.isClientKnown], ['queued', false])
    const moved = payout(person, 1, { client: { id: person.id, phone: '+79991234567' } })
    assert.equal((await decisionFor(moved)).reason, 'no_contact')
    // Nothing of that was written.
    assert.equal((await service.api('GET', `/clients/${person.id}`)).body.phone, person.phone)
    assert.equal((await decided(service, await accepted(service, moved))).reason, 'no_contact')
  })

  it('with a key of a test or of the team decides for that key', async () => {
    const person = await linkedSomeone(service)
    const reasonWith = async (kind: string) => {
      const { key } = await madeKey(service, { kind, scopes: ['preview'] })
      return (await apiWith(service.url, key, 'POST', '/preview', payout(person, 1))).body.decision.reason
    }
    assert.deepEqual(
      [await reasonWith('test'), await reasonWith('team'), await reasonWith('live')],
      ['test_mode', 'not_team', undefined],
    )
    const { key } = await madeKey(service, { scopes: ['journal:read'] })
    assert.equal((await apiWith(service.url, key, 'POST', '/preview', payout(person, 1))).status, 403)
  })

  it('other calls still take JSON only', async () => {
    const answer = await fetch(`${service.url}/api/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'text/plain' },
      body: '{}',
    })
    assert.equal(answer.status, 415)
  })

  async function posted(bytes: Buffer, type: string): Promise<{ status: number; body: Json }> {
    const answer = await fetch(`${service.url}/api/v1/preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, ...(type === '' ? {} : { 'content-type': type }) },
      body: bytes,
    })
    return { status: answer.status, body: await answer.json() }
  }
})
