import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { reconcileShape } from '../../src/api/reconcile.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, payout, someone } from '../support/story.ts'
import { assertNothingEmpty } from './answers.ts'
import { caller } from './keys.ts'

describe('a reconciliation', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  const person = someone()
  const from = new Date(Date.now() - 60_000).toISOString()
  const to = new Date(Date.now() + 3_600_000).toISOString()
  const occurredAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 5_000).toISOString()
  let nameless = ''
  let first = ''
  let copied = ''

  const event = (id: string, roubles: number, more: object = {}) =>
    payout(person, roubles, { id, operation: { id: `op-${id}`, number: `N-${id}` }, occurredAt, ...more })

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
    first = await accepted(service, event('a', 1, { infobase: 'real', branch: { code: 'NN-01' } }))
    await accepted(service, event('b', 2, { branch: { code: 'KZ-02' } }))
    await accepted(service, event('tested', 3), { 'x-test': '1' })
    const { id, ...plain } = event('', 4, { operation: { id: 'op-nameless', number: 'N-7' } })
    nameless = await accepted(service, plain)
    copied = await accepted(service, event('copied', 5, { infobase: 'copy' }))
  })

  const reconcile = async (ids: unknown[], more: object = {}): Promise<Json> => {
    const { status, body } = await service.api('POST', '/reconcile', { source: '1c', from, to, ids, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    assertNothingEmpty(body)
    assert.doesNotThrow(() => reconcileShape.parse(body))
    return body
  }
  const named = (extra: Json[]) => extra.map((each) => each.id ?? each.eventId)

  it('names what the sender has and we have not, whenever it was, and what we have and he did not name', async () => {
    const { missing, extra, different, held } = await reconcile(['a', 'never', 'neither', 'never'])
    assert.deepEqual(missing, ['never', 'neither'])
    assert.deepEqual(named(extra), ['b', nameless, 'copied'])
    assert.deepEqual([different, held], [[], []])
  })

  it('is empty when both have the same', async () => {
    assert.deepEqual(await reconcile(['a', 'b', nameless, 'copied']), {
      missing: [],
      extra: [],
      different: [],
      held: ['copied'],
    })
  })

  it('describes what was not named, so that a person finds the document', async () => {
    const { extra } = await reconcile(['a', 'b'])
    const { receivedAt, ...rest } = extra[0]
    assert.deepEqual(rest, {
      eventId: nameless,
      type: 'payout.paid',
      amount: '4.00',
      occurredAt,
      operation: { id: 'op-nameless', number: 'N-7' },
    })
    assert.ok(Date.parse(receivedAt) > Date.parse(from))
    assert.deepEqual([extra[1].eventId, extra[1].infobase, extra[1].held], [copied, 'copy', true])
  })

  it('an event may be named by our id as well as by his', async () => {
    const { missing, extra } = await reconcile([first, nameless, `evt_${'0'.repeat(32)}`])
    assert.deepEqual(missing, [`evt_${'0'.repeat(32)}`])
    assert.deepEqual(named(extra), ['b', 'copied'])
  })

  it('compares what the sender tells of it: type, sum and moment', async () => {
    const same = { id: 'a', type: 'payout.paid', amount: '1.00', occurredAt: occurredAt.replace('.000Z', '+00:00') }
    assert.deepEqual((await reconcile([same, { id: 'a', amount: 1 }, { id: 'a' }])).different, [])
    const { different, missing } = await reconcile([
      { id: 'a', type: 'payout.sent', amount: '1' },
      { id: 'b', amount: '2.01', occurredAt },
      { id: 'copied', occurredAt: '2020-01-01T00:00:00+03:00' },
      { id: 'never', amount: '1' },
    ])
    assert.deepEqual(missing, ['never'])
    assert.deepEqual(
      different.map(({ eventId, ...each }: Json) => each),
      [
        {
          id: 'a',
          fields: ['type'],
          yours: { type: 'payout.sent', amount: '1.00' },
          ours: { type: 'payout.paid', amount: '1.00', occurredAt },
        },
        {
          id: 'b',
          fields: ['amount'],
          yours: { amount: '2.01', occurredAt },
          ours: { type: 'payout.paid', amount: '2.00', occurredAt },
        },
        {
          id: 'copied',
          fields: ['occurredAt'],
          yours: { occurredAt: '2019-12-31T21:00:00.000Z' },
          ours: { type: 'payout.paid', amount: '5.00', occurredAt },
        },
      ],
    )
    assert.equal(different[0].eventId, first)
  })

  it('looks for what is not named only in the given time, and for what is named at any time', async () => {
    const past = { from: '2020-01-01', to: '2020-01-31' }
    assert.deepEqual(await reconcile(['a', 'never'], past), { missing: ['never'], extra: [], different: [], held: [] })
    // In Moscow it is tomorrow already when the evening is late elsewhere.
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const { extra } = await reconcile([], { from: '2020-01-01', to: tomorrow })
    assert.equal(extra.length, 4)
  })

  it('what the original posted stands before what its copy did', async () => {
    const id = await accepted(service, event('copied', 6, { infobase: 'real' }))
    const { different, held } = await reconcile([{ id: 'copied', amount: '6.00' }])
    assert.deepEqual([different, held], [[], []])
    const { different: other } = await reconcile([{ id: 'copied', amount: '5.00' }])
    assert.deepEqual(other[0].eventId, id)
  })

  it('another source has nothing of this', async () => {
    assert.deepEqual(await reconcile(['a'], { source: 'vtorium' }), {
      missing: ['a'],
      extra: [],
      different: [],
      held: [],
    })
  })

  it('takes ten thousand ids at once, in one MiB, and answers soon', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c/paid/${index}`)
    const startedAt = Date.now()
    const { missing, extra } = await reconcile([...ids.slice(1), 'a'])
    assert.equal(missing.length, 9_999)
    assert.ok(!named(extra).includes('a'))
    assert.ok(Date.now() - startedAt < 8_000, 'within the time that 1C waits')
    const { status, body } = await service.api('POST', '/reconcile', { source: '1c', from, to, ids: [...ids, 'b'] })
    assert.deepEqual([status, body.code], [422, 'field_invalid'])
    assert.match(body.message, /10000/)
  })

  it('a key of one source or branch reconciles only its own', async () => {
    const ofOne = await caller(service, { scopes: ['reconcile'], source: '1c', branchCode: 'NN-01' })
    const { body } = await ofOne('POST', '/reconcile', { source: '1c', from, to, ids: ['b'] })
    assert.deepEqual([body.missing, named(body.extra)], [['b'], ['a']])
    const foreign = await ofOne('POST', '/reconcile', { source: 'vtorium', from, to, ids: [] })
    assert.equal(foreign.status, 403)
    assert.match(foreign.body.message, /источник/)
    const reader = await caller(service, { scopes: ['events:read'] })
    assert.equal((await reader('POST', '/reconcile', { source: '1c', from, to, ids: [] })).status, 403)
  })

  const wrong: [title: string, body: object, field: RegExp][] = [
    ['an unknown source', { source: 'ones' }, /source/],
    ['no source', { source: undefined }, /source/],
    ['a time that ends before it begins', { from: '2025-01-02T00:00:00Z', to: '2025-01-01T00:00:00Z' }, /to/],
    ['a moment without a zone', { from: '2025-01-02T00:00:00' }, /from/],
    ['ids that are a word', { ids: 'a' }, /ids/],
    ['an empty id', { ids: [''] }, /ids/],
    ['a sum in words', { ids: [{ id: 'a', amount: 'сто' }] }, /ids/],
    ['an unknown type', { ids: [{ id: 'a', type: 'paid' }] }, /ids/],
  ]
  for (const [title, more, field] of wrong) {
    it(`${title} is 422, in Russian`, async () => {
      const { status, body } = await service.api('POST', '/reconcile', { source: '1c', from, to, ids: [], ...more })
      assert.deepEqual([status, body.code], [422, 'field_invalid'], JSON.stringify(body))
      assert.match(body.message, field)
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }
})
