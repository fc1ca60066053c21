import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import { eventSchema, eventTypes } from '../../src/events/event.ts'
import { lint, longestText } from '../../src/templates/lint.ts'
import { readVariables, renderText } from '../../src/templates/render.ts'
import { variableNamed } from '../../src/templates/variables.ts'

const files = readdirSync(new URL('../../src/events/types/', import.meta.url)).filter(
  (file) => file !== 'definition.ts',
)
const now = new Date('2025-11-23T15:00:00+03:00')
const defaultTimezone = 'Europe/Moscow'

test('every type of the contract has its file and its line in the catalog', () => {
  assert.deepEqual(Object.keys(catalog).sort(), [...eventTypes].sort())
  assert.deepEqual(files.sort(), eventTypes.map((type) => `${type.replace('.', '-')}.ts`).sort())
})

for (const [name, definition] of Object.entries(catalog)) {
  const { type, sample, requires, text } = definition

  test(`${name} is complete: its sample is a valid event that has what the type requires`, () => {
    assert.equal(type, name)
    assert.equal(sample.type, name)
    assert.deepEqual(eventSchema.parse(sample), sample)
    assert.ok(sample.client.phone ?? sample.client.id)
    for (const group of requires) {
      assert.ok(
        group.some((path) => valueAt(sample, path) !== undefined),
        group.join(' | '),
      )
    }
  })

  test(`${name}: the sample gives a message`, () => {
    const rendered = renderText({ template: text, event: sample, now, defaultTimezone })
    assert.ok(rendered.ok && rendered.text.length > 20)
  })

  test(`${name}: the default text passes its own lint`, () => {
    const channels = Object.entries(longestText).map(([title, longest]) => ({ title, longest }))
    const problems = lint({ template: text, type, class: definition.class, requires, channels, defaultTimezone })
    assert.deepEqual(problems, [])
  })

  test(`${name}: the private text says nothing personal, and reads for the sample`, () => {
    const template = definition.privateText
    const channels = Object.entries(longestText).map(([title, longest]) => ({ title, longest }))
    const input = { template, type, class: definition.class, requires, channels, defaultTimezone, private: true }
    assert.deepEqual(lint(input), [])
    const rendered = renderText({ template, event: sample, now, defaultTimezone })
    assert.ok(rendered.ok && /^[А-Я].*[.!]$/.test(rendered.text), JSON.stringify(rendered))
  })

  test(`${name}: the parameters of the WhatsApp template are variables, and the sample fills them`, () => {
    assert.ok(definition.whatsappParameters.length > 0)
    const values = readVariables(definition.whatsappParameters, { event: sample, now, defaultTimezone })
    for (const parameter of definition.whatsappParameters) {
      assert.ok(variableNamed(parameter), parameter)
      assert.notEqual(values[parameter], '', parameter)
    }
  })
}

test('money goes first and stays fresh longer, and only bonuses and greetings are promo', () => {
  for (const { type, urgency, class: kind, freshnessDays, expiryHours, whatsappParameters } of Object.values(catalog)) {
    const isPayout = type.startsWith('payout.')
    const isMoney = isPayout || type === 'operation.accepted'
    assert.equal(urgency, isMoney ? 'money' : 'ordinary', type)
    assert.equal(freshnessDays, isPayout ? 30 : 7, type)
    assert.ok(expiryHours > 0 && expiryHours <= freshnessDays * 24, `${type} has an end of its own`)
    if (isMoney) assert.equal(expiryHours, 72, type)
    assert.equal(kind, type === 'bonus.granted' || type === 'greeting' ? 'promo' : 'service', type)
    if (isMoney) assert.ok(whatsappParameters.includes('сумма'), type)
  }
})

test('a payout that is on its way is never called credited', () => {
  assert.doesNotMatch(catalog['payout.sent'].text, /зачислена/)
})

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      value,
    )
}
