import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { BatcherFull, createBatcher } from '../../src/lib/batcher.ts'
import { createGate } from '../../src/lib/gate.ts'

describe('many callers share one piece of work', () => {
  it('each gets his own answer, in the order of the calls, in rounds of at most the limit, one after another', async () => {
    const plans = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }))
    await fc.assert(
      fc.asyncProperty(plans, async ([limit, pauses]) => {
        const rounds: number[][] = []
        let running = 0
        const batcher = createBatcher<number, string>({
          limit,
          queueLimit: 1_000,
          work: async (items) => {
            assert.equal(running++, 0, 'two rounds at once')
            rounds.push(items)
            await turn()
            running--
            return items.map((each) => `answer ${each}`)
          },
        })
        const answers: Promise<string>[] = []
        for (const [index, turns] of pauses.entries()) {
          answers.push(batcher.run(index))
          for (let i = 0; i < turns; i++) await turn()
        }
        assert.deepEqual(
          await Promise.all(answers),
          pauses.map((_, index) => `answer ${index}`),
        )
        assert.deepEqual(
          rounds.flat(),
          pauses.map((_, index) => index),
        )
        assert.ok(rounds.every((each) => each.length > 0 && each.length <= limit))
        await batcher.idle()
        assert.equal(batcher.waiting(), 0)
      }),
      { numRuns: 100 },
    )
  })

  it('callers that come together share the first round', async () => {
    const rounds: number[][] = []
    const batcher = createBatcher<number, number>({
      limit: 10,
      queueLimit: 10,
      work: async (items) => {
        rounds.push(items)
        return items
      },
    })
    await Promise.all([1, 2, 3].map((each) => batcher.run(each)))
    assert.deepEqual(rounds, [[1, 2, 3]])
  })

  it('a round that fails is the failure of its own callers, and the next one goes on', async () => {
    const batcher = createBatcher<string, string>({
      limit: 2,
      queueLimit: 10,
      work: async (items) => {
        if (items.includes('bad')) throw new Error('no')
        return items
      },
    })
    const results = await Promise.allSettled(['a', 'bad', 'b', 'c'].map((each) => batcher.run(each)))
    assert.deepEqual(
      results.map((each) => each.status),
      ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
    )
    assert.equal(await batcher.run('d'), 'd')
  })

  it('too few answers are a failure, not somebody else’s answer', async () => {
    const batcher = createBatcher<number, number>({ limit: 2, queueLimit: 10, work: async (items) => items.slice(1) })
    await assert.rejects(Promise.all([batcher.run(1), batcher.run(2)]), /expected 2 outputs/)
  })

  it('who comes when too many wait is refused at once, and the others are served', async () => {
    const batcher = createBatcher<number, number>({ limit: 1, queueLimit: 2, work: async (items) => items })
    const results = await Promise.allSettled([1, 2, 3].map((each) => batcher.run(each)))
    assert.deepEqual(
      results.map((each) => each.status),
      ['fulfilled', 'fulfilled', 'rejected'],
    )
    const [, , third] = results
    assert.ok(third?.status === 'rejected' && third.reason instanceof BatcherFull)
    assert.equal(await batcher.run(4), 4)
  })
})

describe('the gate', () => {
  it('lets so many in at once, in the order in which they came, also past one that fails', async () => {
    const gate = createGate(2)
    let inside = 0
    let most = 0
    const entered: number[] = []
    const visit = (index: number) =>
      gate(async () => {
        entered.push(index)
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside -= 1
        if (index === 1) throw new Error('stumbled')
        return index
      })
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map(visit))
    assert.deepEqual(entered, [0, 1, 2, 3, 4])
    assert.equal(most, 2)
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    )
  })
})
