import { lowerFirst, spellingKey } from './text.ts'

/** «День металлурга» → «с Днём металлурга»; undefined when its case is not known. */
export function congratulation(occasion: string): string | undefined {
  if (/^со?\s+\S/iu.test(occasion)) return lowerFirst(occasion)
  if (/^день(?=\s\S)/iu.test(occasion)) return `с Днём${occasion.slice('день'.length)}`
  return occasions.get(spellingKey(occasion))
}

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
