import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService } from '../support/service.ts'
import { accepted, linkedSomeone, payout, type Someone, sumsOn, waitForMessage } from '../support/story.ts'

describe('one fact, one message', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  /** Messages of a client keep their order, so what came before this one is all that came. */
  const sumsBefore = async (person: Someone, marker = 777): Promise<number[]> => {
    await accepted(service, payout(person, marker))
    await waitForMessage(service.telegram, person, `${marker}\u00a0₽`)
    return sumsOn(service.telegram, person).slice(0, -1)
  }

  it('the same event posted twenty times at once is one message', async () => {
    const person = await linkedSomeone(service)
    const event = payout(person, 100)

    const answers = await Promise.all(Array.from({ length: 20 }, () => service.post(event)))

    const results = answers.map(({ status, body }) => {
      assert.equal(status, 200)
      return body.results[0]
    })
    assert.equal(results.filter((each) => each.status === 'accepted').length, 1)
    assert.equal(results.filter((each) => each.status === 'duplicate').length, 19)
    assert.equal(new Set(results.map((each) => each.id)).size, 1)
    assert.deepEqual(await sumsBefore(person), [100])
  })

  it('the same event id with another content is refused with 409, and says so in Russian', async () => {
    const person = await linkedSomeone(service)
    const event = payout(person, 100)
    await accepted(service, event)

    const { status, body } = await service.post({ ...event, payment: { amount: '900.00', method: 'card' } })

    assert.equal(status, 409)
    assert.equal(body.code, 'id_reused')
    assert.match(body.message, /идентификатор/i)
    assert.equal(body.errors[0].field, 'id')
    assert.deepEqual(await sumsBefore(person), [100])
  })

  it('in an array each item has its own answer: accepted, repeated inside, repeated from before, used up, new', async () => {
    const person = await linkedSomeone(service)
    const [old, twice, fresh] = [payout(person, 1), payout(person, 2), payout(person, 4)]
    const oldId = await accepted(service, old)

    const { status, body } = await service.post([
      old,
      twice,
      { ...twice },
      { ...old, payment: { amount: '3.00' } },
      { ...twice, payment: { amount: '3.00' } },
      fresh,
    ])

    assert.equal(status, 200)
    const results = body.results
    assert.deepEqual(
      results.map((each: { index: number; status: string }) => `${each.index} ${each.status}`),
      ['0 duplicate', '1 accepted', '2 duplicate', '3 rejected', '4 rejected', '5 accepted'],
    )
    assert.equal(results[0].id, oldId)
    assert.equal(results[2].id, results[1].id)
    for (const index of [3, 4]) assert.equal(results[index].errors[0].code, 'id_reused')
    assert.deepEqual(await sumsBefore(person), [1, 2, 4])
  })

  it('two payouts of the same sum with ids of their own are two messages', async () => {
    const person = await linkedSomeone(service)
    const document = { operation: { id: 'one-and-the-same' } }
    await accepted(service, payout(person, 500, document))
    await accepted(service, payout(person, 500, document))
    assert.deepEqual(await sumsBefore(person), [500, 500])
  })

  it('without ids the document tells: the same is one, another sum, stage, status or version is another', async () => {
    const person = await linkedSomeone(service)
    const bare = (roubles: number, more: object = {}, payment: object = {}) => {
      const { id: _, ...event } = payout(person, roubles, { operation: { id: `act-of-${person.id}` }, ...more })
      return { ...event, payment: { ...event.payment, ...payment } }
    }
    const variants = [
      bare(10),
      bare(20),
      bare(10, { type: 'payout.partial' }, { stage: 1 }),
      bare(10, { type: 'payout.partial' }, { stage: 2 }),
      bare(10, { version: '2' }),
    ]
    const ids = new Set<string>()
    for (const event of variants) {
      const first = await accepted(service, event)
      const { status, body } = await service.post({ ...event, occurredAt: new Date(Date.now() - 60_000).toISOString() })
      assert.equal(status, 200)
      assert.deepEqual([body.results[0].status, body.results[0].id], ['duplicate', first])
      ids.add(first)
    }
    assert.equal(ids.size, variants.length)
    assert.deepEqual(await sumsBefore(person), [10, 20, 10, 10, 10])
  })

  it('ids of one sender are nobody else’s: a test event and a live one do not swallow each other', async () => {
    const person = await linkedSomeone(service)
    const event = payout(person, 100)
    const testId = await accepted(service, event, { 'x-test': '1' })
    const liveId = await accepted(service, event)
    assert.notEqual(testId, liveId)
    const again = await service.post(event, { 'x-test': '1' })
    assert.deepEqual([again.body.results[0].status, again.body.results[0].id], ['duplicate', testId])
    assert.deepEqual(await sumsBefore(person), [100])
  })

  it('an array sent again after a lost answer repeats nothing', async () => {
    const people = await Promise.all([1, 2, 3].map(() => linkedSomeone(service)))
    const events = people.flatMap((person) => [payout(person, 1), payout(person, 2)])
    const answers = await Promise.all([service.post(events), service.post(events), service.post(events.toReversed())])
    const count = (status: string) =>
      answers.flatMap(({ body }) => body.results).filter((each: { status: string }) => each.status === status).length
    assert.equal(count('accepted'), events.length)
    assert.equal(count('duplicate'), 2 * events.length)
    for (const person of people) assert.deepEqual([...(await sumsBefore(person))].sort(), [1, 2])
  })
})
