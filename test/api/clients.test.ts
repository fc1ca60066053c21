import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { suiteScope } from '../support/scope.ts'
import { adminKey, type Json, startService, type TestService } from '../support/service.ts'
import { assertNothingEmpty, isoMoment } from './answers.ts'

describe('the registry of clients', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
  })

  const put = (id: string, body?: unknown) => service.api('PUT', `/clients/${encodeURIComponent(id)}`, body)
  const get = (id: string) => service.api('GET', `/clients/${encodeURIComponent(id)}`)

  it('what Postgres cannot keep, or nobody could read, is refused in words and not by a fault', async () => {
    for (const fullName of ['a\u0000b', 'Иванов \ud800', '\udfff\ud800']) {
      const { status, body } = await put('odd', { fullName })
      assert.deepEqual([status, body.code], [422, 'field_invalid'], JSON.stringify(fullName))
    }
    const deep = await fetch(`${service.url}/api/v1/clients/odd`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: `${'{"a":'.repeat(20_000)}1`,
    })
    assert.equal(deep.status, 400)
    assert.match((await deep.text()) ?? '', /глубже 32 уровней/)
    assert.equal((await put('Иванов 👩‍👩‍👧', { fullName: 'Иванов 👩‍👩‍👧' })).status, 200)
  })

  it('a client is made, told back, and changed only where something is given', async () => {
    const at = '2025-11-01T10:00:00+03:00'
    const made = await put('клиент 1', {
      phone: '8 (903) 111-22-33',
      fullName: ' Иванов Иван ',
      branch: 'NN-01',
      contacts: [{ channel: 'telegram', address: 1001, team: true }],
      consents: [{ purpose: 'service', granted: true, text: 'Согласие', at }],
    })
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const { id, createdAt, contacts, consents, ...rest } = made.body
    assert.match(id, /^cli_/)
    assert.match(createdAt, isoMoment)
    assert.deepEqual(rest, { externalId: 'клиент 1', phone: '+79031112233', fullName: 'Иванов Иван', branch: 'NN-01' })
    assert.deepEqual(
      contacts.map(({ linkedAt, ...contact }: Json) => contact),
      [{ channel: 'telegram', address: '1001', team: true, linkedBy: 'api' }],
    )
    assert.equal(new Date(consents[0].at).getTime(), new Date(at).getTime())
    assert.match(consents[0].textHash, /^[0-9a-f]{64}$/)

    const changed = await put('клиент 1', { fullName: 'Иванов Иван Петрович' })
    assert.deepEqual(changed.body.contacts, contacts)
    assert.deepEqual([changed.body.phone, changed.body.id], ['+79031112233', id])
    assert.deepEqual((await get('клиент 1')).body, changed.body)
    assertNothingEmpty(changed.body)
  })

  it('another address of the same messenger takes the place of the old one', async () => {
    await put('c-2', { contacts: [{ channel: 'telegram', address: '1' }] })
    const { body } = await put('c-2', { contacts: [{ channel: 'telegram', address: '2' }] })
    assert.deepEqual(
      body.contacts.map(({ address }: Json) => address),
      ['2'],
    )
  })

  it('a client without anything is a client', async () => {
    const { status, body } = await put('c-3', {})
    assert.equal(status, 200)
    assert.deepEqual([body.contacts, body.consents, body.phone], [[], [], undefined])
  })

  const wrong: [title: string, body: unknown, field: RegExp][] = [
    ['a phone that is none', { phone: '8 903 12' }, /phone/],
    ['an unknown messenger', { contacts: [{ channel: 'icq', address: '1' }] }, /channel/],
    ['a Telegram address that is a name', { contacts: [{ channel: 'telegram', address: '@ivanov' }] }, /address/],
    ['a WhatsApp address with a plus', { contacts: [{ channel: 'whatsapp', address: '+79031112233' }] }, /address/],
    ['an unknown purpose', { consents: [{ purpose: 'all', granted: true }] }, /purpose/],
    ['consent in words', { consents: [{ purpose: 'service', granted: 'да' }] }, /granted/],
    ['a day for a moment', { consents: [{ purpose: 'service', granted: true, at: '2025-11-01' }] }, /at/],
    ['a name of a number', { fullName: 5 }, /fullName/],
    ['a name without end', { fullName: 'я'.repeat(201) }, /fullName/],
    ['a list', [], /./],
  ]
  for (const [title, body, field] of wrong) {
    it(`${title}: 422 that names the field in Russian, and nothing is saved`, async () => {
      const id = `wrong-${title}`
      const { status, body: answer } = await put(id, body)
      assert.equal(status, 422, JSON.stringify(answer))
      assert.match(answer.message, field)
      assert.match(answer.message, /[а-яё]{3}/i)
      assert.equal((await get(id)).status, 404)
    })
  }

  it('no JSON is 400, and a client nobody knows is 404', async () => {
    const answer = await fetch(`${service.url}/api/v1/clients/x`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: '{"phone": ',
    })
    assert.equal(answer.status, 400)
    assert.match(((await answer.json()) as Json).message, /[а-яё]{3}/i)
    assert.equal((await get('nobody')).status, 404)
  })

  const strangers: [title: string, headers: Record<string, string>][] = [
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer nothing-like-the-key' }],
    ['the key as Basic', { authorization: `Basic ${Buffer.from(`:${adminKey}`).toString('base64')}` }],
    ['the key of 1C', { authorization: 'Bearer test-1c-key-0123456789' }],
  ]
  for (const [title, headers] of strangers) {
    it(`${title}: 401, whatever is asked`, async () => {
      for (const path of ['/journal', '/events/evt_1', '/clients/x']) {
        const answer = await fetch(`${service.url}/api/v1${path}`, { headers })
        assert.equal(answer.status, 401, path)
        assert.equal(((await answer.json()) as Json).code, 'unauthorized')
      }
    })
  }

  it('whatever text is asked for or saved, it is never our own failure', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.constantFrom('\u0000', 'a\u0000b', '\ud800', '..', '%', "'", '\\', '{}', '[object Object]'),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('branch', 'operation', 'phone', 'cursor', 'from'), async (value, name) => {
        const encoded = encodeURIComponent(value.replace(/\p{Surrogate}/gu, ''))
        const asked = [
          await service.api('GET', `/journal?${name}=${encoded}`),
          await service.api('GET', `/clients/x${encoded}`),
          await service.api('PUT', `/clients/y${encodeURIComponent(value.replace(/[^\w]/g, ''))}`, {
            branch: value,
            fullName: value,
            consents: [{ purpose: 'service', granted: true, text: value }],
          }),
        ]
        for (const { status, body } of asked)
          assert.ok(status < 500, `${status} ${JSON.stringify(body)} for ${JSON.stringify(value)}`)
      }),
      { numRuns: 150 },
    )
  })
})
