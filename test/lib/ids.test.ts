import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type IdKind, newId, parseId } from '../../src/lib/ids.ts'

const kinds: IdKind[] = [
  'event',
  'notification',
  'delivery',
  'attempt',
  'receipt',
  'client',
  'contact',
  'consent',
  'update',
]

describe('ids', () => {
  it('each kind has a prefix of its own and knows only its own ids', () => {
    for (const kind of kinds) {
      const id = newId(kind)
      for (const other of kinds) assert.equal(parseId(other, id), other === kind ? id : undefined)
    }
  })

  it('none is made twice, and a later one is greater: the journal’s pages stand on that', () => {
    const ids = Array.from({ length: 20_000 }, () => newId('delivery'))
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual([...ids].sort(), ids)
  })

  it('bears no colon, which BullMQ forbids in the id of a job', () => {
    for (const kind of kinds) assert.match(newId(kind), /^[a-z]{3}_[0-9a-f]{32}$/)
  })

  it('no other text is taken for an id', () => {
    const id = newId('event')
    for (const text of [`${id}\n`, ` ${id}`, id.toUpperCase(), id.slice(0, -1), `${id}0`, id.replace('evt', 'dlv')]) {
      assert.equal(parseId('event', text), undefined, JSON.stringify(text))
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(parseId('event', text), undefined)))
  })
})
