import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { bspStatuses, statusBsp } from '../../src/changes/status-bsp.ts'
import { deliveryStates } from '../../src/deliveries/delivery.ts'

describe('the words of БСП for what became of a message', () => {
  it('there is one for every state, and no state too many', () => {
    assert.deepEqual(Object.keys(statusBsp).sort(), [...deliveryStates].sort())
    for (const word of Object.values(statusBsp)) assert.ok(bspStatuses.includes(word))
  })

  it('are those that the 1C side knows', () => {
    const provider = readFileSync(
      new URL('../../integrations/1c/extension/CommonModules/вст_ОтправкаSMS/Ext/Module.bsl', import.meta.url),
      'utf8',
    )
    const [, known = ''] = /"(НеОтправлялось,[^"]+)"/.exec(provider) ?? []
    assert.deepEqual([...bspStatuses].sort(), known.split(',').sort())
  })

  it('promise an arrival only where the messenger has confirmed one, and a failure only where it surely was one', () => {
    const statesWith = (word: string) => deliveryStates.filter((each) => statusBsp[each] === word)
    assert.deepEqual(statesWith('Доставлено'), ['delivered'])
    assert.deepEqual(statesWith('НеДоставлено'), ['failed'])
    assert.deepEqual(statesWith('НеОтправлено'), ['skipped'])
  })
})
