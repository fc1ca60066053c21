import { formatMoney, formatNumber, formatPercent, formatWeight } from '../../lib/russian/numbers.ts'
import { plural } from '../../lib/russian/plural.ts'
import { type Filter, textFilter, textOf } from './filter.ts'

/** A value that is formatted already passes unchanged, so `{{ сумма | деньги }}` is as good as `{{ сумма }}`. */
export const numberFilters: readonly Filter[] = [
  {
    names: ['деньги', 'money'],
    description: 'Число как деньги, копейки только если они есть',
    example: { template: '{{ остаток_число | деньги }}', result: '10 000 ₽' },
    apply: textFilter((text, [currency]) => formatMoney(text, textOf(currency))),
  },
  {
    names: ['вес', 'weight'],
    description: 'Число как вес в килограммах',
    example: { template: '{{ вес_число | вес }}', result: '12,348 кг' },
    apply: textFilter((text) => formatWeight(text)),
  },
  {
    names: ['число', 'number'],
    description: 'Число с пробелами между тысячами и запятой',
    example: { template: '{{ баланс_число | число }}', result: '1 750' },
    apply: textFilter((text) => formatNumber(text)),
  },
  {
    names: ['процент', 'percent'],
    description: 'Число как проценты',
    example: { template: "{{ '2.5' | процент }}", result: '2,5 %' },
    apply: textFilter((text) => (text.includes('%') ? text : formatPercent(text))),
  },
  {
    names: ['множественное', 'plural'],
    description: 'Слово после числа: для 1, для 2, для 5 и, если нужно, для дробей',
    example: { template: "{{ баллы_число | множественное: 'бонус', 'бонуса', 'бонусов' }}", result: 'бонусов' },
    apply: textFilter((text, args) => {
      const [one = '', few = '', many = '', fraction] = args.map((arg) => textOf(arg) ?? '')
      return plural(text, { one, few, many, ...(fraction === undefined ? {} : { fraction }) })
    }),
  },
]
