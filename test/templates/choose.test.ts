import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { channelNames } from '../../src/channels/channel.ts'
import { chooseTemplate, type PublishedTemplate, templateClasses, type Wanted } from '../../src/templates/choose.ts'

const types = ['payout.paid', 'payout.sent']
const branches = ['NN-01', 'EK-02', null]
const channels = [...channelNames, null]

const template = fc.record({
  type: fc.constantFrom(...types),
  channel: fc.constantFrom(...channels),
  branchCode: fc.constantFrom(...branches),
  class: fc.constantFrom(...templateClasses),
  isPrivate: fc.boolean(),
})
/** One text in force for each place, as the database holds it. */
const published = fc
  .uniqueArray(template, {
    maxLength: 25,
    selector: (each) => JSON.stringify([each.type, each.channel, each.branchCode, each.class]),
  })
  .map((all) => all.map((each, index): PublishedTemplate => ({ ...each, id: `tpl_${index}`, number: 1, text: 'x' })))
const wanted: fc.Arbitrary<Wanted> = fc.record({
  type: fc.constantFrom(...types),
  typeClass: fc.constantFrom(...templateClasses),
  channel: fc.constantFrom(...channels),
  branchCode: fc.constantFrom(...branches),
  advertising: fc.boolean(),
})

function fits(each: PublishedTemplate, { type, channel, branchCode }: Wanted): boolean {
  return (
    each.type === type &&
    (each.channel === null || each.channel === channel) &&
    (each.branchCode === null || each.branchCode === branchCode)
  )
}

describe('the text for a message', () => {
  const always = (claim: (all: readonly PublishedTemplate[], wanted: Wanted) => void) =>
    fc.assert(fc.property(published, wanted, claim), { numRuns: 5_000 })

  it('is of this type, and of no other channel or branch', () => {
    always((all, want) => {
      const chosen = chooseTemplate(all, want)
      if (chosen) assert.ok(fits(chosen, want))
    })
  })

  it('is advertising only where that may go, and always for what is advertising itself', () => {
    always((all, want) => {
      const chosen = chooseTemplate(all, want)
      if (chosen?.class === 'promo') assert.ok(want.advertising || want.typeClass === 'promo')
      if (want.typeClass === 'promo') assert.notEqual(chosen?.class, 'service')
    })
  })

  it('is private wherever a private one fits, whatever stands closer', () => {
    always((all, want) => {
      const mayBe = all.filter(
        (each) =>
          fits(each, want) &&
          (want.typeClass === 'promo' ? each.class === 'promo' : each.class === 'service' || want.advertising),
      )
      const chosen = chooseTemplate(all, want)
      assert.equal(chosen !== undefined, mayBe.length > 0)
      if (mayBe.some((each) => each.isPrivate)) assert.ok(chosen?.isPrivate)
    })
  })

  it('does not depend on the order of the texts', () => {
    always((all, want) => {
      assert.equal(chooseTemplate(all, want)?.id, chooseTemplate([...all].reverse(), want)?.id)
    })
  })

  it('of the branch comes before that of the channel, and that before the common one', () => {
    const place = (id: string, more: Partial<PublishedTemplate>): PublishedTemplate => ({
      type: 'payout.paid',
      channel: null,
      branchCode: null,
      class: 'service',
      isPrivate: false,
      number: 1,
      text: 'x',
      id,
      ...more,
    })
    const all = [
      place('common', {}),
      place('channel', { channel: 'max' }),
      place('branch', { branchCode: 'NN-01' }),
      place('both', { branchCode: 'NN-01', channel: 'max' }),
      place('promo', { class: 'promo' }),
    ]
    const of = (channel: Wanted['channel'], branchCode: string | null, advertising = false) =>
      chooseTemplate(all, { type: 'payout.paid', typeClass: 'service', channel, branchCode, advertising })?.id
    assert.deepEqual(
      [of('max', 'NN-01'), of('vk', 'NN-01'), of('max', 'X'), of('vk', null), of(null, null), of('vk', null, true)],
      ['both', 'branch', 'channel', 'common', 'common', 'promo'],
    )
  })
})
