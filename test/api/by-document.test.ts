import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, payout, type Someone } from '../support/story.ts'
import { assertNothingEmpty } from './answers.ts'
import { caller } from './keys.ts'

describe('the events of a document', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let person: Someone
  const operation = { id: '5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c', number: 'ПСА/000457' }
  let ids: string[] = []

  before(async () => {
    service = await startService(scope)
    person = await linkedSomeone(service)
    const more = { operation, branch: { code: 'NN-01' } }
    ids = [
      await accepted(service, payout(person, 1, { id: 'd/1', type: 'payout.sent', infobase: 'real', ...more })),
      await accepted(service, payout(person, 2, { id: 'd/2', ...more })),
    ]
    for (const id of ids) await cameTo(service, id, 'sent')
    await accepted(service, payout(person, 3))
  })

  const find = (document: string) => service.api('GET', `/events/by-document/${encodeURIComponent(document)}`)
  const idsIn = (body: Json) => body.items.map((each: Json) => each.id)

  it('are found by its id and by its number, in the order in which they came, each with its whole story', async () => {
    for (const name of [operation.id, operation.number]) {
      const { status, body } = await find(name)
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual(idsIn(body), ids)
      assertNothingEmpty(body)
      for (const item of body.items) assert.deepEqual(item, (await service.api('GET', `/events/${item.id}`)).body)
    }
  })

  it('are there before anything was sent: held for its infobase, or only a test', async () => {
    const held = await accepted(service, payout(person, 4, { operation: { id: 'held-doc' }, infobase: 'copy' }))
    const tested = await accepted(service, payout(person, 5, { operation: { id: 'test-doc' } }), { 'x-test': '1' })
    assert.deepEqual(idsIn((await find('held-doc')).body), [held])
    assert.deepEqual(idsIn((await find('test-doc')).body), [tested])
    assert.deepEqual((await find('held-doc')).body.items[0].notifications, [])
  })

  it('that nobody knows are 404, in Russian with what to do', async () => {
    for (const name of ['5f0f6c1e-0000-11f0-9c55-00155d0a1b2c', "' or 1=1", '%', 'evt_1']) {
      const { status, body } = await find(name)
      assert.deepEqual([status, body.code], [404, 'not_found'])
      assert.match(body.message, /operation\.id/)
    }
  })

  it('of another branch or source are not shown', async () => {
    const path = `/events/by-document/${operation.id}`
    const of = async (key: { source?: string; branchCode?: string }) =>
      (await (await caller(service, { scopes: ['events:read'], ...key }))('GET', path)).status
    assert.equal(await of({ branchCode: 'NN-01', source: '1c' }), 200)
    assert.equal(await of({ branchCode: 'KZ-02' }), 404)
    assert.equal(await of({ source: 'vtorium' }), 404)
    const other = await caller(service, { scopes: ['journal:read'] })
    assert.equal((await other('GET', path)).status, 403)
  })
})
