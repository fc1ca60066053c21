import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decimalOf, kopecksOf } from '../../src/lib/money.ts'

describe('money never passes through a float', () => {
  it('a sum comes back as it went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 17n) + 1n, max: 10n ** 17n - 1n }), (kopecks) => {
        assert.equal(kopecksOf(decimalOf(kopecks)), kopecks)
      }),
      { numRuns: 2_000 },
    )
  })

  const cases: [text: string, kopecks: bigint | undefined][] = [
    ['14500', 1_450_000n],
    ['14500.5', 1_450_050n],
    ['14500.50', 1_450_050n],
    ['0.01', 1n],
    ['0.010000', 1n],
    ['-0.01', -1n],
    ['-0', 0n],
    ['9007199254740993.00', undefined],
    ['900719925474099.30', 90_071_992_547_409_930n],
    ['0.001', undefined],
    ['14 500', undefined],
    ['14,5', undefined],
    ['1e3', undefined],
    ['.5', undefined],
    ['5.', undefined],
    ['', undefined],
    ['NaN', undefined],
    ['+5', undefined],
    ['5.00\n', undefined],
  ]
  for (const [text, kopecks] of cases) {
    it(`«${JSON.stringify(text)}» is ${kopecks === undefined ? 'no sum' : `${kopecks} kopecks`}`, () => {
      assert.equal(kopecksOf(text), kopecks)
    })
  }
})
