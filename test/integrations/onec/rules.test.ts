import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkModules } from './check-modules.ts'

const path = 'CommonModules/вст_Пример/Ext/Module.bsl'

function messagesOf(body: string, header = 'Процедура Проба()'): string[] {
  const end = header.includes('Функция ') ? 'КонецФункции' : 'КонецПроцедуры'
  const region = /Экспорт/.test(header) ? 'ПрограммныйИнтерфейс' : 'СлужебныеПроцедурыИФункции'
  const [last = '', ...comments] = header.split('\n').reverse()
  const text = [
    '\uFEFF',
    `#Область ${region}`,
    '',
    ...comments.reverse(),
    last,
    body,
    end,
    '',
    '#КонецОбласти',
    '',
  ].join('\n')
  const surroundings = {
    modules: new Map(),
    metadata: { objects: new Set<string>(), fields: new Map() },
    variablesOf: () => [],
    isForm: () => false,
  }
  return checkModules(new Map([[path, text]]), surroundings).map(({ message }) => message)
}

const log = 'ЗаписьЖурналаРегистрации("А", УровеньЖурналаРегистрации.Ошибка, , , Текст)'
const connection = 'Соединение = Новый HTTPСоединение("а", 443, , , , 20);'

test('a well-made method passes', () => {
  assert.deepEqual(messagesOf('\tПеременная = 1;\n\tПеременная = Переменная + 1;'), [])
})

const broken: readonly (readonly [string, string, RegExp])[] = [
  [
    'a request inside a transaction',
    `НачатьТранзакцию();\n${connection}\nЗафиксироватьТранзакцию();\nОтменитьТранзакцию();`,
    /внутри транзакции/,
  ],
  ['a transaction that is not cancelled', 'НачатьТранзакцию();\nЗафиксироватьТранзакцию();', /завершена не везде/],
  ['a connection without a timeout', 'Соединение = Новый HTTPСоединение("а", 443);', /без таймаута/],
  [
    'a connection whose timeout is skipped',
    'Соединение = Новый HTTPСоединение("а", 443, , , , , Неопределено);',
    /без таймаута/,
  ],
  ['an empty Исключение', 'Попытка\nА = 1;\nИсключение\nКонецПопытки;', /пустое Исключение/],
  [
    'an exception that leaves no trace',
    'Попытка\nА = 1;\nИсключение\nА = 2;\nКонецПопытки;',
    /ПодробноеПредставлениеОшибки/,
  ],
  [
    'a key in the event log',
    `КлючОтправки = "";\nТекст = "";\n${log.replace('Текст', 'КлючОтправки')};`,
    /не место в журнале/,
  ],
  ['an undeclared variable', 'А = Б;', /не определена: Б/],
  ['an unknown method', 'Неведомое();', /не найден: Неведомое/],
  ['an unknown type', 'А = Новый Неведомое;', /не определен: Неведомое/],
  ['a Latin letter in a Russian word', 'Cумма = 1;', /русские и латинские/],
  ['the letter ё', 'Учёт = 1;', /буква ё/],
  ['a long line', `А = "${'б'.repeat(120)}";`, /длиннее 120/],
  ['an indent of spaces', '    А = 1;', /отступ пробелами/],
  ['a missing semicolon before the end', 'А = 1', /ожидалось ;/],
  ['a string without its end', 'А = "б;', /не закрыта/],
]

for (const [what, body, message] of broken) {
  test(`${what} is found`, () => {
    assert.match(messagesOf(body).join('\n'), message)
  })
}

test('the network is seen through the methods between it and the transaction', () => {
  const body =
    'НачатьТранзакцию();\nДальше();\nЗафиксироватьТранзакцию();\nОтменитьТранзакцию();\nКонецПроцедуры\n\nПроцедура Дальше()'
  assert.match(messagesOf(`${body}\n${connection}`).join('\n'), /Дальше: запрос по сети внутри транзакции/)
})

test('an exported method says what it takes and gives back', () => {
  const described = '// Считает.\n//\n// Параметры:\n//  А - Число\n//\n// Возвращаемое значение:\n//  Число\n//\n'
  assert.deepEqual(messagesOf('\tВозврат А;', `${described}Функция Счет(А) Экспорт`), [])
  assert.match(messagesOf('\tВозврат А;', 'Функция Счет(А) Экспорт').join(), /нет описания/)
  assert.match(messagesOf('\tВозврат А;', `${described}Функция Счет(Б, А) Экспорт`).join(), /не описан Б/)
  const tooMany = 'Процедура Проба(А, Б, В, Г, Д, Е, Ж, З)'
  assert.match(messagesOf('\tА = 1;', tooMany).join(), /больше семи/)
})
