/**
 * A value from outside as one line: line breaks and runs of spaces become one space, invisible control characters go.
 * NO-BREAK SPACE, emoji, direction marks and everything a messenger could take for markup stay as they came.
 */
export function oneLine(text: string): string {
  return plainLine.test(text) ? text : text.replace(controls, '').replace(spaces, ' ').trim()
}

const controls = /(?![\t\n\v\f\r\u0085])\p{Cc}/gu
const spaces = /[ \t\r\n\v\f\u0085\u2028\u2029]+/g
/** The usual case, decided in one pass: nothing to repair. */
const plainLine = /^[^\p{Cc} \u2028\u2029]+(?: [^\p{Cc} \u2028\u2029]+)*$/u

/** One full stop at the end, unless the text already ends its sentence. */
export function withFullStop(text: string): string {
  if (text === '') return text
  return /[.!?…](?:["»”“)\]]*)$/u.test(text) ? text : `${text}.`
}

/** «Технические работы.» → «Технические работы»: the sentence around it brings its own stop. An ellipsis is left alone. */
export function withoutFullStop(text: string): string {
  return text.replace(/(?<!\.)\.$/, '')
}

/** «Медь кусок» → «медь кусок», but «АКБ», «ПЭТ» and «3А» stay. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** In «ёлочки»; those already inside become „лапки“. */
export function quoted(text: string): string {
  return `«${text.replaceAll('«', '„').replaceAll('»', '“')}»`
}

/** What two spellings of one word have in common: case, ё and the kind of space do not matter. */
export function spellingKey(text: string): string {
  return text.toLowerCase().replaceAll('ё', 'е').replace(/\s+/gu, ' ').trim()
}

/** «медь», «латунь», «бронза» → «медь, латунь и бронза». */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} и ${words.at(-1)}`
}
