import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, eventSchema } from '../../src/events/event.ts'
import { formatMoney } from '../../src/lib/russian/numbers.ts'
import { oneLine } from '../../src/lib/russian/text.ts'
import { branding, fullName, links, longEvent, nows, text, validEvent, zone } from './arbitrary.ts'
import { messageFor, textFor } from './render.ts'
import { parametersOf, seenEverywhere } from './seen.ts'

test('a valid event of any type always gives a tidy sentence', () => {
  fc.assert(
    fc.property(validEvent, nows, branding, (event, now, branding) => {
      const shown = textFor(event, { now, branding })
      const ours = withoutData(shown, event)
      assert.doesNotMatch(ours, /undefined|null|NaN|Infinity|\[object|Invalid/)
      assert.doesNotMatch(ours, /\{\{|\}\}|\{%|%\}/)
      assert.doesNotMatch(ours, / {2}|[\t\r\n]/, 'spaces')
      assert.doesNotMatch(ours, / [,.!?:;)]|\( | $|^ /, 'space before a mark')
      assert.doesNotMatch(ours, /\.\.|,,|,\.|:\.|\(\)|«»|,:|!\./, 'marks')
      assert.match(ours, /^[А-ЯЁ□]/u)
      assert.match(ours, /[.!?□]$/u)
      assert.match(ours, /[.!?]\s|[.!]$/u)
    }),
    { numRuns: 10_000 },
  )
})

test('what is published cannot fail at send time: any valid event is a message that every messenger takes', () => {
  fc.assert(
    fc.property(fc.oneof(validEvent, longEvent), nows, links, (event, now, branding) => {
      const { message, variables } = messageFor(event, {
        now,
        branding,
        variables: catalog[event.type].whatsappParameters,
      })
      const told = { ...message, about: { type: event.type, variables } }
      const seen = seenEverywhere(told)
      assert.equal(seen.max, message.text)
      assert.equal(seen.vk, message.text)
      assert.equal(seen.telegram, message.text)
      // WhatsApp puts links beside the text, and look-alikes in place of marks that it would swallow.
      assert.equal(lettersOf(seen.whatsapp.slice(0, message.text.length)), lettersOf(message.text))
      for (const value of parametersOf(event, told)) {
        assert.notEqual(value.trim(), '')
        assert.doesNotMatch(value, /[\n\r\t\u2028]| {4,}/, 'Meta refuses such a parameter')
      }
    }),
    { numRuns: 2500 },
  )
})

test('a message about money always holds the sum, if there is one', () => {
  fc.assert(
    fc.property(validEvent, nows, (event, now) => {
      const amount =
        event.type === 'operation.accepted' ? (event.operation?.amount ?? event.payment?.amount) : event.payment?.amount
      if (amount === undefined || event.type === 'bonus.granted' || event.type === 'greeting') return
      assert.ok(textFor(event, { now }).includes(formatMoney(amount, event.payment?.currency)))
    }),
    { numRuns: 3000 },
  )
})

test('reasons and names come out as they are, on one line', () => {
  fc.assert(
    fc.property(text, fullName, (reason, name) => {
      const event = eventSchema.parse({ type: 'payout.failed', client: { fullName: name }, reason })
      assert.ok(textFor(event).includes(`Причина: ${oneLine(reason).replace(/\.$/, '')}`))
      assert.equal(textFor(event, { template: '{{ ФИО }}' }), oneLine(name))
    }),
    { numRuns: 2000 },
  )
})

test('a fact of the last 24 hours shows its hour alone, an older one its day', () => {
  const now = new Date('2025-06-15T12:00:00+03:00')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 72 * 60 }), zone, (minutes, timezone) => {
      const occurredAt = new Date(now.getTime() - minutes * 60_000 - 1000).toISOString()
      const event = eventSchema.parse({
        type: 'payout.paid',
        occurredAt,
        client: {},
        branch: { timezone },
        payment: { amount: '1.00', method: 'card' },
      })
      assert.equal(/карту \d\d:\d\d /.test(textFor(event, { now })), minutes < 24 * 60)
      assert.match(textFor(event, { now }), /карту (?:\d+ июня, )?\d\d:\d\d (?:МСК|UTC)/)
    }),
    { numRuns: 1000 },
  )
})

function lettersOf(text: string): string {
  return text.replace(/[*∗_ˍ~∼`ˋ>›–-]/gu, '·')
}

/** Our own words alone: what came with the event becomes a box. */
function withoutData(shown: string, event: Event): string {
  const data = [event.reason, event.occasion, event.client.fullName, event.branch?.name, event.operation?.number]
  const materials = event.operation?.items?.map((each) => each.material) ?? []
  return [...data, ...materials]
    .flatMap((each) => (each === undefined ? [] : [oneLine(each), oneLine(each).replace(/[\s.!]+$/u, '')]))
    .flatMap((each) => [
      each,
      each.replaceAll('«', '„').replaceAll('»', '“'),
      each.charAt(0).toLowerCase() + each.slice(1),
    ])
    .filter((each) => each !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((rest, each) => rest.replaceAll(each, '□'), shown.replace(/\n\nВторМет$/, ''))
}
