import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog } from '../../src/events/catalog.ts'
import type { EventType } from '../../src/events/event.ts'
import { type LintInput, lint, longestText, type Problem } from '../../src/templates/lint.ts'

const channels = [{ title: 'MAX', longest: longestText.max }]

function problemsOf(template: string, type: EventType = 'payout.paid', more: Partial<LintInput> = {}): Problem[] {
  const { class: kind, requires } = catalog[type]
  return lint({ template, type, class: kind, requires, channels, defaultTimezone: 'Europe/Moscow', ...more })
}

function shortly(template: string, type?: EventType, more?: Partial<LintInput>): string[] {
  return problemsOf(template, type, more).map(
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
  assert.deepEqual([problem?.severity, problem?.line, problem?.column], ['error', 1, 1])
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
  assert.deepEqual(shortly('Выплата {{ сумма }}.\nПаспорт с собой'), [
    '2:1 error: «Паспорт»: документы и полные реквизиты в сообщениях не пишут.',
  ])
  assert.deepEqual(shortly('{{ сумма }}\nна карту 4111111111111111'), [
    '2:10 error: Похоже на полный номер карты. Оставьте последние 4 цифры: {{ карта }}.',
  ])
  assert.deepEqual(shortly('Акт 4111 1111 1111 1112 от сегодня, {{ сумма }}'), [])
})

test('promo words in a service template are an error, in a promo template they are at home', () => {
  for (const text of ['Скидка 5 %!', 'Наша акция', 'Приводите друзей', 'Лучшие цены', 'бонус за отзыв']) {
    assert.match(problemsOf(`${text} {{ сумма }}`)[0]?.message ?? '', /38-ФЗ/, text)
    assert.deepEqual(problemsOf(text, 'greeting'), [], text)
  }
  assert.deepEqual(shortly('Выплата {{ сумма }}.\nСкидка ждёт'), [
    '2:1 error: «Скидка» похоже на рекламу (38-ФЗ). Уберите из служебного сообщения или сделайте шаблон рекламным: тогда он уходит только с согласием.',
  ])
  assert.deepEqual(problemsOf('Реакция банка: {{ сумма }} признана, цены прежние'), [])
})

test('marks of some messenger would reach the client as they are: a warning', () => {
  for (const text of ['<b>{{ сумма }}</b>', '**{{ сумма }}**', '[сайт](https://x.example) {{ сумма }}']) {
    assert.equal(problemsOf(text)[0]?.severity, 'warning', text)
  }
  assert.deepEqual(shortly('Выплата\n<b>{{ сумма }}</b>'), [
    '2:1 warning: Разметка «<b>» придёт клиенту буквально: текст простой, ссылки — кнопками.',
    '2:15 warning: Разметка «</b>» придёт клиенту буквально: текст простой, ссылки — кнопками.',
  ])
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

test('a private text names neither the person nor his money: an error where it does', () => {
  const text = 'Выплата\n{% if обращение %}{{ обращение }}: {% endif %}{{ сумма }} {{ время }}'
  assert.deepEqual(
    shortly("Выплата {{ сумма }}\n{{ карта | по_умолчанию: 'на карту' }}", 'payout.paid', { private: true }),
    [
      '1:12 error: «сумма» — личные данные: в обезличенном тексте им не место. Напишите без них: «Статус вашей выплаты изменился».',
      '2:4 error: «карта» — личные данные: в обезличенном тексте им не место. Напишите без них: «Статус вашей выплаты изменился».',
    ],
  )
  assert.equal(
    problemsOf(text, 'payout.paid', { private: true }).filter(({ message }) => /личные/.test(message)).length,
    3,
  )
  assert.deepEqual(
    shortly("Статус вашей выплаты изменился {{ дата | по_умолчанию: 'сегодня' }}.", 'payout.paid', { private: true }),
    [],
  )
})

test('in a private text no way around: conditions, loops, English names and filters are seen too', () => {
  for (const text of [
    '{% if остаток_число > 0 %}Ждём.{% else %}Готово.{% endif %}',
    "{% for п in items %}{{ п.material | по_умолчанию: '' }}{% endfor %}.",
    "{{ FULL_NAME | инициалы | по_умолчанию: 'Клиент' }}.",
    '{% assign s = amount %}{{ s }}.',
    "{% case phone %}{% when '1' %}а{% else %}б{% endcase %}.",
  ]) {
    assert.match(
      problemsOf(text, 'payout.paid', { private: true })
        .map(({ message }) => message)
        .join(),
      /личные/,
      text,
    )
  }
})

test('a text for WhatsApp without an approved template would not arrive: an error', () => {
  assert.deepEqual(shortly('Выплата {{ сумма }}', 'payout.paid', { whatsapp: null }), [
    '1:1 error: Вне 24 часов WhatsApp принимает только одобренный шаблон, а для этого события его нет: этот текст не дойдёт. Укажите шаблон в WHATSAPP_TEMPLATES.',
  ])
})

test('what the approved template does not name is lost outside of 24 hours: a warning', () => {
  const whatsapp = { parameters: ['сумма', 'способ'] }
  const text = 'Выплата {{ сумма }}{% if куда %} {{ куда }}{% endif %}.\n{% if причина %}{{ причина }}.{% endif %}'
  assert.deepEqual(shortly(`${text}{{ компания | по_умолчанию: '' }}`, 'payout.paid', { whatsapp }), [
    '2:7 warning: Вне 24 часов WhatsApp пошлёт одобренный шаблон, а не этот текст: «причина» в нём нет.',
  ])
  assert.deepEqual(shortly('Выплата {{ amount }}', 'payout.paid', { whatsapp }), [])
})

test('the default texts lose no sum, and no error, where WhatsApp sends the approved template', () => {
  for (const { type, text, whatsappParameters: parameters } of Object.values(catalog)) {
    const problems = problemsOf(text, type, { whatsapp: { parameters } })
    for (const { severity, message } of problems) {
      assert.equal(severity, 'warning', `${type}: ${message}`)
      assert.doesNotMatch(message, /«(?:сумма|остаток|причина|баллы)»/, type)
    }
  }
})

test('lint of a hostile text ends soon', () => {
  for (const text of ['['.repeat(10_000), '**a'.repeat(3333), '<a '.repeat(3333), '4 '.repeat(5000)]) {
    const tookMs = [1, 2, 3].map(() => {
      const startedMs = performance.now()
      problemsOf(text)
      return performance.now() - startedMs
    })
    assert.ok(Math.min(...tookMs) < 200, text.slice(0, 10))
  }
})
