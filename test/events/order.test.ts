import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Event, type EventType, eventTypes } from '../../src/events/event.ts'
import { isSuperseded } from '../../src/events/order.ts'
import type { EarlierFact } from '../../src/events/store/read.ts'
import { newId } from '../../src/lib/ids.ts'

const at = (minute: number) => new Date(Date.UTC(2025, 10, 23, 12, minute))

function late(type: EventType, more: Partial<Event> = {}): Event {
  return { type, client: { id: 'c' }, operation: { id: 'op' }, payment: { amount: '100.00' }, ...more }
}

function told(type: EventType, more: Partial<EarlierFact> = {}): EarlierFact {
  return { id: newId('event'), type, occurredAt: at(43), amount: 10_000n, stage: null, isSilent: false, ...more }
}

describe('a late fact is no news', () => {
  const cases: [title: string, event: Event, earlier: EarlierFact[], isStale: boolean][] = [
    ['the first fact of its operation', late('operation.accepted'), [], false],
    ['acceptance after the payout', late('operation.accepted'), [told('payout.paid')], true],
    ['acceptance after the first stage', late('operation.accepted'), [told('payout.partial', { stage: 1 })], true],
    ['acceptance after an acceptance', late('operation.accepted'), [told('operation.accepted')], false],
    ['acceptance after a reminder', late('operation.accepted'), [told('installment.reminder')], false],
    ['«sent» after «paid» of the same payment', late('payout.sent'), [told('payout.paid')], true],
    ['«delayed» after «paid» of the same payment', late('payout.delayed'), [told('payout.paid')], true],
    ['«sent» after «sent»', late('payout.sent'), [told('payout.sent')], false],
    ['«sent» after a failure: it is tried again', late('payout.sent'), [told('payout.failed')], false],
    ['«paid» after «sent»', late('payout.paid'), [told('payout.sent')], false],
    ['«paid» after «paid»: another payout', late('payout.paid'), [told('payout.paid')], false],
    ['«failed» after «paid»: the bank took it back', late('payout.failed'), [told('payout.paid')], false],
    [
      '«sent» of the second stage after the first was paid',
      late('payout.sent', { payment: { amount: '100.00', stage: 2 } }),
      [told('payout.partial', { stage: 1 })],
      false,
    ],
    ['«sent» of another sum', late('payout.sent', { payment: { amount: '50.00' } }), [told('payout.paid')], false],
    [
      '«sent» that happened after «paid»',
      late('payout.sent', { occurredAt: at(50).toISOString() }),
      [told('payout.paid')],
      false,
    ],
    [
      '«sent» that happened before «paid»',
      late('payout.sent', { occurredAt: at(40).toISOString() }),
      [told('payout.paid')],
      true,
    ],
    [
      'one stale fact among others',
      late('payout.sent'),
      [told('payout.paid', { amount: 5_000n }), told('payout.paid')],
      true,
    ],
  ]
  for (const [title, event, earlier, isStale] of cases) {
    it(`${title}: ${isStale ? 'nobody is told' : 'the client is told'}`, () => {
      assert.equal(isSuperseded(event, earlier), isStale)
    })
  }

  it('that money arrived, failed or is owed is news whatever came before', () => {
    const facts = fc.array(
      fc.record({
        type: fc.constantFrom(...eventTypes),
        occurredAt: fc.option(fc.integer({ min: 0, max: 59 }).map(at)),
        amount: fc.option(fc.constantFrom(10_000n, 5_000n)),
        stage: fc.option(fc.integer({ min: 1, max: 3 })),
      }),
    )
    const news = eventTypes.filter((each) => !['operation.accepted', 'payout.sent', 'payout.delayed'].includes(each))
    fc.assert(
      fc.property(fc.constantFrom(...news), facts, (type, earlier) => {
        assert.ok(
          !isSuperseded(
            late(type),
            earlier.map((each) => ({ id: newId('event'), isSilent: false, ...each })),
          ),
        )
      }),
      { numRuns: 500 },
    )
  })
})
