import { isCompany, type PersonName, parseName, patronymicSuffix } from './names.ts'

/**
 * «Ивану Петровичу». Only what the rules decide for sure is declined: undefined where the sex or the form of a name is not
 * known, so that the message says it another way instead of wrongly.
 */
export function addressDative(fullName: string): string | undefined {
  const name = parseName(fullName)
  if (name.first === undefined) return undefined
  const sex = sexOf(name)
  const first = firstDative(name.first, sex)
  if (first === undefined || name.patronymic === undefined) return first
  const patronymic = patronymicDative(name.patronymic)
  return patronymic && `${first} ${patronymic}`
}

/** «Иванову Ивану Петровичу», «Ивану Петровичу», «Ивану»: whatever of a name stands in the text, in its order. */
export function nameDative(text: string): string | undefined {
  if (isCompany(text)) return undefined
  const name = parseName(text)
  if (name.first === undefined) return oneWordDative(text.trim())
  const address = addressDative(text)
  if (address === undefined || name.last === undefined) return address
  const last = lastDative(name.last, sexOf(name))
  return last && `${last} ${address}`
}

type Sex = 'male' | 'female'

function sexOf({ last = '', first = '', patronymic = '' }: PersonName): Sex | undefined {
  if (/ич$/iu.test(patronymic) || /\s(?:оглы|оглу|улы|уулу|угли|ўғли)$/iu.test(patronymic)) return 'male'
  if (/(?:вна|чна)$/iu.test(patronymic) || /\s(?:кызы|гызы|кизи)$/iu.test(patronymic)) return 'female'
  if (commonMen.has(first)) return 'male'
  if (commonWomen.has(first)) return 'female'
  if (/(?:ов|ев|ёв|ин|ын|[сц]кий|[сц]кой)$/iu.test(last)) return 'male'
  if (/(?:ова|ева|ёва|ина|ына|[сц]кая)$/iu.test(last)) return 'female'
  return undefined
}

/** Names that end in a consonant tell nothing by themselves: «Виктор» and «Гульназ» look alike. */
const commonMen = new Set(
  (
    'Александр Алексей Анатолий Андрей Антон Аркадий Арсений Артём Артем Артур Ахмед Богдан Борис Вадим Валентин Валерий ' +
    'Василий Виктор Виталий Владимир Владислав Вячеслав Геннадий Георгий Глеб Григорий Давид Дамир Даниил Денис Дмитрий ' +
    'Евгений Егор Иван Игорь Ильдар Кирилл Константин Лев Леонид Магомед Максим Марат Марк Матвей Михаил Мурад Николай ' +
    'Олег Павел Пётр Петр Рамиль Ринат Роман Рустам Руслан Семён Семен Сергей Станислав Степан Тимофей Тимур Фёдор Федор ' +
    'Шамиль Эдуард Эльдар Юрий Ян Ярослав'
  ).split(' '),
)

const irregular: Record<string, string> = {
  Павел: 'Павлу',
  Пётр: 'Петру',
  Петр: 'Петру',
  Лев: 'Льву',
  Любовь: 'Любови',
  Нинель: 'Нинели',
}

function firstDative(first: string, sex: Sex | undefined): string | undefined {
  const known = irregular[first]
  if (known !== undefined) return known
  const [last = '', ...before] = first.split(' ').reverse()
  // «Абдул Рахман» is declined at its end; of «Жан-Поль» and «Анна-Мария» nobody is sure.
  if (last.includes('-')) return undefined
  const declined = firstWordDative(last, sex)
  return declined && [...before.reverse(), declined].join(' ')
}

function firstWordDative(word: string, sex: Sex | undefined): string | undefined {
  if (/ия$/u.test(word)) return `${word.slice(0, -1)}и`
  if (/[аеёиоуыэюя]а$/iu.test(word) || /[ое]$/u.test(word)) return undefined
  if (/[ая]$/u.test(word)) return `${word.slice(0, -1)}е`
  if (/[иуыэюё]$/u.test(word)) return word
  if (sex === 'male') return /[йь]$/u.test(word) ? `${word.slice(0, -1)}ю` : `${word}у`
  // A woman's name that ends in a consonant does not change; of the soft ones («Айгуль») both forms are in use.
  return sex === 'female' && !word.endsWith('ь') ? word : undefined
}

function patronymicDative(patronymic: string): string | undefined {
  if (patronymicSuffix.test(patronymic.split(' ').at(-1) ?? '')) return patronymic
  if (/ич$/u.test(patronymic)) return `${patronymic}у`
  return /на$/u.test(patronymic) ? `${patronymic.slice(0, -1)}е` : undefined
}

function lastDative(last: string, sex: Sex | undefined): string | undefined {
  if (sex === undefined) return undefined
  const parts = last.split('-').map((part) => (sex === 'male' ? manDative(part) : womanDative(part)))
  return parts.every((part) => part !== undefined) ? parts.join('-') : undefined
}

function manDative(last: string): string | undefined {
  // «Цой» is a noun, «Толстой» an adjective.
  if (/^[^аеёиоуыэюя]*ой$/iu.test(last)) return `${last.slice(0, -1)}ю`
  if (/[гкх]ий$|[гкх]ой$|стой$|ый$/u.test(last)) return `${last.slice(0, -2)}ому`
  // Only a dictionary knows these: «Синему» and «Топчию», «Швецу» and «Купцу», «Воробью» and «Андрею».
  if (/(?:[еио]й|[её][цкл]|[оя][кц]|ень|ерь|оть)$/u.test(last)) return undefined
  if (/[йь]$/u.test(last)) return `${last.slice(0, -1)}ю`
  if (/[ыи]х$/u.test(last)) return last
  return /[аеёиоуыэюя]$/u.test(last) ? vowelDative(last) : `${last}у`
}

function womanDative(last: string): string | undefined {
  if (/(?:ова|ева|ёва|ына)$/u.test(last)) return `${last.slice(0, -1)}ой`
  // «Пушкиной», but «Калине»: a short one is a noun as often as not.
  if (/ина$/u.test(last)) return last.length > 6 ? `${last.slice(0, -1)}ой` : undefined
  if (/ая$/u.test(last)) return `${last.slice(0, -2)}ой`
  return /[ая]$/u.test(last) ? vowelDative(last) : last
}

function vowelDative(last: string): string | undefined {
  if (/ия$/u.test(last)) return `${last.slice(0, -1)}и`
  if (/[аеёиоуыэюя][ая]$/iu.test(last)) return undefined
  return /[ая]$/u.test(last) ? `${last.slice(0, -1)}е` : last
}

/** One word may be a name or a surname: only a name that everybody knows is declined. */
function oneWordDative(word: string): string | undefined {
  return commonMen.has(word) || commonWomen.has(word) ? firstDative(word, sexOf({ first: word })) : undefined
}

const commonWomen = new Set(
  (
    'Александра Алина Алла Анастасия Анна Валентина Валерия Вера Виктория Галина Дарья Евгения Екатерина Елена Зоя Инна ' +
    'Ирина Ксения Лариса Лидия Любовь Людмила Маргарита Марина Мария Надежда Наталья Нина Оксана Ольга Полина Раиса ' +
    'Светлана София Тамара Татьяна Юлия'
  ).split(' '),
)
