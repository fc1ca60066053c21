import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { eventSchema } from '../../src/events/event.ts'
import { errorTable } from '../../src/lib/errors.ts'
import { readBody } from '../../src/webhooks/body/read-body.ts'
import { eventsIn } from '../../src/webhooks/mapping/batch.ts'
import { hasCard } from '../../src/webhooks/mapping/card.ts'
import { type Mapped, mapEvent } from '../../src/webhooks/mapping/map-event.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'
import { vtoriumProfile } from '../../src/webhooks/vtorium/profile.ts'
import { anyBody, anyEvent, anyJson, anySum } from './arbitraries.ts'
import { accepted, context, mapOne } from './harness.ts'

const numRuns = 10_000
/** A slow machine runs fewer cases rather than longer; the count is printed. */
const limitMs = 40_000

function forAll<T>(t: TestContext, arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  let runs = 0
  const property = fc.property(arbitrary, (value) => {
    runs++
    holds(value)
  })
  fc.assert(property, { numRuns, interruptAfterTimeLimit: limitMs, markInterruptAsFailure: false })
  t.diagnostic(`${runs} cases`)
  assert.ok(runs > 500, `only ${runs} cases were run`)
}

describe('whatever is posted', () => {
  test('any bytes are read, or refused with a known code and a Russian sentence', (t) => {
    forAll(t, anyBody, ({ raw, headers }) => {
      const body = readBody(raw, headers)
      assert.deepEqual(readBody(raw, headers), body)
      if (body.ok) return
      assert.ok(Object.hasOwn(errorTable, body.code))
      assert.match(body.message, /[а-яё]/i)
    })
  })

  test('any JSON is an event or is refused under the sender’s own names', (t) => {
    forAll(t, anyJson, (value) => checkMapped(value))
  })

  test('anything that looks like an event of 1C is an event or is refused under the sender’s own names', (t) => {
    forAll(t, anyEvent, (value) => checkMapped(value))
  })

  test('a sum is exact to the kopeck, however it is written', (t) => {
    forAll(t, anySum, ({ kopecks, written, json }) => {
      const sum = json ? written : JSON.stringify(written)
      const mapped = mapOne(`{"Событие":"Выплата","Статус":"Оплачено","Сумма":${sum},"Телефон":"+79031234567"}`)
      const expected = `${kopecks / 100n}.${String(kopecks % 100n).padStart(2, '0')}`
      assert.equal(accepted(mapped).payment?.amount, expected, written)
    })
  })
})

function checkMapped(value: unknown): void {
  const body = readBody(Buffer.from(JSON.stringify(value)))
  if (!body.ok) return
  for (const item of eventsIn(onecProfile, body.value).items) {
    const before = JSON.stringify(item)
    for (const profile of [onecProfile, vtoriumProfile]) {
      const mapped = mapEvent(profile, item, context)
      // `now` may change the warnings and nothing else: a repeat a day later is the same event.
      const again = mapEvent(profile, item, { ...context, now: new Date(0) })
      assert.deepEqual({ ...again, warnings: [] }, { ...mapped, warnings: [] })
      checkOne(mapped, item)
    }
    assert.equal(JSON.stringify(item), before)
  }
}

function checkOne(mapped: Mapped, item: unknown): void {
  const names = new Set(namesIn(item))
  for (const warning of mapped.warnings) assert.match(warning.message, /[а-яё]/i)
  if (mapped.ok) {
    assert.deepEqual(eventSchema.parse(mapped.event), mapped.event)
    for (const text of textsIn({ ...mapped.event, client: { ...mapped.event.client, phone: '' } })) {
      assert.ok(!hasCard(text), text)
      assert.doesNotMatch(text, /[^\P{Cc}\t\n]|\p{Surrogate}/u)
    }
    return
  }
  assert.ok(mapped.errors.length > 0)
  for (const { code, field, message, value } of mapped.errors) {
    assert.ok(Object.hasOwn(errorTable, code))
    assert.match(message, /[а-яё]/i)
    assert.ok(!hasCard(message) && !hasCard(value ?? ''))
    if (field !== undefined && code !== 'card_number_full')
      assert.ok(namesOf(field, names), `${field} is nobody's name`)
  }
}

/** A field is named by the sender's keys joined by points, with the number of a row in brackets. */
function namesOf(field: string, names: Set<string>): boolean {
  return [...names].some((name) => field.includes(name.slice(0, 50)))
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...namesIn(inner)])
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
