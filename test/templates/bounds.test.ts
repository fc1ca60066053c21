import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { catalog } from '../../src/events/catalog.ts'
import { renderText } from '../../src/templates/render.ts'
import { errorOf, inputFor, textFor } from './render.ts'

const endless: Record<string, string> = {
  'a loop over a large range': '{% for i in (1..99999999) %}{{ i }}{% endfor %}',
  'loops within loops that write nothing':
    '{% for a in (1..99) %}{% for b in (1..99) %}{% for c in (1..99) %}{% for d in (1..99) %}{% if сумма %}{% endif %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}',
  'a loop that writes without end': '{% for a in (1..99) %}{% for b in (1..99) %}длинный текст{% endfor %}{% endfor %}',
  'a range kept in a variable': '{% assign x = (1..99999999) %}{{ x }}',
  'twenty loops within each other': `${'{% for i in (1..9) %}'.repeat(20)}x${'{% endfor %}'.repeat(20)}`,
  'a text longer than any message': 'я'.repeat(10_001),
  'conditions a hundred deep': `${'{% if сумма %}'.repeat(100)}${'{% endif %}'.repeat(100)}`,
}

for (const [title, template] of Object.entries(endless)) {
  test(`${title} is stopped by a limit, in Russian`, () => {
    const { message } = errorOf(template)
    assert.match(message, /^[А-ЯЁ][а-яё].*(?:циклы|длиннее|вложены)/u)
  })
}

/** The slowest takes 50 ms alone. */
/** Of the processor, not of the clock: beside other tests a moment of work may take long. */
const mostMs = 500

const hostile: Record<string, string> = {
  ...endless,
  'a thousand open substitutions': '{{'.repeat(5000),
  'a thousand open tags': '{%'.repeat(5000),
  'nothing but brackets': `{{ ${'['.repeat(9000)} }}`,
  'a path of a thousand parts': `{{ позиции${'.a'.repeat(4000)} }}`,
  'a thousand filters': `{{ сумма ${'| прописные '.repeat(800)} }}`,
  'a thousand conditions in one': `{% if ${Array(900).fill('сумма').join(' or ')} %}x{% endif %}`,
  'a text that includes itself': "{% include 'payout.paid' %}".repeat(300),
  'a value that grows from itself':
    '{% assign x = ФИО %}{% for i in (1..9999) %}{% assign x = x | в_кавычках %}{% endfor %}{{ x }}',
}

for (const [title, template] of Object.entries(hostile)) {
  test(`${title} takes no longer than ${mostMs} ms`, () => {
    // Other work shares the machine, so the best of three counts; a space more each time, so that none is remembered.
    const tookMs = [1, 2, 3].map((spaces) => {
      const input = inputFor(catalog['payout.paid'].sample, { template: `${template}${' '.repeat(spaces)}` })
      const before = process.cpuUsage()
      renderText(input)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    })
    assert.ok(Math.min(...tookMs) < mostMs, `${tookMs}`)
  })
}

test('an endless template stops nobody else: the next message is rendered at once', () => {
  for (const template of Object.values(endless)) errorOf(template)
  assert.match(textFor(catalog['payout.paid'].sample), /^Выплата/)
})

const unreachable = [
  '{{ event.constructor }}',
  '{{ event }}',
  '{{ constructor }}',
  '{{ __proto__ }}',
  '{{ process.env.PATH }}',
  '{{ env }}',
  '{{ require }}',
  '{{ settings }}',
  '{{ now }}',
  '{{ facts.event.client.phone }}',
  '{{ globalThis }}',
  '{{ this }}',
  '{{ сумма.constructor }}',
  "{{ сумма['constructor'] }}",
  '{{ ФИО.__proto__.constructor }}',
  '{{ позиции.constructor }}',
  '{{ позиции[0].constructor }}',
  '{{ позиции[0].__proto__ }}',
  '{% for п in позиции %}{{ п.constructor }}{% endfor %}',
  '{% for п in позиции %}{{ п.toString }}{% endfor %}',
  '{{ [имя] }}',
  "{{ ['constructor'] }}",
  "{{ сумма | map: 'constructor' }}",
  "{{ сумма | where: 'constructor' }}",
  "{{ 'secret' | sha256 }}",
  "{% include 'payout.paid' %}",
  "{% include 'package.json' %}",
  "{% render '/etc/passwd' %}",
  "{% layout '../../package.json' %}",
  '{% block x %}{% endblock %}',
  '{% capture x %}{% endcapture %}',
  '{% increment сумма %}',
  "{% liquid include 'x' %}",
]

for (const template of unreachable) {
  test(`${template} reaches nothing`, () => {
    const { message, line, column } = errorOf(template)
    assert.match(message, /[а-яё]/u)
    assert.ok(line === 1 && column >= 1)
  })
}

test('what a client or a source wrote is never read as a template', () => {
  const event = {
    ...catalog['payout.failed'].sample,
    reason: '{{ ФИО }} {% for i in (1..9999999) %}x{% endfor %}',
    client: { phone: '+79031234567', fullName: '{{ телефон }}' },
  }
  assert.match(textFor(event), /Причина: \{\{ ФИО \}\} \{% for i in \(1\.\.9999999\) %\}x\{% endfor %\}\./)
  assert.equal(textFor(event, { template: '{{ ФИО }}' }), '{{ телефон }}')
})

test('any text at all is either a message or a Russian error with its place', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      ' сумма ',
      ' ФИО',
      ' | ',
      'деньги',
      ':',
      ',',
      "'",
      '"',
      'if',
      'endif',
      'else',
      'for п in позиции',
    ],
    ...[
      'endfor',
      'assign x = ',
      'case',
      'when',
      '(1..5)',
      '[',
      ']',
      '.',
      'first',
      '==',
      'nil',
      'empty',
      '-',
      '\n',
      'привет',
      '#',
    ],
    ...[
      'raw',
      'endraw',
      'comment',
      'endcomment',
      'unless',
      'endunless',
      'constructor',
      '>',
      '10',
      'and',
      'not',
      'true',
      'x',
    ],
  )
  const templates = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(pieces, { maxLength: 14 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(templates, (template) => {
      const rendered = renderText(inputFor(catalog['payout.paid'].sample, { template }))
      if (rendered.ok) return
      assert.match(rendered.error.message, /^[А-ЯЁ«]/u)
      assert.ok(rendered.error.line >= 1 && rendered.error.column >= 1)
    }),
    { numRuns: 5000 },
  )
})
