import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { costsOf, flawsOf } from '../../src/webhooks/mapping/flaws.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'
import { vtoriumProfile } from '../../src/webhooks/vtorium/profile.ts'

describe('a change of a profile', () => {
  for (const profile of [onecProfile, vtoriumProfile]) {
    test(`that says the same as the profile of ${profile.source} has no flaw and costs nothing`, () => {
      const { source, ...whole } = profile
      assert.deepEqual(flawsOf(profile, {}), [])
      assert.deepEqual(flawsOf(profile, whole), [])
      assert.deepEqual(costsOf(profile, whole), [])
    })
  }

  test('that leaves a profile by which no event is understood is a flaw', () => {
    const [flaw] = flawsOf(onecProfile, { fields: { occasion: ['type', '@operation.type', 'event'] } })
    assert.match(flaw?.message ?? '', /не принимается событие «operation.accepted»/)
  })

  test('that takes the sender’s own id for that of the document is none: it only costs something', () => {
    const change = { fields: { 'operation.id': ['id'] } }
    assert.deepEqual(flawsOf(vtoriumProfile, change), [])
    assert.ok(costsOf(vtoriumProfile, change).length > 0)
  })

  test('may move a word, in whatever form the profile has it', () => {
    assert.deepEqual(flawsOf(onecProfile, { statuses: { 'payout.failed': ['Оплачена'], silent: ['Выплачен'] } }), [])
  })
})
