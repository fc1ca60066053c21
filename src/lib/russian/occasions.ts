import { spellingKey } from './text.ts'

/** «День металлурга» → «с Днём металлурга»; undefined when its case is not known. */
export function congratulation(occasion: string): string | undefined {
  if (/^со?\s+\S/iu.test(occasion)) return `с${occasion.slice(1)}`
  if (/^день(?=\s\S)/iu.test(occasion)) return `с Днём${occasion.slice('день'.length)}`
  const known = occasions.get(spellingKey(occasion))
  if (known !== undefined) return known
  for (const [head, text] of heads) if (head.test(occasion)) return occasion.replace(head, text)
  return undefined
}

/** Words that are declined alone: whatever follows them is in the genitive already. */
const heads: readonly (readonly [RegExp, string])[] = [
  [/^юбилей(?=\s)/iu, 'с юбилеем'],
  [/^годовщина(?=\s)/iu, 'с годовщиной'],
  [/^праздник(?=\s)/iu, 'с праздником'],
  [/^открытие(?=\s)/iu, 'с открытием'],
  [/^рождение(?=\s)/iu, 'с рождением'],
  [/^начало(?=\s)/iu, 'с началом'],
  [/^завершение(?=\s)/iu, 'с завершением'],
  [/^международный день(?=\s)/iu, 'с Международным днём'],
  [/^всемирный день(?=\s)/iu, 'со Всемирным днём'],
  [/^всероссийский день(?=\s)/iu, 'со Всероссийским днём'],
]

const occasions = new Map(
  Object.entries({
    'Новый год': 'с Новым годом',
    Рождество: 'с Рождеством',
    'Рождество Христово': 'с Рождеством Христовым',
    'Старый Новый год': 'со Старым Новым годом',
    '23 Февраля': 'с 23 Февраля',
    '8 Марта': 'с 8 Марта',
    'Международный женский день': 'с Международным женским днём',
    Масленица: 'с Масленицей',
    Пасха: 'с Пасхой',
    'Светлая Пасха': 'со Светлой Пасхой',
    'Наступающий Новый год': 'с наступающим Новым годом',
    Навруз: 'с Наврузом',
    'Ураза-байрам': 'с праздником Ураза-байрам',
    'Курбан-байрам': 'с праздником Курбан-байрам',
    'Первое мая': 'с Первомаем',
    '1 Мая': 'с 1 Мая',
    'Праздник Весны и Труда': 'с праздником Весны и Труда',
    '9 Мая': 'с 9 Мая',
    'Профессиональный праздник': 'с профессиональным праздником',
    Юбилей: 'с юбилеем',
    Праздник: 'с праздником',
    Праздники: 'с праздниками',
  }).map(([occasion, text]) => [spellingKey(occasion), text]),
)
