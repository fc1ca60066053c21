import type { Problem, Token } from './lex.ts'
import type { Module } from './parse.ts'

/** What the extension itself has: "Constant.вст_АдресСервиса"; registers with their fields, enums with their values. */
export type Metadata = { objects: ReadonlySet<string>; fields: ReadonlyMap<string, ReadonlySet<string>> }

const managers = new Map([
  ['Константы', 'Constant'],
  ['Константа', 'Constant'],
  ['Перечисления', 'Enum'],
  ['Перечисление', 'Enum'],
  ['РегистрыСведений', 'InformationRegister'],
  ['РегистрСведений', 'InformationRegister'],
  ['РегламентныеЗадания', 'ScheduledJob'],
])
const own = /(?<![\p{L}\d_])([\p{L}]+)\.(вст_[\p{L}\d_]+)(?:\.([\p{L}\d_]+))?/gu

/** Own objects are named in code and in the strings of queries and locks: every one of them has to exist. */
export function checkMetadataNames(metadata: Metadata, { lexed }: Module): Problem[] {
  const { tokens } = lexed
  const chains = tokens.flatMap((token, index) => (token.kind === 'word' ? [chainAt(tokens, index)] : []))
  const strings = tokens.filter(({ kind }) => kind === 'string')
  return [
    ...[...chains, ...strings].flatMap((each) => checkObjects(metadata, each)),
    ...strings.flatMap((each) => checkQuery(metadata, each)),
    ...checkRecords(metadata, tokens),
  ]
}

type Text = { text: string; line: number }

function chainAt(tokens: readonly Token[], index: number): Text {
  if (tokens[index - 1]?.text === '.' && !managers.has(tokens[index]?.text ?? '')) return { text: '', line: 0 }
  const words = tokens.slice(index, index + 5).map(({ text }) => text)
  const length = words.findIndex((word, at) => at % 2 === 1 && word !== '.')
  return { text: words.slice(0, length < 0 ? 5 : length).join(''), line: tokens[index]?.line ?? 0 }
}

function checkObjects({ objects, fields }: Metadata, { text, line }: Text): Problem[] {
  return [...text.matchAll(own)].flatMap(([, manager = '', name = '', member]) => {
    const kind = managers.get(manager)
    if (kind === undefined) return []
    const object = `${kind}.${name}`
    if (!objects.has(object)) return [{ line, message: `в расширении нет ${object}` }]
    const isValue = kind === 'Enum' && member !== undefined
    const isKnown = !isValue || (fields.get(object)?.has(member) ?? false)
    return isKnown ? [] : [{ line, message: `${object}: нет значения ${member}` }]
  })
}

const source = /РегистрСведений\.(вст_[\p{L}\d_]+)\s*(?:\|\s*)?КАК\s+([\p{L}\d_]+)/u

function checkQuery({ fields }: Metadata, { text, line }: Text): Problem[] {
  const [, register, alias] = source.exec(text) ?? []
  if (register === undefined || alias === undefined) return []
  const known = fields.get(`InformationRegister.${register}`)
  return [...text.matchAll(new RegExp(`(?<![\\p{L}\\d_.])${alias}\\.([\\p{L}\\d_]+)`, 'gu'))]
    .filter(([, field = '']) => !known?.has(field))
    .map(([, field]) => ({ line, message: `в регистре ${register} нет поля ${field}` }))
}

const recordMethods = new Set(['Прочитать', 'Записать', 'Выбран', 'Удалить', 'Отбор'])

/** `Запись = РегистрыСведений.X.СоздатьМенеджерЗаписи()` and then `Запись.Поле`. */
function checkRecords({ fields }: Metadata, tokens: readonly Token[]): Problem[] {
  const registers = new Map<string, string>()
  return tokens.flatMap((token, index) => {
    const ahead = tokens.slice(index, index + 6).map(({ text }) => text)
    const [name = '', sign, manager, , register = '', dot] = ahead
    if (sign === '=' && token.kind === 'word') {
      if (manager === 'РегистрыСведений' && dot === '.') registers.set(name, register)
      else if (tokens[index - 1]?.text !== '.') registers.delete(name)
      return []
    }
    const owner = registers.get(name)
    if (owner === undefined || sign !== '.' || tokens[index - 1]?.text === '.') return []
    const member = manager ?? ''
    const isKnown = recordMethods.has(member) || fields.get(`InformationRegister.${owner}`)?.has(member)
    return isKnown ? [] : [{ line: token.line, message: `в регистре ${owner} нет поля ${member}` }]
  })
}
