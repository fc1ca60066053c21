/** The spellings under which a number or a GUID somebody typed may be stored. */
export function numberVariants(typed: string): string[] {
  const text = typed.replace(/[‐-―−]/g, '-').replace(/^[{(]|[)}]$/g, '')
  const spellings = [typed, text, text.replace(/\s+/g, ''), text.replace(/\s+/g, '-')]
  const cases = spellings.flatMap((each) => [each, each.toUpperCase(), each.toLowerCase(), cyrillic(each)])
  return [...new Set(cases.filter((each) => each !== ''))]
}

/**
 * For «457» and «ПСА 457», which stand for ПСА-000457: a POSIX expression of the numbers that end so. Undefined when this
 * cannot be the end of a number. Cases are spelled out, since Postgres need not know those of Cyrillic letters.
 */
export function numberPattern(typed: string): string | undefined {
  const [, letters = '', digits = ''] = /^(\p{L}*)[^\p{L}\d]*0*(\d{1,12})$/u.exec(typed.trim()) ?? []
  if (digits === '' || (letters === '' && digits.length < 2)) return undefined
  if (letters === '') return `(^|[^0-9])0*${digits}$`
  const anyCase = [...cyrillic(letters)].map((each) => `[${each.toLowerCase()}${each.toUpperCase()}]`).join('')
  return `^${anyCase}[^1-9]*${digits}$`
}

/** A Latin letter that looks like a Cyrillic one is a slip of the keyboard as soon as the word has a Cyrillic letter. */
function cyrillic(text: string): string {
  const upper = text.toUpperCase()
  return /\p{Script=Cyrillic}/u.test(upper)
    ? upper.replace(/[ABCEHKMOPTXY]/g, (letter) => lookalikes[letter] ?? letter)
    : upper
}

const lookalikes: Record<string, string> = {
  A: 'А',
  B: 'В',
  C: 'С',
  E: 'Е',
  H: 'Н',
  K: 'К',
  M: 'М',
  O: 'О',
  P: 'Р',
  T: 'Т',
  X: 'Х',
  Y: 'У',
}
