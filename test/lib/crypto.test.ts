import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createKeyring, open, sameSecret, seal } from '../../src/lib/crypto.ts'

const key = randomBytes(32)
const texts = fc.string({ unit: 'binary', maxLength: 300 })
const master = (id: string) => ({ id, key: randomBytes(32) })

describe('what is sealed', () => {
  it('opens to what it was, in its own place only', () => {
    fc.assert(
      fc.property(texts, texts, texts, (plain, context, elsewhere) => {
        const sealed = seal(key, plain, context)
        assert.equal(open(key, sealed, context).toString(), Buffer.from(plain).toString())
        if (elsewhere !== context) assert.throws(() => open(key, sealed, elsewhere))
      }),
      { numRuns: 300 },
    )
  })

  it('does not open when one bit of it was changed, or it was cut', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, place, bit) => {
        const sealed = seal(key, plain, 'here')
        const changed = Buffer.from(sealed)
        const index = place % changed.length
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        assert.throws(() => open(key, changed, 'here'))
        assert.throws(() => open(key, sealed.subarray(0, place % sealed.length), 'here'))
      }),
      { numRuns: 300 },
    )
  })

  it('does not open with another key', () => {
    assert.throws(() => open(randomBytes(32), seal(key, 'text', 'here'), 'here'))
  })

  it('is never twice the same, so equal texts cannot be told from outside', () => {
    assert.notDeepEqual(seal(key, 'text', 'here'), seal(key, 'text', 'here'))
  })

  it('shows nothing of the text', () => {
    assert.ok(!seal(key, 'Иванов Иван', 'here').includes('Иванов'))
  })
})

describe('master keys', () => {
  it('after a new key comes first, what the old one wrapped still opens, and new wrappings bear the new one', () => {
    const [old, fresh] = [master('2025a'), master('2026a')]
    const before = createKeyring([old])
    const after = createKeyring([fresh, old])
    const wrapped = before.wrap(key, 'client:1')
    assert.deepEqual(after.unwrap(wrapped, 'client:1'), key)
    assert.equal(after.currentId, '2026a')
    const again = after.wrap(key, 'client:1')
    assert.ok(again.toString('latin1').startsWith('2026a:'))
    assert.throws(() => before.unwrap(again, 'client:1'), /no key "2026a"/)
  })

  it('a client’s key does not open as another client’s', () => {
    const keyring = createKeyring([master('k')])
    const wrapped = keyring.wrap(key, 'client:1')
    assert.throws(() => keyring.unwrap(wrapped, 'client:2'))
  })

  it('another key under the same id does not open it', () => {
    const wrapped = createKeyring([master('k')]).wrap(key, 'client:1')
    assert.throws(() => createKeyring([master('k')]).unwrap(wrapped, 'client:1'))
  })

  it('sealed bytes may hold any byte, a colon included', () => {
    const keyring = createKeyring([master('k')])
    for (let i = 0; i < 300; i++) {
      const secret = randomBytes(32)
      assert.deepEqual(keyring.unwrap(keyring.wrap(secret, 'c'), 'c'), secret)
    }
  })
})

describe('secrets are compared', () => {
  it('equal ones only are equal, whatever their lengths', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        assert.ok(sameSecret(one, one))
        assert.equal(sameSecret(one, other), Buffer.from(one).equals(Buffer.from(other)))
      }),
    )
  })
})
