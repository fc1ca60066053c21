import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Event } from '../../src/events/event.ts'
import { contentText, identityText } from '../../src/events/identity.ts'

const today = '2025-11-23T10:00:00.000Z'
const tomorrow = '2025-11-24T10:00:00.000Z'

const paid: Event = {
  type: 'payout.paid',
  client: { id: 'c-1' },
  operation: { id: 'op-1' },
  payment: { amount: '100.00' },
  status: 'Оплачено',
  version: '1',
}
const { operation: _operation, ...aboutNothing } = paid
const numbered: Event = { ...paid, operation: { number: 'ПСА-1' }, occurredAt: '2025-11-23T10:00:00+03:00' }

const same = (one: Event, other: Event, onDays: readonly [string, string] = [today, today]) =>
  identityText(one, onDays[0]) === identityText(other, onDays[1])

describe('what makes two posts one fact', () => {
  const cases: [title: string, one: Event, other: Event, isSame: boolean, onDays?: readonly [string, string]][] = [
    ['the same id, whatever the content', { ...paid, id: 'x' }, { ...numbered, id: 'x' }, true],
    ['other ids, the same content', { ...paid, id: 'x' }, { ...paid, id: 'y' }, false],
    ['the same document', paid, { ...paid }, true],
    ['the same document on another day', paid, paid, true, [today, tomorrow]],
    ['a name spelled anew', paid, { ...paid, client: { id: 'c-1', fullName: 'Иванов' } }, true],
    ['another document', paid, { ...paid, operation: { id: 'op-2' } }, false],
    ['another kind of news', paid, { ...paid, type: 'payout.sent' }, false],
    ['another status', paid, { ...paid, status: 'Зачислено' }, false],
    ['another sum', paid, { ...paid, payment: { amount: '200.00' } }, false],
    ['another stage', paid, { ...paid, payment: { amount: '100.00', stage: 2 } }, false],
    ['another version', paid, { ...paid, version: '2' }, false],
    ['a number of the same day', numbered, { ...numbered }, true],
    [
      'a number that came again a year later',
      numbered,
      { ...numbered, occurredAt: '2026-11-23T10:00:00+03:00' },
      false,
    ],
    ['the same number of two clients', numbered, { ...numbered, client: { id: 'c-2' } }, false],
    ['no document, all the same, the same day', aboutNothing, { ...aboutNothing }, true],
    ['no document, all the same, another day', aboutNothing, aboutNothing, false, [today, tomorrow]],
    ['no document, another sum', aboutNothing, { ...aboutNothing, payment: { amount: '1.00' } }, false],
  ]
  for (const [title, one, other, isSame, onDays] of cases) {
    it(`${title}: ${isSame ? 'one' : 'two'}`, () => assert.equal(same(one, other, onDays), isSame))
  }

  it('an id can never be taken for a content key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (id) => {
        assert.notEqual(identityText({ ...paid, id }, today), identityText(paid, today))
      }),
    )
  })

  it('the order of the sender’s fields does not matter, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.infiniteStream(fc.nat()), (value, chances) => {
        const shuffled = shuffle(value, chances)
        // Only what the text says of a value counts here, not that the value is an event.
        assert.equal(contentText(asEvent(shuffled)), contentText(asEvent(value)))
      }),
      { numRuns: 500 },
    )
  })

  it('a field that is undefined is a field that is absent', () => {
    assert.equal(contentText({ ...paid, reason: undefined }), contentText(paid))
  })

  it('another content is another text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
        const isSame = contentText(asEvent(one)) === contentText(asEvent(other))
        if (isSame) assert.deepEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)))
      }),
      { numRuns: 500 },
    )
  })
})

/** Guarantee: contentText looks at nothing an event must have. */
function asEvent(value: unknown): Event {
  return value as Event
}

function shuffle(value: unknown, chances: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffle(each, chances))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) => [key, shuffle(each, chances)] as const)
  for (let index = entries.length - 1; index > 0; index--) {
    const other = Number(chances.next().value) % (index + 1)
    const [a, b] = [entries[index], entries[other]]
    if (a && b) [entries[index], entries[other]] = [b, a]
  }
  return Object.fromEntries(entries)
}
