import { oneLine } from './text.ts'

/**
 * The parts of a name in 1C's order (Фамилия Имя Отчество). What cannot be told for sure is absent: nobody is addressed by
 * a surname, by initials, or by the name of a company.
 */
export type PersonName = { last?: string; first?: string; patronymic?: string; initials?: string }

export function parseName(fullName: string): PersonName {
  const name = oneLine(fullName.replace(/[(,;].*$/su, '')).replace(/\s*-\s*/gu, '-')
  if (isCompany(fullName)) return {}
  const words = joined(name.split(/\s+/u).filter((word) => word !== ''))
  if (words.some((word) => initialsPattern.test(word))) return withInitials(words)
  if (words.length < 2 || words.length > 3 || !words.every((word) => wordPattern.test(word))) return {}
  const [one = '', two = '', three] = words.map(capitalised)
  if (three === undefined) return isPatronymic(two) ? { first: one, patronymic: two } : { last: one, first: two }
  if (isPatronymic(two) && !isPatronymic(three)) return { first: one, patronymic: two, last: three }
  return { last: one, first: two, patronymic: three }
}

/** «Иван Петрович», «Иван», or undefined: then the message addresses nobody. */
export function addressOf(fullName: string): string | undefined {
  const { first, patronymic } = parseName(fullName)
  if (first === undefined) return undefined
  return patronymic === undefined ? first : `${first} ${patronymic}`
}

/** «Иванов И. П.»; what is no person's full name comes back as it is. */
export function shortName(fullName: string): string {
  const { last, first, patronymic, initials } = parseName(fullName)
  if (last === undefined) return oneLine(fullName)
  const letters = initials ?? [first, patronymic].flatMap((part) => (part ? [`${part.charAt(0)}.`] : [])).join(' ')
  return letters === '' ? last : `${last} ${letters}`
}

export function isCompany(name: string): boolean {
  return companyPattern.test(name) || /["«»„“”\d]/u.test(name)
}

const companyPattern =
  /(?<![\p{L}])(?:ООО|ОАО|ЗАО|ПАО|НАО|АО|ИП|ГУП|МУП|ФГУП|НКО|АНО|ТОО|ОДО|ЧП|КФХ|ТСЖ|СНТ|LLC|Ltd|общество|компания|предприниматель|предприятие|завод|фирма|холдинг)(?![\p{L}])/iu
const initialsPattern = /^(?:\p{Lu}|(?:\p{Lu}[\p{Ll}]?\.-?)+\p{Lu}?)$/u
const wordPattern = /^[\p{Script=Cyrillic}][\p{Script=Cyrillic}'’ -]*$/u
/** «Мамед оглы»: such words follow the father's name and never change. */
export const patronymicSuffix = /^(?:оглы|оглу|улы|уулу|угли|ўғли|кызы|гызы|кизи)$/iu
const prefixOfName = /^(?:абдул|абу)$/iu

/** «Гасан оглы» is one patronymic and «Абдул Рахман» one first name (as in БСП). */
function joined(words: string[]): string[] {
  const result: string[] = []
  for (const [index, word] of words.entries()) {
    const previous = result.at(-1)
    const belongs =
      (patronymicSuffix.test(word) && result.length > 2) || (index > 1 && prefixOfName.test(words[index - 1] ?? ''))
    if (belongs && previous !== undefined) result[result.length - 1] = `${previous} ${word}`
    else result.push(word)
  }
  return result
}

function withInitials(words: string[]): PersonName {
  const surname = words.find((word) => !initialsPattern.test(word) && wordPattern.test(word))
  if (surname === undefined || words.filter((word) => !initialsPattern.test(word)).length > 1) return {}
  const letters =
    words
      .filter((word) => initialsPattern.test(word))
      .join('')
      .match(/\p{Lu}/gu) ?? []
  return { last: capitalised(surname), initials: letters.map((letter) => `${letter}.`).join(' ') }
}

function isPatronymic(word: string): boolean {
  return /(?:ич|вна|чна)$/iu.test(word) || patronymicSuffix.test(word.split(' ').at(-1) ?? '')
}

/** ИВАНОВ and иванов → Иванов; МакДональд stays. */
function capitalised(words: string): string {
  return words
    .split(' ')
    .map((word) => {
      if (patronymicSuffix.test(word)) return word.toLowerCase()
      if (word !== word.toUpperCase() && word !== word.toLowerCase()) return word
      return word.toLowerCase().replace(/(?<![\p{L}'’])\p{L}/gu, (letter) => letter.toUpperCase())
    })
    .join(' ')
}
