import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canBeCorrection, correctedSum } from '../../src/events/correction.ts'
import { type Event, type EventType, eventTypes } from '../../src/events/event.ts'
import type { EarlierFact } from '../../src/events/store/read.ts'
import { newId } from '../../src/lib/ids.ts'
import { decimalOf } from '../../src/lib/money.ts'

type More = { sum?: string; stage?: number; whole?: string }

function now(type: EventType, { sum = '200.00', stage, whole }: More = {}): Event {
  return {
    type,
    client: { id: 'c' },
    operation: { id: 'op', ...(whole === undefined ? {} : { amount: whole }) },
    payment: { amount: sum, ...(stage === undefined ? {} : { stage }) },
  }
}

function told(type: EventType, amount: bigint | null = 10_000n, more: Partial<EarlierFact> = {}): EarlierFact {
  return { id: newId('event'), type, occurredAt: null, amount, stage: null, isSilent: false, ...more }
}

describe('the same fact with another sum is a correction', () => {
  const cases: [title: string, event: Event, earlier: EarlierFact[], was: bigint | undefined][] = [
    ['the first word about its operation', now('payout.paid'), [], undefined],
    ['a payout with another sum', now('payout.paid'), [told('payout.paid')], 10_000n],
    [
      'the same sum: the other identity says that it is another payout',
      now('payout.paid'),
      [told('payout.paid', 20_000n)],
      undefined,
    ],
    ['the last sum counts', now('payout.paid'), [told('payout.paid'), told('payout.paid', 15_000n)], 15_000n],
    ['back to the last sum', now('payout.paid'), [told('payout.paid'), told('payout.paid', 20_000n)], undefined],
    ['nobody was told of the first', now('payout.paid'), [told('payout.paid', 10_000n, { isSilent: true })], undefined],
    ['the first said no sum', now('operation.accepted'), [told('operation.accepted', null)], undefined],
    ['an acceptance weighed anew', now('operation.accepted'), [told('operation.accepted')], 10_000n],
    ['another fact of the operation', now('payout.paid'), [told('payout.sent')], undefined],
    ['another stage', now('payout.partial', { stage: 2 }), [told('payout.partial', 10_000n, { stage: 1 })], undefined],
    ['the same stage', now('payout.partial', { stage: 1 }), [told('payout.partial', 10_000n, { stage: 1 })], 10_000n],
    ['parts without a stage', now('payout.partial'), [told('payout.partial')], undefined],
    ['two parts of one sum', now('payout.paid', { whole: '300.00' }), [told('payout.paid')], undefined],
    ['more than the whole sum', now('payout.paid', { whole: '299.99' }), [told('payout.paid')], 10_000n],
    ['a failure', now('payout.failed'), [told('payout.failed')], undefined],
  ]
  for (const [title, event, earlier, was] of cases) {
    it(`${title}: ${was === undefined ? 'news of its own' : 'corrected'}`, () => {
      assert.equal(correctedSum(event, earlier), was)
    })
  }

  it('a fact without a document corrects nothing, whatever was told', () => {
    const { operation, ...event } = now('payout.paid')
    assert.ok(operation)
    assert.equal(canBeCorrection(event), false)
    assert.equal(correctedSum(event, [told('payout.paid')]), undefined)
  })

  it('a correction always names a sum that was told, and never the one it says itself', () => {
    const facts = fc.array(
      fc.record({ type: fc.constantFrom(...eventTypes), kopecks: fc.bigInt(1n, 5n), isSilent: fc.boolean() }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(fc.constantFrom(...eventTypes), fc.bigInt(1n, 5n), facts, (type, kopecks, before) => {
        const earlier = before.map((each) => told(each.type, each.kopecks, { isSilent: each.isSilent }))
        const was = correctedSum(now(type, { sum: decimalOf(kopecks) }), earlier)
        if (was === undefined) return
        assert.notEqual(was, kopecks)
        assert.ok(earlier.some((fact) => fact.type === type && !fact.isSilent && fact.amount === was))
      }),
    )
  })
})
