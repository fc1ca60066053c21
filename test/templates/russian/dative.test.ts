import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressDative, nameDative } from '../../../src/lib/russian/dative.ts'

test("a name is declined as a whole, «оглы» and women's foreign surnames stay", () => {
  const names: Record<string, string> = {
    'Иванов Иван Петрович': 'Иванову Ивану Петровичу',
    'Гамзатов Магомед Расулович': 'Гамзатову Магомеду Расуловичу',
    'Салтыкова-Щедрина Любовь Никитична': 'Салтыковой-Щедриной Любови Никитичне',
    'АЛИЕВ РУСЛАН МАМЕД ОГЛЫ': 'Алиеву Руслану Мамед оглы',
    'Алиева Лейла Мамед кызы': 'Алиевой Лейле Мамед кызы',
    'Цой Виктор Робертович': 'Цою Виктору Робертовичу',
    'Толстой Лев Николаевич': 'Толстому Льву Николаевичу',
    'Достоевский Фёдор Михайлович': 'Достоевскому Фёдору Михайловичу',
    'Шевченко Олег Ильич': 'Шевченко Олегу Ильичу',
    'Черных Илья Петрович': 'Черных Илье Петровичу',
    'Жук Наталья Юрьевна': 'Жук Наталье Юрьевне',
    'Жук Пётр Юрьевич': 'Жуку Петру Юрьевичу',
    'Коваль Игорь Юрьевич': 'Ковалю Игорю Юрьевичу',
    'Ковальчук Анна': 'Ковальчук Анне',
    'Лукин Лука Лукич': 'Лукину Луке Лукичу',
    'Шарипов Абдул Рахман Каримович': 'Шарипову Абдул Рахману Каримовичу',
    'Иван Петрович': 'Ивану Петровичу',
    Мария: 'Марии',
  }
  for (const [name, dative] of Object.entries(names)) assert.equal(nameDative(name), dative, name)
})

test('what no rule decides is not declined at all', () => {
  for (const name of ['Швец Иван Петрович', 'Калина Мария Ивановна', 'Воробей Пётр Ильич', 'Топчий Пётр Ильич']) {
    assert.equal(nameDative(name), undefined, name)
    assert.match(addressDative(name) ?? '', /(?:у|е)$/, name)
  }
  for (const name of [
    'Ким Сан',
    'Ковальчук Гульназ',
    'Саидов Али Абу Бакр',
    'Иванов И. П.',
    'Иванов',
    'ООО «Ромашка»',
    '',
  ]) {
    assert.equal(nameDative(name), undefined, name)
    assert.equal(addressDative(name), undefined, name)
  }
})
