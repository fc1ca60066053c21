import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apiWith, madeKey } from '../support/keys.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, decided, linkedSomeone, payout, sumsOn } from '../support/story.ts'
import { assertNothingEmpty } from './answers.ts'

const vtoriumKey = 'test-vtorium-key-0123456789'

describe('infobases that post with the key of another', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, { WEBHOOK_VTORIUM_KEY: vtoriumKey })
    await accepted(service, payout({ id: 'first' }, 1, { infobase: 'real' }))
  })

  const held = async (person: { id: string }, roubles: number, infobase: string) => {
    const { body } = await service.post(payout(person, roubles, { infobase }))
    assert.equal(body.results[0].warnings[0]?.code, 'infobase_quarantined')
    return body.results[0].id as string
  }
  const list = async (query = ''): Promise<Json> => (await service.api('GET', `/infobases${query}`)).body.infobases
  const decide = (verb: string, body: Json) => service.api('POST', `/infobases/${verb}`, body)

  it('are listed with what is held of them, also by their state', async () => {
    const person = await linkedSomeone(service)
    await held(person, 1, 'listed')
    await held(person, 2, 'listed')
    const [found, ...others] = await list('?state=quarantined')
    const { firstSeenAt, ...rest } = found
    assert.ok(firstSeenAt)
    assert.deepEqual(rest, { source: '1c', keyId: 'env', infobase: 'listed', state: 'quarantined', held: 2 })
    assert.deepEqual(others, [])
    assert.deepEqual(
      (await list()).map(({ infobase, state }: Json) => [infobase, state]),
      [
        ['real', 'confirmed'],
        ['listed', 'quarantined'],
      ],
    )
    assertNothingEmpty(await list())
    assert.equal((await service.api('GET', '/infobases?state=lost')).status, 422)
  })

  it('when confirmed send what was held, in its order, and from then on everything', async () => {
    const person = await linkedSomeone(service)
    for (const roubles of [1, 2, 3]) await held(person, roubles, 'second')
    const { status, body } = await decide('confirm', { infobase: 'second' })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual([body.state, body.released, body.held, body.decidedBy], ['confirmed', 3, 0, 'admin'])
    await cameTo(service, await accepted(service, payout(person, 4, { infobase: 'second' })), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3, 4])
    assert.equal((await decide('confirm', { infobase: 'second' })).body.released, 0)
  })

  it('when refused send nothing, ever: what was held and what comes is journaled as a test', async () => {
    const person = await linkedSomeone(service)
    const before = await held(person, 10, 'copy')
    const { body } = await decide('refuse', { infobase: 'copy' })
    assert.deepEqual([body.state, body.released, body.held], ['refused', 1, 0])
    const later = await service.post(payout(person, 11, { infobase: 'copy' }))
    assert.deepEqual([later.status, later.body.results[0].warnings[0].code], [200, 'infobase_refused'])

    for (const id of [before, later.body.results[0].id]) {
      const { state, reason } = await decided(service, id)
      assert.deepEqual([state, reason], ['skipped', 'test_mode'])
      const { items } = (await service.api('GET', '/journal?limit=1000')).body
      const line = items.find(({ eventId }: Json) => eventId === id)
      assert.equal(line.test, true)
      assert.match(line.text, /₽/)
    }
    assert.equal((await decide('confirm', { infobase: 'copy' })).body.released, 0)
    await cameTo(service, await accepted(service, payout(person, 12, { infobase: 'copy' })), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [12])
  })

  it('a refused one does not use up the ids of the real one', async () => {
    const person = await linkedSomeone(service)
    await held(person, 20, 'copy-2')
    await decide('refuse', { infobase: 'copy-2' })
    const event = payout(person, 21)
    await accepted(service, { ...event, infobase: 'copy-2' })
    await cameTo(service, await accepted(service, { ...event, infobase: 'real' }), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [21])
  })

  it('of one name under two keys: the caller is asked which', async () => {
    const { id, key } = await madeKey(service, { source: '1c' })
    const asOther = { authorization: `Bearer ${key}` }
    const person = await linkedSomeone(service)
    await service.post(payout(person, 1, { infobase: 'real' }), asOther)
    await service.post(payout(person, 2, { infobase: 'twin' }), asOther)
    await held(person, 3, 'twin')
    const unclear = await decide('confirm', { infobase: 'twin' })
    assert.equal(unclear.status, 422)
    assert.match(unclear.body.message, new RegExp(`env.*${id}|${id}.*env`))
    assert.equal((await decide('confirm', { infobase: 'twin', keyId: id })).body.released, 1)
    assert.deepEqual(
      (await list('?state=quarantined')).map(({ infobase, keyId }: Json) => [infobase, keyId]),
      [
        ['listed', 'env'],
        ['twin', 'env'],
      ],
    )
  })

  it('of one name at two sources are two', async () => {
    const asVtorium = async (infobase: string) => {
      const answer = await fetch(`${service.url}/webhooks/vtorium`, {
        method: 'POST',
        headers: { authorization: `Bearer ${vtoriumKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(payout({ id: 'somebody' }, 1, { infobase })),
      })
      return ((await answer.json()) as Json).results[0].warnings.map(({ code }: Json) => code)
    }
    assert.deepEqual(await asVtorium('own'), [])
    assert.deepEqual(await asVtorium('real'), ['infobase_quarantined'])
    const { body } = await decide('confirm', { infobase: 'real', source: 'vtorium' })
    assert.deepEqual([body.source, body.state, body.released], ['vtorium', 'confirmed', 1])
  })

  it('nobody knows: 404; without the right: 403; a key of another source sees only its own', async () => {
    assert.equal((await decide('confirm', { infobase: 'nowhere' })).status, 404)
    assert.equal((await decide('refuse', {})).status, 422)
    const reader = await madeKey(service, { scopes: ['sources:read'] })
    const asReader = await apiWith(service.url, reader.key, 'POST', '/infobases/confirm', { infobase: 'listed' })
    assert.equal(asReader.status, 403)
    const other = await madeKey(service, { scopes: ['sources:write', 'sources:read'], source: 'vtorium' })
    const seen = (await apiWith(service.url, other.key, 'GET', '/infobases')).body.infobases
    assert.ok(seen.every(({ source }: Json) => source === 'vtorium'))
    const asOther = await apiWith(service.url, other.key, 'POST', '/infobases/confirm', { infobase: 'listed' })
    assert.equal(asOther.status, 404)
  })
})
