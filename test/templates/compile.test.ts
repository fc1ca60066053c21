import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LiquidError } from 'liquidjs'
import { catalog } from '../../src/events/catalog.ts'
import { compile } from '../../src/templates/compile.ts'
import { liquid, parse } from '../../src/templates/engine.ts'
import { factsOf } from '../../src/templates/facts.ts'
import { interpret } from '../../src/templates/interpret.ts'
import { situationsOf } from '../../src/templates/lint/situations.ts'
import { variables } from '../../src/templates/variables.ts'
import { goldenNow } from './golden.ts'

const now = new Date(goldenNow)
const situations = situationsOf('payout.partial', [])

const name = fc.constantFrom(...variables.map((variable) => variable.names[0]).filter((each) => each !== 'позиции'))
const literal = fc.constantFrom("'на карту'", '"x"', '0', '2', '10000', '-1.5', 'true', 'false')
const operand = fc.oneof({ weight: 3, arbitrary: name }, literal)
const comparison = fc
  .tuple(operand, fc.constantFrom('==', '!=', '>', '<', '>=', '<=', 'contains'), operand)
  .map((parts) => parts.join(' '))
const simple = fc.oneof(operand, comparison)
const condition = fc.oneof(
  simple,
  fc.tuple(simple, fc.constantFrom('and', 'or'), simple, fc.constantFrom('and', 'or'), simple).map((p) => p.join(' ')),
  simple.map((each) => `not ${each}`),
)
const filter = fc.constantFrom(
  ...[
    '| деньги',
    '| вес',
    '| число',
    "| множественное: 'а', 'б', 'в'",
    "| по_умолчанию: 'нет'",
    '| с_точкой',
    '| родительный',
  ],
  ...['| по_умолчанию: ФИО', '| прописные', '| имя_отчество', '| дата', '| в_кавычках'],
)
const output = fc
  .tuple(operand, fc.array(filter, { maxLength: 2 }))
  .map(([value, all]) => `{{ ${value} ${all.join(' ')} }}`)
const trimmed = fc.constantFrom('{{- сумма -}}', ' {%- if сумма -%} да {%- endif -%} ', '{% comment %}{% endcomment %}')
const { node: template } = fc.letrec<{ node: string }>((tie) => ({
  node: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('текст', ' ', '.', '\n'),
        output,
        trimmed,
        fc
          .tuple(condition, tie('node'), condition, tie('node'), tie('node'))
          .map(([a, x, b, y, z]) => `{% if ${a} %}${x}{% elsif ${b} %}${y}{% else %}${z}{% endif %}`),
        fc
          .tuple(condition, tie('node'), tie('node'))
          .map(([a, x, y]) => `{% unless ${a} %}${x}{% else %}${y}{% endunless %}`),
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join('')),
}))

test('a compiled template says the same as Liquid does', () => {
  let compared = 0
  fc.assert(
    fc.property(template, fc.constantFrom(...situations), (text, event) => {
      const nodes = parse(text)
      const fast = compile(nodes)
      if (!fast) return
      compared++
      const facts = factsOf({ event, now, defaultTimezone: 'Europe/Moscow', branding: { companyName: 'ВторМет' } })
      assert.equal(fast(facts), interpret(nodes, liquid.globalVariablesSync(nodes), facts))
    }),
    { numRuns: 3000 },
  )
  assert.ok(compared > 1500, `${compared} of 3000 compiled`)
})

test('every default template is compiled', () => {
  for (const { type, text } of Object.values(catalog)) assert.ok(compile(parse(text)), type)
})

test('what the compiler does not know it leaves to Liquid', () => {
  for (const text of [
    '{% for п in позиции %}{{ п.вес }}{% endfor %}',
    '{{ позиции.size }}',
    '{% if ФИО == nil %}{% endif %}',
  ]) {
    assert.equal(compile(parse(text)), undefined, text)
  }
  assert.throws(() => parse('{{ x | bad }}'), LiquidError.is)
})
