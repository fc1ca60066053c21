import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'
import { readBody } from '../../src/webhooks/body/read-body.ts'

const text = '{"Событие":"Выплата","Сумма":14500.10}'
const utf8 = Buffer.from(text)
const json = { contentType: 'application/json' }

/** Cyrillic of windows-1251 is Unicode's minus 0x350. */
function windows1251(source: string): Buffer {
  return Buffer.from(
    [...source].map((char) => (char >= 'А' && char <= 'я' ? char.charCodeAt(0) - 0x350 : char.charCodeAt(0))),
  )
}

function word(raw: Buffer, headers = {}): string {
  const body = readBody(raw, headers)
  assert.ok(body.ok, body.ok ? '' : body.message)
  return z.object({ Событие: z.string() }).parse(body.value).Событие
}

describe('a body is read whatever the bytes it came in', () => {
  const utf16 = Buffer.from(text, 'utf16le')
  const bodies: [string, Buffer, { contentType?: string; contentEncoding?: string }][] = [
    ['UTF-8', utf8, json],
    ['UTF-8 with BOM', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8]), json],
    ['no Content-Type', utf8, {}],
    ['text/plain', utf8, { contentType: 'text/plain' }],
    ['what curl -d says', utf8, { contentType: 'application/x-www-form-urlencoded' }],
    ['CRLF between the fields', Buffer.from(text.replaceAll(',', ',\r\n')), json],
    ['windows-1251, declared', windows1251(text), { contentType: 'application/json; charset=windows-1251' }],
    ['windows-1251 as cp1251', windows1251(text), { contentType: 'application/json; charset="CP1251"' }],
    ['windows-1251, not declared', windows1251(text), json],
    ['windows-1251, declared as UTF-8', windows1251(text), { contentType: 'application/json; charset=utf-8' }],
    ['UTF-8, declared as windows-1251', utf8, { contentType: 'application/json; charset=windows-1251' }],
    ['a charset that nobody knows', utf8, { contentType: 'application/json; charset=x-unknown' }],
    ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), json],
    ['UTF-16 without', utf16, json],
    ['gzip', gzipSync(utf8), { ...json, contentEncoding: 'gzip' }],
    ['gzip without the header', gzipSync(utf8), json],
    ['gzip in the header only', utf8, { ...json, contentEncoding: 'gzip' }],
    ['deflate', deflateSync(utf8), { ...json, contentEncoding: 'deflate' }],
    ['raw deflate', deflateRawSync(utf8), { ...json, contentEncoding: 'deflate' }],
    ['brotli', brotliCompressSync(utf8), { ...json, contentEncoding: 'br' }],
    [
      '\\u escapes',
      Buffer.from(
        '{"\\u0421\\u043e\\u0431\\u044b\\u0442\\u0438\\u0435":"\\u0412\\u044b\\u043f\\u043b\\u0430\\u0442\\u0430"}',
      ),
      json,
    ],
  ]
  for (const [title, raw, headers] of bodies) {
    test(title, () => assert.equal(word(raw, headers), 'Выплата'))
  }

  test('a guess about the charset is told', () => {
    const body = readBody(windows1251(text), json)
    assert.deepEqual(body.ok && body.warnings.map(({ code }) => code), ['charset_guessed'])
  })

  test('numbers keep every digit', () => {
    const body = readBody(Buffer.from('{"Сумма":4833.33333333333333330}'), json)
    const value = body.ok ? z.record(z.string(), z.unknown()).parse(body.value)['Сумма'] : undefined
    assert.equal(isLosslessNumber(value) && value.value, '4833.33333333333333330')
  })

  test('the last of two values under one name wins, with a warning', () => {
    const body = readBody(Buffer.from('{"Сумма":1,"Сумма":2}'), json)
    assert.ok(body.ok)
    assert.equal(String(z.record(z.string(), z.unknown()).parse(body.value)['Сумма']), '2')
    assert.deepEqual(
      body.warnings.map(({ code, field }) => [code, field]),
      [['duplicate_key', 'Сумма']],
    )
  })

  test('what Postgres cannot hold is taken out, with a warning', () => {
    const body = readBody(Buffer.from('{"Имя":"а\\u0000б","Пара":"\\ud83d\\ude00","Половина":"\\ud83d!"}'), json)
    assert.ok(body.ok)
    assert.deepEqual(body.value, { Имя: 'аб', Пара: '😀', Половина: '\uFFFD!' })
    assert.deepEqual(
      body.warnings.map(({ field }) => field),
      ['Имя', 'Половина'],
    )
  })
})

describe('a body that is no JSON is answered with the cause and the remedy', () => {
  const refused: [string, string | Buffer, string, RegExp, { contentType?: string; contentEncoding?: string }?][] = [
    ['empty', '', 'body_empty', /задайте тело JSON/],
    ['only BOM and white space', '\ufeff \r\n', 'body_empty', /задайте тело JSON/],
    [
      'a number with NBSP',
      '{"Событие":"Выплата","Сумма":14\u00a0500,00,"Телефон":"1"}',
      'json_invalid',
      /«Сумма».*«14 500,00».*14500\.00/,
    ],
    ['a number with a comma', '{"Сумма":14500,00}', 'json_invalid', /«Сумма».*«14500,00».*14500\.00/],
    ['a number with a comma at the end', '{"Сумма": 14500,5\r\n}', 'json_invalid', /«Сумма».*«14500,5».*14500\.5/],
    ['a number with points', '{"Сумма":14.500.00}', 'json_invalid', /«Сумма»/],
    ['leading zeros', '{"Номер":000123}', 'json_invalid', /«Номер».*в кавычках/],
    ['Истина', '{"Событие":"Бонус","Согласие":Истина}', 'json_invalid', /«Согласие».*true/],
    ['Ложь', '{"Согласие": Ложь, "А":1}', 'json_invalid', /«Согласие».*false/],
    ['True', '{"Согласие":True}', 'json_invalid', /строчными/],
    ['Неопределено', '{"Дата":Неопределено}', 'json_invalid', /«Дата».*null/],
    ['a word without quotes', '{"Статус":Оплачено,"Сумма":1}', 'json_invalid', /«Статус».*в двойных кавычках/],
    ['a date without quotes', '{"Дата":2025-11-23T12:43:00}', 'json_invalid', /«Дата».*дата без кавычек/],
    ['a name without quotes', '{Событие:"Выплата"}', 'json_invalid', /«Событие».*имя поля без кавычек/],
    [
      'the second name without quotes',
      '{"Событие":"Выплата",Сумма:1}',
      'json_invalid',
      /«Сумма».*имя поля без кавычек/,
    ],
    ['single quotes', "{'Событие':'Выплата'}", 'json_invalid', /двойных кавычк/],
    ['a value in single quotes', '{"Событие":\'Выплата\'}', 'json_invalid', /«Событие».*одинарные кавычки/],
    ['typographic quotes', '{"Событие":«Выплата»}', 'json_invalid', /типографские кавычки/],
    ['a trailing comma', '{"Событие":"Выплата",}', 'json_invalid', /лишняя запятая/],
    ['a trailing comma in a list', '[{"Событие":"Выплата"},]', 'json_invalid', /лишняя запятая/],
    ['a missing comma', '{"Событие":"Выплата"\r\n"Сумма":1}', 'json_invalid', /Строка 2.*пропущена запятая/],
    ['a missing value', '{"Сумма":,"Событие":"Выплата"}', 'json_invalid', /«Сумма».*нет значения/],
    ['a missing colon', '{"Сумма" 1}', 'json_invalid', /двоеточия/],
    ['quotes within a value', '{"Причина":"Карта "Мир" закрыта"}', 'json_invalid', /«Причина».*кавычки внутри/],
    ['a line break within a value', '{"Причина":"Карта\nзакрыта"}', 'json_invalid', /«Причина».*перевод строки/],
    ['a lonely backslash', '{"Файл":"C:\\Документы"}', 'json_invalid', /«Файл».*косая черта/],
    ['a comment', '{"Сумма":1 // рублей\n}', 'json_invalid', /комментар/],
    ['two objects in a row', '{"Сумма":1}\r\n{"Сумма":2}', 'json_invalid', /массив/],
    ['text after the end', '{"Сумма":1} спасибо', 'json_invalid', /лишний текст/],
    ['the wrong bracket', '[{"Сумма":1}}', 'json_invalid', /скобка/],
    ['cut in a string', '{"Событие":"Выпл', 'json_truncated', /не целиком/],
    ['cut after a comma', '{"Событие":"Выплата",', 'json_truncated', /не целиком/],
    ['cut before a bracket', '[{"Событие":"Выплата"}', 'json_truncated', /не целиком/],
    ['cut in a word', '{"Согласие":tr', 'json_truncated', /не целиком/],
    ['cut in an escape', '{"Согласие":"\\u04', 'json_truncated', /не целиком/],
    [
      'XDTO',
      '{"#type":"jv8:Structure","#value":[{"name":{"#type":"jxs:string","#value":"Сумма"}}]}',
      'xdto_json',
      /ЗаписатьJSON/,
    ],
    ['XDTO in a list', '[{"#value":"x"}]', 'xdto_json', /ЗаписатьJSON/],
    [
      'a form',
      'event=payout&sum=14500',
      'content_type_unsupported',
      /ЗаписатьJSON/,
      { contentType: 'application/x-www-form-urlencoded' },
    ],
    ['a form that calls itself JSON', 'event=payout&sum=14500', 'content_type_unsupported', /форма/],
    [
      'multipart',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
      'content_type_unsupported',
      /multipart/,
      { contentType: 'multipart/form-data; boundary=x' },
    ],
    ['XML', '<?xml version="1.0"?><a/>', 'content_type_unsupported', /XML/, { contentType: 'application/xml' }],
    ['HTML that calls itself JSON', '<html></html>', 'content_type_unsupported', /XML/],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a', 'hex'),
      'content_type_unsupported',
      /image\/png/,
      { contentType: 'image/png' },
    ],
    ['a bare number', '14500', 'json_invalid', /объект/],
    ['a bare string', '"Выплата"', 'json_invalid', /объект/],
    ['a bare word', 'Выплата', 'json_invalid', /./],
    ['too deep', `${'['.repeat(100_000)}`, 'json_invalid', /Вложенность/],
    [
      'cut gzip',
      gzipSync(Buffer.from(text.repeat(50))).subarray(0, 60),
      'json_truncated',
      /целиком/,
      { contentEncoding: 'gzip' },
    ],
    [
      'broken gzip',
      Buffer.from('1f8b080000000000000affffffffffffffffffff', 'hex'),
      'json_invalid',
      /не распаковать/,
      { contentEncoding: 'gzip' },
    ],
    ['an unknown compression', Buffer.from([1, 2, 3]), 'content_type_unsupported', /gzip/, { contentEncoding: 'zstd' }],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)),
      'body_too_large',
      /4 МиБ/,
      { contentEncoding: 'gzip' },
    ],
    ['over 1 MiB', Buffer.alloc(1024 * 1024 + 1, 0x20), 'body_too_large', /1 МиБ/],
    ['too many values', `[${'1,'.repeat(300_000)}1]`, 'body_too_large', /значений/],
  ]
  for (const [title, raw, code, message, headers] of refused) {
    test(title, () => {
      const body = readBody(Buffer.isBuffer(raw) ? raw : Buffer.from(raw), { ...json, ...headers })
      assert.ok(!body.ok)
      assert.equal(body.code, code, body.message)
      assert.match(body.message, message)
    })
  }

  test('the line and the column are those an editor shows', () => {
    const body = readBody(Buffer.from('{\r\n"Событие":"Выплата",\r\n"Сумма":14 500\r\n}'), json)
    assert.deepEqual(!body.ok && [body.line, body.column], [3, 12])
  })

  test('a card number in broken JSON is not repeated in the answer', () => {
    const body = readBody(Buffer.from('{"Карта":4111 1111 1111 1111}'), json)
    assert.ok(!body.ok)
    assert.doesNotMatch(body.message, /4111/)
  })
})
