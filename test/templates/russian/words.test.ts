import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskedPhone } from '../../../src/lib/russian/masks.ts'
import { metalOf } from '../../../src/lib/russian/metals.ts'
import { addressOf, parseName, shortName } from '../../../src/lib/russian/names.ts'
import { formatMoney, formatNumber, formatWeight, sumOfDecimals } from '../../../src/lib/russian/numbers.ts'
import { congratulation } from '../../../src/lib/russian/occasions.ts'
import { plural } from '../../../src/lib/russian/plural.ts'
import { oneLine, withFullStop, withoutFullStop } from '../../../src/lib/russian/text.ts'

test('a person is addressed by name and patronymic, and nobody by a surname, initials or a company', () => {
  const addresses: Record<string, string | undefined> = {
    'Иванов Иван Петрович': 'Иван Петрович',
    'Гамзатов Магомед Расулович': 'Магомед Расулович',
    'Салтыкова-Щедрина Любовь Никитична': 'Любовь Никитична',
    'Салтыкова - Щедрина Любовь Никитична': 'Любовь Никитична',
    'ИВАНОВ ИВАН ПЕТРОВИЧ': 'Иван Петрович',
    'иванов иван петрович': 'Иван Петрович',
    'Иван Петрович Иванов': 'Иван Петрович',
    'Иван Петрович': 'Иван Петрович',
    'Ковальчук Анна': 'Анна',
    'Цой Виктор Робертович': 'Виктор Робертович',
    'Алиев Руслан Мамед оглы': 'Руслан Мамед оглы',
    'АЛИЕВА ЛЕЙЛА МАМЕД КЫЗЫ': 'Лейла Мамед кызы',
    'Алиев Мамед оглы': 'Мамед оглы',
    'Шарипов Абдул Рахман Каримович': 'Абдул Рахман Каримович',
    'Саидов Али Абу Бакр': 'Али Абу Бакр',
    'Лукин Лука Лукич': 'Лука Лукич',
    'Иванов Иван Петрович (муж)': 'Иван Петрович',
    '  Иванов   Иван\nПетрович ': 'Иван Петрович',
    'Иванов И. П.': undefined,
    'Иванов И.П.': undefined,
    'И. П. Иванов': undefined,
    Магомед: undefined,
    Иванов: undefined,
    'ООО «Ромашка»': undefined,
    'ООО Ромашка Плюс': undefined,
    'ИП Иванов Иван Петрович': undefined,
    'Иванов Иван Петрович ИП': undefined,
    'Индивидуальный предприниматель Иванов И. П.': undefined,
    'John Smith': undefined,
    'Нгуен Ван Тхи Май Хоа': undefined,
    'Клиент 15': undefined,
    '': undefined,
    '😀 😀': undefined,
  }
  for (const [name, address] of Object.entries(addresses)) assert.equal(addressOf(name), address, name)
})

test('a surname is followed by initials, and what is no name stays as it is', () => {
  assert.equal(shortName('Иванов Иван Петрович'), 'Иванов И. П.')
  assert.equal(shortName('ИВАНОВ И.П.'), 'Иванов И. П.')
  assert.equal(shortName('Ковальчук Анна'), 'Ковальчук А.')
  assert.equal(shortName('Алиев Руслан Мамед оглы'), 'Алиев Р. М.')
  assert.equal(shortName('ООО «Ромашка»'), 'ООО «Ромашка»')
  assert.equal(shortName('Магомед'), 'Магомед')
  assert.deepEqual(parseName('Иван Петрович'), { first: 'Иван', patronymic: 'Петрович' })
})

test('money keeps every kopeck', () => {
  assert.equal(formatMoney('14500.00'), '14\u00a0500\u00a0₽')
  assert.equal(formatMoney('14500.5'), '14\u00a0500,50\u00a0₽')
  assert.equal(formatMoney('0.01'), '0,01\u00a0₽')
  assert.equal(formatMoney('9007199254740993.05'), '9\u00a0007\u00a0199\u00a0254\u00a0740\u00a0993,05\u00a0₽')
  assert.equal(formatMoney('100.00', 'KZT'), '100\u00a0₸')
  assert.equal(formatMoney('100.00', 'XX1'), '100\u00a0XX1')
  // To Intl it is «р.», which would end a sentence twice and mean Russian money here.
  assert.equal(formatMoney('100.50', 'BYN'), '100,50\u00a0BYN')
  assert.equal(formatMoney('14 500 ₽'), '14 500 ₽')
})

test('weights and numbers are written the Russian way', () => {
  assert.equal(formatWeight('4833.3333333333333333'), '4\u00a0833,333\u00a0кг')
  assert.equal(formatWeight('12.0'), '12\u00a0кг')
  assert.equal(formatNumber('1750'), '1\u00a0750')
  assert.equal(sumOfDecimals(['12.348', '10.244']), '22.592')
  assert.equal(sumOfDecimals(['0.1', '0.2']), '0.3')
  assert.equal(sumOfDecimals(['1', '2']), '3')
  assert.equal(sumOfDecimals(['1', undefined]), undefined)
})

test('a word after a number agrees with it, fractions included', () => {
  const forms = { one: 'балл', few: 'балла', many: 'баллов' }
  const expected: Record<string, string> = {
    '0': 'баллов',
    '1': 'балл',
    '2': 'балла',
    '5': 'баллов',
    '11': 'баллов',
    '14': 'баллов',
    '21': 'балл',
    '22': 'балла',
    '25': 'баллов',
    '101': 'балл',
    '111': 'баллов',
    '1.5': 'балла',
    '1.0': 'балл',
    '500.00': 'баллов',
  }
  for (const [number, word] of Object.entries(expected)) assert.equal(plural(number, forms), word, number)
  assert.equal(plural('1.5', { ...forms, fraction: 'балла (дробь)' }), 'балла (дробь)')
})

test('metals are found in any case and spelling, and unknown ones are not guessed', () => {
  assert.equal(metalOf('МЕДЬ')?.genitive, 'меди')
  assert.equal(metalOf('Черный  металл')?.genitive, 'чёрного металла')
  assert.equal(metalOf('акб')?.nominative, 'АКБ')
  assert.equal(metalOf('Copper')?.nominative, 'медь')
  assert.equal(metalOf('Лом меди')?.genitive, 'меди')
  assert.equal(metalOf('Медь кусок'), undefined)
  assert.equal(metalOf('Лом 3А')?.genitive, '3А')
  assert.equal(metalOf('Лом чёрных металлов')?.genitive, 'чёрных металлов')
  assert.equal(metalOf('лом')?.genitive, 'металла')
  for (const name of ['Лом и отходы меди', 'Лом медный', 'Лом меди кусок', 'Ломтики']) {
    assert.equal(metalOf(name), undefined, name)
  }
})

test('one congratulates with an occasion only when its case is known', () => {
  assert.equal(congratulation('День металлурга'), 'с Днём металлурга')
  assert.equal(congratulation('Новый год'), 'с Новым годом')
  assert.equal(congratulation('С Новым годом'), 'с Новым годом')
  assert.equal(congratulation('Юбилей площадки'), 'с юбилеем площадки')
  assert.equal(congratulation('Открытие новой площадки'), 'с открытием новой площадки')
  assert.equal(congratulation('Всемирный день вторсырья'), 'со Всемирным днём вторсырья')
  assert.equal(congratulation('Юбилейная дата'), undefined)
  assert.equal(congratulation('Деньги'), undefined)
  assert.equal(congratulation('Сезон'), undefined)
})

test('a text from outside becomes one line and keeps everything that can be seen', () => {
  assert.equal(oneLine('  а\r\n б\t\tв\u0000 '), 'а б в')
  for (const text of ['<b>&*_[id1|x]', '😀\u200f\u202e', 'а\u00a0б', '« „ “ »']) assert.equal(oneLine(text), text)
  assert.equal(withFullStop('Карта закрыта'), 'Карта закрыта.')
  assert.equal(withFullStop('Верны ли реквизиты?'), 'Верны ли реквизиты?')
  assert.equal(withFullStop('Банк «Мир».'), 'Банк «Мир».')
  assert.equal(withFullStop('Банк «Мир»'), 'Банк «Мир».')
  assert.equal(withoutFullStop('Ждём...'), 'Ждём...')
})

test('a masked phone cannot be dialled', () => {
  assert.equal(maskedPhone('+79031234567'), '+7 903 •••-••-67')
  assert.equal(maskedPhone('+375291234567'), '+375 ••• 67')
  assert.equal(maskedPhone('123'), '•••')
})
