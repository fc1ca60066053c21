import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { giveUpAfterMs, nextTry } from '../../src/changes/outgoing/pauses.ts'

describe('the pauses of an endpoint that does not answer', () => {
  /** Every pause in ms, as one endpoint lives through it. */
  const life = (chance: number): number[] => {
    const failingSince = new Date('2025-01-01T00:00:00Z')
    const pauses: number[] = []
    for (let now = failingSince; ; ) {
      const next = nextTry(pauses.length + 1, failingSince, now, chance)
      if (next === null) return pauses
      pauses.push(next.getTime() - now.getTime())
      now = next
    }
  }

  it('begin with seconds, grow to hours and end after three days', () => {
    const pauses = life(0.5)
    assert.equal(pauses[0], 5_000)
    assert.ok(pauses.every((each, index) => index === 0 || each >= (pauses[index - 1] ?? 0)))
    assert.equal(pauses.at(-1), 6 * 3_600_000)
    const total = pauses.reduce((all, each) => all + each, 0)
    assert.ok(total >= giveUpAfterMs && total < giveUpAfterMs + 6 * 3_600_000)
  })

  it('are spread by a tenth', () => {
    assert.deepEqual([life(0)[0], life(1)[0]], [4_500, 5_500])
  })
})
