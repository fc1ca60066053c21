import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import type { EventType } from '../../src/events/event.ts'
import { lint, longestText, type Problem } from '../../src/templates/lint.ts'

const channels = [{ title: 'MAX', longest: longestText.max }]

function problemsOf(template: string, type: EventType = 'payout.paid'): Problem[] {
  const { class: kind, requires } = catalog[type]
  return lint({ template, type, class: kind, requires, channels, defaultTimezone: 'Europe/Moscow' })
}

function shortly(template: string, type?: EventType): string[] {
  return problemsOf(template, type).map(
    ({ severity, line, column, message }) => `${line}:${column} ${severity}: ${message}`,
  )
}

test('a misspelt variable is an error with its place and the word that was meant', () => {
  assert.deepEqual(shortly('Выплата\n  {{ сума }} и {{ врема }}'), [
    '2:6 error: Неизвестная переменная «сума». Возможно, «сумма»?',
    '2:19 error: Неизвестная переменная «врема». Возможно, «время»?',
  ])
})

test('a misspelt filter, tag and part of a position are errors', () => {
  assert.deepEqual(shortly('{{ сумма | денги }}'), ['1:1 error: Неизвестный фильтр «денги». Возможно, «деньги»?'])
  assert.deepEqual(shortly('{% iff сумма %}{% endif %}'), ['1:1 error: Неизвестный тег «iff». Возможно, «if»?'])
  assert.deepEqual(shortly('Лом: {% for п in позиции %}{{ п.матерал }}{% endfor %}'), [
    '1:31 error: У «п» нет части «матерал».',
  ])
})

test('what is not closed is named, with what would close it', () => {
  assert.deepEqual(shortly('Выплата {{ сумма'), ['1:9 error: Подстановка «{{ сумма» не закрыта: не хватает «}}».'])
  assert.deepEqual(shortly('{% if сумма %}x'), ['1:1 error: Тег «{% if сумма %}» не закрыт: не хватает «{% endif %}».'])
  assert.deepEqual(shortly('x{% endif %}'), ['1:2 error: Тег «endif» стоит без своего начала.'])
})

test('a variable that may be absent needs a condition, one that the type requires does not', () => {
  assert.deepEqual(shortly('Выплата {{ сумма }}'), [])
  assert.deepEqual(shortly('{{ ФИО }}, выплата {{ сумма }}'), [
    "1:1 error: «ФИО» может отсутствовать. Оберните: {% if ФИО %}…{% endif %}, или добавьте | по_умолчанию: '…'.",
  ])
  assert.deepEqual(shortly('{% if ФИО %}{{ ФИО }}, {% endif %}выплата {{ сумма }}'), [])
  assert.deepEqual(shortly("{{ ФИО | по_умолчанию: 'Уважаемый клиент' }}, выплата {{ сумма }}"), [])
  assert.equal(problemsOf('Выплата {{ сумма }}', 'payout.delayed').length, 1)
  assert.equal(problemsOf('{% if ФИО %}{{ обращение }}, {% endif %}выплата {{ сумма }}').length, 1)
})

test('a text too long for a channel with long data is an error', () => {
  const [problem] = problemsOf(`{{ сумма }}${' слово'.repeat(700)}.`)
  assert.match(
    problem?.message ?? '',
    /^Для MAX слишком длинно: с длинными данными выходит \d+ знаков, а помещается 4000\.$/,
  )
})

test('documents and full card numbers have no place in a template', () => {
  const found = problemsOf('Ваш паспорт и ИНН, карта 4111 1111 1111 1111, счёт {{ сумма }}')
  assert.deepEqual(
    found.map(({ severity, column }) => [severity, column]),
    [
      ['error', 5],
      ['error', 15],
      ['error', 26],
    ],
  )
  assert.deepEqual(shortly('Акт 4111 1111 1111 1112 от сегодня, {{ сумма }}'), [])
})

test('promo words in a service template are an error, in a promo template they are at home', () => {
  for (const text of ['Скидка 5 %!', 'Наша акция', 'Приводите друзей', 'Лучшие цены', 'бонус за отзыв']) {
    assert.match(problemsOf(`${text} {{ сумма }}`)[0]?.message ?? '', /38-ФЗ/, text)
    assert.deepEqual(problemsOf(text, 'greeting'), [], text)
  }
  assert.deepEqual(problemsOf('Реакция банка: {{ сумма }} признана, цены прежние'), [])
})

test('marks of some messenger would reach the client as they are: a warning', () => {
  for (const text of ['<b>{{ сумма }}</b>', '**{{ сумма }}**', '[сайт](https://x.example) {{ сумма }}']) {
    assert.equal(problemsOf(text)[0]?.severity, 'warning', text)
  }
  assert.deepEqual(problemsOf('{{ сумма }} < 5 & 2 * 3 > 1'), [])
})

test('a hole that missing data leaves in the text is a warning', () => {
  const messages = problemsOf('Выплата {{ сумма }} {% if ФИО %}{{ ФИО }}{% endif %} зачислена').map(
    ({ message }) => message,
  )
  assert.equal(messages.length, 1)
  assert.match(messages[0] ?? '', /^В тексте бывает два пробела подряд: /)
  assert.match(problemsOf('{{ сумма }} {% if ФИО %}для {{ ФИО }}{% endif %}.')[0]?.message ?? '', /пробел перед знаком/)
  assert.match(problemsOf('{% if ФИО %}{{ ФИО }}{% endif %}')[0]?.message ?? '', /пустым/)
})

test('a template that never ends does not hold the lint', () => {
  const endless =
    '{% for a in (1..99) %}{% for b in (1..99) %}{% for c in (1..99) %}{% if ФИО %}{% endif %}{% endfor %}{% endfor %}{% endfor %}'
  assert.equal(problemsOf(endless)[0]?.severity, 'error')
})
