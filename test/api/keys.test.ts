import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apiWith, madeKey } from '../support/keys.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, decided, linkedSomeone, patienceMs, payout, someone, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'
import { assertNothingEmpty } from './answers.ts'

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('keys of senders and machines', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let other: TestService

  before(async () => {
    const DATABASE_URL = await testDatabase(scope)
    // Only keys of the database: nothing stands in the environment.
    service = await startService(scope, { DATABASE_URL, WEBHOOK_1C_KEY: '' })
    other = await startService(scope, { DATABASE_URL, WEBHOOK_1C_KEY: '', ROLES: 'api' })
  })

  const statusWith = async (key: string, at = service) => (await at.post(payout(someone(), 1), bearer(key))).status

  it('a source is not there until a key of the database opens it', async () => {
    assert.equal(await statusWith('whatever'), 404)
    const made = await madeKey(service, { name: '1С Нижний', source: '1c' })
    assert.equal(await statusWith(made.key), 200)
    assert.equal(await statusWith('whatever'), 401)
    assertNothingEmpty(made)
  })

  it('a key is shown once: the list knows its rights, its use and its last letters, and never the key', async () => {
    const made = await madeKey(service, { name: 'касса', source: '1c', branch: 'NN-01', ratePerMinute: 500 })
    assert.match(made.key, /^vst_live_\S{32}$/)
    await statusWith(made.key)
    const { status, body } = await service.api('GET', '/keys')
    const listed = body.keys.find(({ id }: Json) => id === made.id)
    assert.equal(status, 200)
    const { createdAt, lastUsedAt, ...rest } = listed
    assert.ok(createdAt && lastUsedAt)
    assert.deepEqual(rest, {
      id: made.id,
      name: 'касса',
      kind: 'live',
      source: '1c',
      branch: 'NN-01',
      scopes: [],
      hint: made.key.slice(-4),
      ratePerMinute: 500,
      createdBy: 'admin',
      state: 'valid',
    })
    assert.ok(!JSON.stringify(body).includes(made.key))
    assertNothingEmpty(body)
  })

  it('the events of a test key are never sent', async () => {
    const { key } = await madeKey(service, { kind: 'test', source: '1c' })
    const person = await linkedSomeone(service)
    const { state, reason } = await decided(service, await accepted(service, payout(person, 1), bearer(key)))
    assert.deepEqual([state, reason, sumsOn(service.telegram, person)], ['skipped', 'test_mode', []])
  })

  it('those of a team key reach only contacts marked as team', async () => {
    const { key } = await madeKey(service, { kind: 'team', source: '1c' })
    const client = await linkedSomeone(service)
    const colleague = await linkedSomeone(service)
    await service.api('PUT', `/clients/${colleague.id}`, {
      contacts: [{ channel: 'telegram', address: String(colleague.chat), team: true }],
    })
    assert.equal((await decided(service, await accepted(service, payout(client, 1), bearer(key)))).reason, 'not_team')
    assert.equal((await decided(service, await accepted(service, payout(colleague, 2), bearer(key)))).state, 'sent')
    assert.deepEqual([sumsOn(service.telegram, client), sumsOn(service.telegram, colleague)], [[], [2]])
  })

  it('a key of one branch speaks for that branch, and for no other', async () => {
    const { key } = await madeKey(service, { source: '1c', branch: 'NN-01' })
    const own = await accepted(service, payout(someone(), 1), bearer(key))
    assert.equal((await service.api('GET', `/events/${own}`)).body.event.branch.code, 'NN-01')
    const foreign = await service.post(payout(someone(), 1, { branch: { code: 'NN-02' } }), bearer(key))
    assert.equal(foreign.status, 422)
    assert.match(foreign.body.message, /NN-02.*NN-01/)
  })

  it('a key that comes too often waits for as long as Retry-After says', async () => {
    const { key } = await madeKey(service, { source: '1c', ratePerMinute: 2 })
    assert.deepEqual([await statusWith(key), await statusWith(key, other)], [200, 200])
    const { status, body, headers } = await service.post(payout(someone(), 1), bearer(key))
    assert.deepEqual([status, body.code], [429, 'rate_limited'])
    const retryAfter = Number(headers.get('retry-after'))
    assert.ok(retryAfter >= 1 && retryAfter <= 60, String(retryAfter))

    const machine = await madeKey(service, { scopes: ['journal:read'], ratePerMinute: 1 })
    assert.equal((await apiWith(service.url, machine.key, 'GET', '/journal')).status, 200)
    const refused = await apiWith(service.url, machine.key, 'GET', '/journal')
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  })

  it('a revoked key is 401 here at once, and in other processes within seconds', async () => {
    const { id, key } = await madeKey(service, { source: '1c' })
    assert.deepEqual([await statusWith(key), await statusWith(key, other)], [200, 200])
    const { status, body } = await service.api('DELETE', `/keys/${id}`)
    assert.deepEqual([status, body.state], [200, 'revoked'])
    assert.equal(await statusWith(key), 401)
    await until(async () => (await statusWith(key, other)) === 401, 10_000, 'the other process hears of it')
    assert.equal((await service.api('DELETE', `/keys/${id}`)).status, 404)
  })

  it('a key is exchanged without a pause: two of a line are valid for a time, never three', async () => {
    const first = await madeKey(service, { source: '1c', branch: 'NN-01', ratePerMinute: 100 })
    const { status, body: second } = await service.api('POST', `/keys/${first.id}/rotate`)
    assert.equal(status, 201)
    assert.deepEqual([second.branch, second.ratePerMinute, second.source], ['NN-01', 100, '1c'])
    const left = Date.parse(second.oldValidUntil) - Date.now()
    assert.ok(left > 23.9 * 3_600_000 && left <= 24 * 3_600_000, second.oldValidUntil)
    assert.deepEqual([await statusWith(first.key), await statusWith(second.key)], [200, 200])

    const again = await service.api('POST', `/keys/${first.id}/rotate`)
    assert.equal(again.status, 422)
    assert.match(again.body.message, /уже заменён/)

    const { body: third } = await service.api('POST', `/keys/${second.id}/rotate`, { overlapHours: 1 })
    assert.deepEqual(
      [await statusWith(first.key), await statusWith(second.key), await statusWith(third.key)],
      [401, 200, 200],
    )
    const { body: fourth } = await service.api('POST', `/keys/${third.id}/rotate`, { overlapHours: 0 })
    assert.deepEqual([await statusWith(third.key), await statusWith(fourth.key)], [401, 200])
  })

  it('two who exchange one key at the same moment: one of them does', async () => {
    const { id } = await madeKey(service, { source: '1c' })
    const answers = await Promise.all([1, 2, 3].map(() => service.api('POST', `/keys/${id}/rotate`)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422, 422])
  })

  it('an infobase stays known when the key of its line is exchanged', async () => {
    const first = await madeKey(service, { source: '1c' })
    const person = await linkedSomeone(service)
    await accepted(service, payout(person, 1, { infobase: 'buh' }), bearer(first.key))
    const { body: second } = await service.api('POST', `/keys/${first.id}/rotate`)
    const copy = await service.post(payout(person, 2, { infobase: 'copy' }), bearer(second.key))
    assert.equal(copy.body.results[0].warnings[0].code, 'infobase_quarantined')
    const real = await service.post(payout(person, 3, { infobase: 'buh' }), bearer(second.key))
    assert.deepEqual(real.body.results[0].warnings, [])
  })

  it('a key that runs out is 401 from then on', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString()
    const { key } = await madeKey(service, { source: '1c', expiresAt })
    assert.equal(await statusWith(key), 200)
    await until(async () => (await statusWith(key)) === 401, patienceMs, 'the key runs out')
  })

  const wrong: [title: string, body: Record<string, unknown>, field: RegExp][] = [
    ['an unknown kind', { kind: 'root', source: '1c' }, /kind/],
    ['an unknown source', { source: 'sap' }, /source/],
    ['an unknown scope', { scopes: ['everything'] }, /scopes/],
    ['neither a source nor a scope', {}, /source.*scopes/],
    ['a time that is past', { source: '1c', expiresAt: '2020-01-01T00:00:00Z' }, /expiresAt/],
    ['no name', { name: '', source: '1c' }, /name/],
    ['a rate of nothing', { source: '1c', ratePerMinute: 0 }, /ratePerMinute/],
    ['a word that no key has', { source: '1c', scope: ['preview'] }, /scope/],
  ]
  for (const [title, more, field] of wrong) {
    it(`${title}: 422 that names the field in Russian`, async () => {
      const { status, body } = await service.api('POST', '/keys', { name: 'x', kind: 'live', ...more })
      assert.equal(status, 422, JSON.stringify(body))
      assert.match(body.message, field)
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }

  it('overlapHours is between 0 and 720, and a key nobody knows is 404', async () => {
    const { id } = await madeKey(service, { source: '1c' })
    for (const overlapHours of [-1, 721, 'long'])
      assert.equal((await service.api('POST', `/keys/${id}/rotate`, { overlapHours })).status, 422)
    assert.equal((await service.api('POST', '/keys/key_0/rotate')).status, 404)
    assert.equal((await service.api('DELETE', '/keys/key_0')).status, 404)
  })

  describe('a key that may make keys', () => {
    it('gives no right that it has not itself', async () => {
      const { key } = await madeKey(service, { scopes: ['keys:write', 'journal:read'] })
      const make = (more: Json) => apiWith(service.url, key, 'POST', '/keys', { name: 'x', kind: 'live', ...more })
      assert.equal((await make({ scopes: ['journal:read'] })).status, 201)
      const { status, body } = await make({ scopes: ['journal:read', 'clients:write'] })
      assert.deepEqual([status, body.code], [403, 'forbidden'])
      assert.match(body.message, /clients:write/)
    })

    it('of a source, a branch or a test makes no key of another', async () => {
      const own = { scopes: ['keys:write', 'journal:read'], source: '1c', branch: 'NN-01', kind: 'team' }
      const { key } = await madeKey(service, own)
      const make = async (more: Json) =>
        (await apiWith(service.url, key, 'POST', '/keys', { name: 'x', ...own, ...more })).status
      assert.deepEqual([await make({}), await make({ kind: 'test' })], [201, 201])
      assert.deepEqual(
        [
          await make({ source: 'vtorium' }),
          await make({ branch: 'NN-02' }),
          await make({ kind: 'live' }),
          await make({ source: undefined }),
          await make({ branch: undefined }),
        ],
        [403, 403, 403, 403, 403],
      )
    })

    it('does not see, exchange or revoke a key that may more', async () => {
      const strong = await madeKey(service, { scopes: ['clients:write'] })
      const foreign = await madeKey(service, { source: 'vtorium' })
      const { key } = await madeKey(service, { scopes: ['keys:write'], source: '1c' })
      const { body } = await apiWith(service.url, key, 'GET', '/keys')
      assert.ok(body.keys.every(({ source }: Json) => source === '1c'))
      for (const { id } of [strong, foreign]) {
        assert.equal((await apiWith(service.url, key, 'POST', `/keys/${id}/rotate`)).status, 404)
        assert.equal((await apiWith(service.url, key, 'DELETE', `/keys/${id}`)).status, 404)
      }
      const ofSource = await madeKey(service, { scopes: ['clients:write'], source: '1c' })
      assert.equal((await apiWith(service.url, key, 'POST', `/keys/${ofSource.id}/rotate`)).status, 403)
    })

    it('without that right is 403, and a key of a sender may nothing else', async () => {
      const { key } = await madeKey(service, { scopes: ['journal:read'] })
      assert.equal((await apiWith(service.url, key, 'GET', '/keys')).status, 403)
      assert.equal((await apiWith(service.url, key, 'GET', '/journal')).status, 200)
      const sender = await madeKey(service, { source: '1c' })
      assert.equal((await apiWith(service.url, sender.key, 'GET', '/journal')).status, 403)
    })
  })

  it('a key of one branch does not open the clients of all', async () => {
    const { key } = await madeKey(service, { branch: 'NN-01', scopes: ['clients:read', 'clients:write'] })
    const person = await linkedSomeone(service)
    for (const [method, body] of [['GET'], ['PUT', { phone: '+79031234567' }]] as const) {
      const refused = await apiWith(service.url, key, method, `/clients/${person.id}`, body)
      assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'])
      assert.match(refused.body.message, /NN-01/)
    }
    const { key: common } = await madeKey(service, { scopes: ['clients:read'] })
    assert.equal((await apiWith(service.url, common, 'GET', `/clients/${person.id}`)).status, 200)
  })
})
