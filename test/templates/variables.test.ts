import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventSchema } from '../../src/events/event.ts'
import { filters } from '../../src/templates/filters/catalog.ts'
import { fullEvent, fullEventNow } from '../../src/templates/lint/situations.ts'
import { positionFields } from '../../src/templates/variables/scrap.ts'
import { variables } from '../../src/templates/variables.ts'
import { textFor } from './render.ts'

const event = eventSchema.parse(fullEvent)
const branding = {
  companyName: 'ВторМет',
  companySite: 'https://vtormet.example',
  feedbackUrl: 'https://vtormet.example/otzyv',
}
const shown = (template: string) => spaced(textFor(event, { template, now: fullEventNow, branding }))
/** Examples are written with ordinary spaces. */
const spaced = (text: string) => text.replaceAll('\u00a0', ' ')

for (const { names, description, example, fields, personal } of variables) {
  test(`variable ${names[0]} is described, and shows its example under each of its names`, () => {
    assert.ok(description.length > 3 && fields.length > 0)
    assert.equal(typeof personal, 'boolean')
    assert.match(names[0], /^[а-яё_]+(_ПСА)?$|^ФИО$/u)
    assert.match(names[1], /^[a-z_]+$/)
    for (const name of names) {
      assert.equal(shown(`{{ ${name} }}`), example, name)
      assert.equal(shown(`{{ ${name.toUpperCase()} }}`), example, name)
    }
  })
}

test('whatever reads the name, the phone, the card, the sums, the scrap or free words of the base is personal', () => {
  const telling =
    /^(?:client\.|operation\.(?:number|items|amount)|payment\.(?:amount|remaining|last4)|bonus\.(?:points|balance)|reason$|occasion$)/
  for (const { names, fields, personal } of variables) {
    assert.equal(
      personal,
      fields.some((field) => telling.test(field)),
      names[0],
    )
  }
})

test('no two variables share a name', () => {
  const names = variables.flatMap((variable) => variable.names)
  assert.equal(new Set(names).size, names.length)
})

test('fields of variables are fields of the event', () => {
  const known = JSON.stringify(eventSchema.toJSONSchema())
  for (const { fields } of variables) {
    for (const field of fields) {
      if (field === 'now' || field.startsWith('branding.')) continue
      for (const key of field.split('.')) assert.match(known, new RegExp(`"${key}":`), field)
    }
  }
})

for (const { names, description, example } of filters) {
  test(`filter ${names[0]} is described and does what its example says`, () => {
    assert.ok(description.length > 3)
    assert.equal(shown(example.template), example.result)
    for (const name of names) {
      assert.equal(shown(example.template.replace(`| ${names[0]}`, `| ${name}`)), example.result, name)
    }
  })

  test(`filter ${names[0]} leaves what is absent absent`, () => {
    const bare = { type: 'payout.paid', client: {} } as const
    for (const name of names) {
      assert.equal(textFor(bare, { template: `{{ причина | ${name} }}{% if причина | ${name} %}!{% endif %}` }), '')
    }
  })
}

test('the positions of the act can be told one by one, in Russian and in English', () => {
  for (const [russian, english] of positionFields) {
    const one = shown(`{% for п in позиции %}{{ п.${russian} }}{% endfor %}`)
    assert.notEqual(one, '')
    assert.equal(shown(`{% for п in items %}{{ п.${english} }}{% endfor %}`), one)
  }
  assert.equal(
    shown('{% for п in позиции %}{{ п.материал }}: {{ п.вес }}, засор {{ п.засор }}, {{ п.сумма }}{% endfor %}'),
    'медь: 12,348 кг, засор 2 %, 9 631,44 ₽',
  )
})

test('conditions compare the numbers of a message', () => {
  assert.equal(shown('{% if сумма_число > 10000 %}много{% else %}мало{% endif %}'), 'много')
  assert.equal(shown('{% if сумма_число > 20000 %}много{% else %}мало{% endif %}'), 'мало')
  assert.equal(shown('{% unless остаток %}нет{% else %}есть{% endunless %}'), 'есть')
  assert.equal(shown('{% case способ %}{% when "на карту" %}карта{% else %}иначе{% endcase %}'), 'карта')
})

test('a genitive that says «лом» once more, cries or ends a sentence is mended, or left to the dictionary', () => {
  const shownFor = (material: string | undefined, materialGenitive: string) =>
    textFor(
      { type: 'payout.paid', client: {}, operation: { items: [{ material, materialGenitive }] } },
      { template: 'за лом {{ материал_родительный }}{% if материал %} ({{ материал }}){% endif %}' },
    )
  assert.equal(shownFor('Медь', 'Медного лома'), 'за лом меди (медь)')
  assert.equal(shownFor('Медь кусок', 'Медного лома'), 'за лом («Медь кусок») (медь кусок)')
  assert.equal(shownFor('Медь', 'МЕДИ.'), 'за лом меди (медь)')
  assert.equal(shownFor('Медь кусок', 'Лома медного куска;'), 'за лом медного куска (медь кусок)')
  assert.equal(shownFor(undefined, 'меди'), 'за лом меди (медь)')
})

test('the genitive of the source goes before the dictionary', () => {
  const event = {
    type: 'payout.paid',
    client: {},
    operation: { items: [{ material: 'Медь', materialGenitive: 'медного куска' }, { material: 'Латунь' }] },
  } as const
  const copy = { ...event, operation: { items: [...event.operation.items] } }
  assert.equal(textFor(copy, { template: '{{ материал | родительный }}' }), 'медного куска и латуни')
  assert.equal(textFor(copy, { template: "{{ 'МЕДЬ' | родительный }}" }), 'медного куска')
  assert.equal(textFor(copy, { template: "{{ 'цинк' | родительный }}" }), 'цинка')
  assert.equal(textFor(copy, { template: "за лом {{ 'Кусок 3' | родительный }}" }), 'за лом («Кусок 3»)')
})
