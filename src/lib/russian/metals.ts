import { spellingKey } from './text.ts'

export type Metal = { nominative: string; genitive: string }

/** The words for a kind of scrap as a source writes it, in any case and with ё or е; undefined when nobody has taught us its cases. */
export function metalOf(material: string): Metal | undefined {
  const key = spellingKey(material)
  const known = metals.get(key)
  if (known) return known
  // «Лом меди» holds its genitive already, «лом 3А» a code that has no cases; «лом медный» and «лом меди кусок» do not.
  const scrap = /^лом\s+(?=\S)/iu.exec(material)
  if (!scrap) return undefined
  const rest = material.slice(scrap[0].length).trim()
  const genitive = metalInGenitive(rest)?.genitive ?? (codePattern.test(rest) ? rest : undefined)
  return genitive === undefined ? undefined : { nominative: `лом ${genitive}`, genitive }
}

/** The metal whose genitive this is, in any case of letters: a source may give that word alone, or cry it. */
export function metalInGenitive(genitive: string): Metal | undefined {
  return byGenitive.get(spellingKey(genitive))
}

/** Grades and classes of scrap: «3А», «М3», «ПЭТ», «5А1». */
const codePattern = /^(?=.*[\p{Lu}\d])[\p{Lu}\d]{1,6}$/u

const declined: Record<string, string> = {
  медь: 'меди',
  латунь: 'латуни',
  бронза: 'бронзы',
  алюминий: 'алюминия',
  свинец: 'свинца',
  цинк: 'цинка',
  олово: 'олова',
  титан: 'титана',
  никель: 'никеля',
  магний: 'магния',
  вольфрам: 'вольфрама',
  молибден: 'молибдена',
  кобальт: 'кобальта',
  кадмий: 'кадмия',
  хром: 'хрома',
  серебро: 'серебра',
  нихром: 'нихрома',
  мельхиор: 'мельхиора',
  нейзильбер: 'нейзильбера',
  баббит: 'баббита',
  победит: 'победита',
  силумин: 'силумина',
  дюраль: 'дюраля',
  дюралюминий: 'дюралюминия',
  ЦАМ: 'ЦАМ',
  железо: 'железа',
  сталь: 'стали',
  чугун: 'чугуна',
  жесть: 'жести',
  оцинковка: 'оцинковки',
  быстрорез: 'быстрореза',
  нержавейка: 'нержавейки',
  'нержавеющая сталь': 'нержавеющей стали',
  'быстрорежущая сталь': 'быстрорежущей стали',
  'твёрдый сплав': 'твёрдого сплава',
  'твёрдые сплавы': 'твёрдых сплавов',
  чермет: 'чермета',
  цветмет: 'цветмета',
  'чёрный металл': 'чёрного металла',
  'чёрные металлы': 'чёрных металлов',
  'цветной металл': 'цветного металла',
  'цветные металлы': 'цветных металлов',
  металл: 'металла',
  металлолом: 'металла',
  лом: 'металла',
  АКБ: 'АКБ',
  аккумулятор: 'аккумулятора',
  аккумуляторы: 'аккумуляторов',
  кабель: 'кабеля',
  'медный кабель': 'медного кабеля',
  'алюминиевый кабель': 'алюминиевого кабеля',
  стружка: 'стружки',
  'медная стружка': 'медной стружки',
  'латунная стружка': 'латунной стружки',
  'бронзовая стружка': 'бронзовой стружки',
  'алюминиевая стружка': 'алюминиевой стружки',
  'стальная стружка': 'стальной стружки',
  'чугунная стружка': 'чугунной стружки',
  проволока: 'проволоки',
  арматура: 'арматуры',
  рельсы: 'рельсов',
  радиаторы: 'радиаторов',
  электродвигатели: 'электродвигателей',
}

/** Payment platforms name metals in English; a client reads Russian. */
const english: Record<string, string> = {
  copper: 'медь',
  brass: 'латунь',
  bronze: 'бронза',
  aluminium: 'алюминий',
  aluminum: 'алюминий',
  lead: 'свинец',
  zinc: 'цинк',
  tin: 'олово',
  titanium: 'титан',
  nickel: 'никель',
  iron: 'железо',
  'cast iron': 'чугун',
  steel: 'сталь',
  'stainless steel': 'нержавеющая сталь',
}

const metals = tableOfMetals()
const byGenitive = new Map([...metals.values()].reverse().map((metal) => [spellingKey(metal.genitive), metal]))

function tableOfMetals(): Map<string, Metal> {
  const table = new Map<string, Metal>()
  for (const [nominative, genitive] of Object.entries(declined)) {
    table.set(spellingKey(nominative), { nominative, genitive })
  }
  for (const [foreign, nominative] of Object.entries(english)) {
    const metal = table.get(spellingKey(nominative))
    if (metal) table.set(foreign, metal)
  }
  return table
}
