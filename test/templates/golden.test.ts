import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventTypes } from '../../src/events/event.ts'
import { casesOf } from './golden/cases.ts'
import { pageOf, proofread } from './golden/page.ts'

for (const type of eventTypes) {
  test(`${type}: five clients on three branches read in every messenger what was proofread`, () => {
    const [entries, expected] = [pageOf(type).split('\n\n'), proofread(type).split('\n\n')]
    for (const [index, entry] of entries.entries()) assert.equal(entry, expected[index])
    assert.equal(entries.length, expected.length)
  })
}

test('only WhatsApp shows other letters than were written, where a pair of its marks would vanish', () => {
  for (const type of eventTypes) {
    const others = [...proofread(type).matchAll(/^ {2}(\w+): (.*)$/gmu)]
    for (const [line, channel] of others) {
      assert.equal(channel, 'whatsapp', line)
      assert.match(line, /[∗ˍ]/u)
    }
  }
})

test('nothing in the proofread texts is left open or said twice', () => {
  for (const type of eventTypes) {
    for (const line of proofread(type)
      .split('\n')
      .slice(3)
      .filter((each) => !/^#|^$/.test(each))) {
      assert.doesNotMatch(line, /undefined|null|NaN|\{\{|\{%/)
      assert.doesNotMatch(line.trimStart(), / {2}| [,.!?:;)](?!\S)|\( |\.\.|,,|,\.|!!|[?!]\./u, line)
      // No preposition stands alone before a mark, and no number parts from its unit.
      assert.doesNotMatch(line, /(?:^|\s)(?:в|на|за|до|по|с|со|из|о)[.,:;!?)]/iu, line)
      assert.doesNotMatch(line, /\d (?:₽|кг|балл|бонусн|позици)|№ /u, line)
    }
  }
})

test('the set holds what the words depend on', () => {
  const cases = eventTypes.flatMap(casesOf)
  const distinct = (values: unknown[]) => new Set(values).size
  assert.equal(cases.length, 9 * 5 * 3)
  assert.equal(distinct(cases.map(({ event }) => event.client.fullName)), 5)
  assert.equal(distinct(cases.map(({ event }) => event.branch?.timezone)), 3)
  assert.equal(distinct(cases.map(({ event }) => event.payment?.method)), 5)
  const points = new Set(cases.map(({ event }) => event.bonus?.points))
  for (const units of ['1', '2', '5', '21', '1.5']) assert.ok(points.has(units), units)
})
