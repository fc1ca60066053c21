import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readBody } from '../../src/webhooks/body/read-body.ts'
import { eventsIn } from '../../src/webhooks/mapping/batch.ts'
import { mapEvent } from '../../src/webhooks/mapping/map-event.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'
import { context } from './harness.ts'

const mebibyte = 1024 * 1024
const fill = (piece: string, size = mebibyte - 200) => piece.repeat(Math.floor(size / Buffer.byteLength(piece)))
const paid = { Событие: 'Выплата', Статус: 'Оплачено', Сумма: 14500, Телефон: '+79031234567' }
const withValue = (key: string, value: string) => JSON.stringify({ ...paid, [key]: value })

/** Seconds of processor time, so that a busy machine does not decide the test. */
function secondsOf(text: string): number {
  const startedAt = process.cpuUsage()
  const body = readBody(Buffer.from(text))
  if (body.ok) for (const item of eventsIn(onecProfile, body.value).items) mapEvent(onecProfile, item, context)
  const { user, system } = process.cpuUsage(startedAt)
  return (user + system) / 1e6
}

describe('no body keeps the intake busy for two seconds', () => {
  const hostile: [string, string][] = [
    ['brackets without end', fill('[')],
    ['braces without end', fill('{"а":')],
    ['a number without end', `{"Сумма":${fill('1')}}`],
    [
      'a fraction without end',
      `{"Событие":"Выплата","Статус":"Оплачено","Сумма":1.${fill('3')},"Телефон":"+79031234567"}`,
    ],
    ['blanks before the end', `{"Сумма":1${fill(' ')}x}`],
    ['commas', `[${fill('1,')}`],
    ['one name over and over', `{${fill('"Сумма":1,')}"Сумма":2}`],
    ['names without end', `{${Array.from({ length: 60_000 }, (_, i) => `"поле${i}":${i}`).join(',')}}`],
    ['escapes of NUL', withValue('Причина', '').replace('""', `"${fill('\\u0000')}"`)],
    ['a sum of digits', withValue('Сумма', fill('1 '))],
    ['a sum of points', withValue('Сумма', fill('1.'))],
    ['a phone of digits', withValue('Телефон', fill('8 903 '))],
    ['a phone of brackets', withValue('Телефон', fill('+7 ('))],
    ['a date of blanks', withValue('ДатаОплаты', `23.11.2025${fill(' ')}x`)],
    ['a status of vowels', withValue('Статус', fill('оа'))],
    ['a zone of letters', withValue('ЧасовойПояс', fill('A'))],
    ['groups of four digits', withValue('Причина', fill('4111 '))],
    ['digits and dashes', withValue('Причина', fill('1-'))],
    ['GUIDs', withValue('Причина', fill('5f0f6c1e-8a52-11f0-9c55-00155d0a1b2c '))],
    ['hex', withValue('Причина', fill('0a'))],
    ['rows without end', JSON.stringify({ ...paid, Позиции: Array.from({ length: 20_000 }, () => ({ Сумма: 1 })) })],
    ['a thousand wrappers', JSON.stringify(Array.from({ length: 1000 }, () => ({ Данные: { Данные: paid } })))],
    ['form fields', fill('a=1&')],
    ['an open quote', `{"Причина":"${fill('я')}`],
    ['quotes and colons', fill('"":')],
  ]
  for (const [title, text] of hostile) {
    test(title, (t) => {
      const seconds = secondsOf(text)
      t.diagnostic(`${seconds.toFixed(2)} s`)
      assert.ok(seconds < 2, `${seconds.toFixed(2)} s`)
    })
  }
})

test('a batch of 1,000 events with two items each takes a fraction of a second', (t) => {
  const items = [
    { ВидЛома: 'Медь', Брутто: 13.1, Тара: 0.5, Засор: 2, Нетто: 12.348, Цена: 780, Сумма: 9631.44 },
    { ВидЛома: 'Латунь', Брутто: 10.9, Тара: 0.5, Засор: 1.5, Нетто: 10.244, Цена: 450, Сумма: 4609.8 },
  ]
  const events = Array.from({ length: 1000 }, (_, i) => ({
    ...paid,
    ИдентификаторСобытия: `11111111-0000-4000-8000-${String(i).padStart(12, '0')}`,
    ФИО: 'Иванов Иван Петрович',
    ДатаОплаты: '2025-11-23T12:43:00',
    Телефон: `8 (903) 12${i % 10}-${10 + (i % 90)}-67`,
    Позиции: items,
  }))
  const text = JSON.stringify(events)
  const best = Math.min(...Array.from({ length: 5 }, () => secondsOf(text)))
  t.diagnostic(`${Buffer.byteLength(text)} bytes in ${(best * 1000).toFixed(0)} ms of processor time`)
  assert.ok(best < 1, `${best.toFixed(2)} s`)
})
