import { formatMoney, formatPercent, formatWeight, sumOfDecimals } from '../../lib/russian/numbers.ts'
import { plural } from '../../lib/russian/plural.ts'
import { lowerFirst } from '../../lib/russian/text.ts'
import type { Facts, TemplateItem } from '../facts.ts'
import { genitiveOf, itemsOf, materialOf, materialsOf, namesOf } from './materials.ts'
import type { Position, Variable } from './variable.ts'

export const scrapVariables: readonly Variable[] = [
  {
    names: ['материал', 'material'],
    description: 'Вид лома; несколько — через запятую',
    example: 'медь',
    fields: ['operation.items.material'],
    personal: true,
    read: (facts) => namesOf(materialsOf(facts)),
  },
  {
    names: ['материал_родительный', 'material_genitive'],
    description: 'Вид лома после слов «за лом»: «меди и латуни»; вид, которого нет в словаре, — «(«Кусок»)»',
    example: 'меди',
    fields: ['operation.items.materialGenitive', 'operation.items.material'],
    personal: true,
    read: (facts) => genitiveOf(materialsOf(facts)),
  },
  {
    names: ['вес', 'weight'],
    description: 'Вес нетто, всего по акту',
    example: '12,348 кг',
    fields: ['operation.items.netKg'],
    personal: true,
    read: (facts) => {
      const net = netOf(facts)
      return net === null ? null : formatWeight(net)
    },
  },
  {
    names: ['вес_число', 'weight_number'],
    description: 'Вес нетто числом, в килограммах, для сравнений',
    example: '12.348',
    fields: ['operation.items.netKg'],
    personal: true,
    read: netOf,
  },
  {
    names: ['засор', 'contamination'],
    description: 'Засорённость, если она одна на все позиции',
    example: '2 %',
    fields: ['operation.items.contaminationPct'],
    personal: true,
    read: (facts) => {
      const percent = sameForAll(facts, (item) => item.contaminationPct)
      return percent === undefined ? null : formatPercent(percent)
    },
  },
  {
    names: ['цена', 'price'],
    description: 'Цена за килограмм, если она одна на все позиции',
    example: '780 ₽/кг',
    fields: ['operation.items.pricePerKg'],
    personal: true,
    read: (facts) => {
      const price = sameForAll(facts, (item) => item.pricePerKg)
      return price === undefined ? null : `${formatMoney(price, facts.event.payment?.currency)}/кг`
    },
  },
  {
    names: ['список_лома', 'scrap_list'],
    description: 'Позиции акта с весом в одну строку',
    example: 'медь — 12,348 кг',
    fields: ['operation.items'],
    personal: true,
    read: scrapList,
  },
  {
    names: ['позиции', 'items'],
    description: 'Позиции акта для цикла: {% for п in позиции %}{{ п.материал }} — {{ п.вес }}{% endfor %}',
    example: '',
    fields: ['operation.items'],
    personal: true,
    read: (facts) => {
      const items = itemsOf(facts)
      return items.length === 0 ? null : items.map((item) => positionOf(facts, item))
    },
  },
]

/** The fields of one position in a loop, Russian and English. */
export const positionFields: readonly (readonly [string, string])[] = [
  ['материал', 'material'],
  ['материал_родительный', 'material_genitive'],
  ['вес', 'weight'],
  ['засор', 'contamination'],
  ['цена', 'price'],
  ['сумма', 'amount'],
]

/** A longer act is named by its first positions. */
const mostListed = 5

function scrapList(facts: Facts): string | null {
  const lines = itemsOf(facts).flatMap((item) => {
    const name = materialOf(item)?.name
    if (name === undefined) return []
    return item.netKg === undefined ? [lowerFirst(name)] : [`${lowerFirst(name)} — ${formatWeight(item.netKg)}`]
  })
  if (lines.length === 0) return null
  if (lines.length <= mostListed) return lines.join(', ')
  const rest = lines.length - (mostListed - 1)
  const word = plural(rest, { one: 'позиция', few: 'позиции', many: 'позиций' })
  return `${lines.slice(0, mostListed - 1).join(', ')} и ещё ${rest}\u00a0${word}`
}

function positionOf(facts: Facts, item: TemplateItem): Position {
  const currency = facts.event.payment?.currency
  const material = materialOf(item)
  const values = [
    material?.name === undefined ? null : lowerFirst(material.name),
    material ? genitiveOf([material]) : null,
    item.netKg === undefined ? null : formatWeight(item.netKg),
    item.contaminationPct === undefined ? null : formatPercent(item.contaminationPct),
    item.pricePerKg === undefined ? null : `${formatMoney(item.pricePerKg, currency)}/кг`,
    item.amount === undefined ? null : formatMoney(item.amount, currency),
  ]
  return Object.fromEntries(
    positionFields.flatMap((names, index) => names.map((name) => [name, values[index] ?? null])),
  )
}

function netOf(facts: Facts): string | null {
  const items = itemsOf(facts)
  if (items.length === 0) return null
  return sumOfDecimals(items.map((item) => item.netKg)) ?? null
}

function sameForAll(facts: Facts, field: (item: TemplateItem) => string | undefined): string | undefined {
  const [first, ...rest] = itemsOf(facts).map(field)
  return first !== undefined && rest.every((value) => value === first) ? first : undefined
}
