import type { Problem } from './lex.ts'
import type { Method, Module } from './parse.ts'

const sides = ['НаКлиенте', 'НаСервере', 'НаСервереБезКонтекста']
const interceptions = ['Перед', 'После', 'Вместо']
const serverOnly = new Set(['Метаданные', 'Константы', 'РегистрыСведений', 'Справочники', 'РегламентныеЗадания'])

/** In a form every method says where it runs, and the client does not call what only the server has. */
export function checkSides(module: Module, isForm: boolean, serverModules: ReadonlySet<string>): Problem[] {
  return module.methods.flatMap((method) => {
    const known = isForm ? sides : interceptions
    const fits =
      method.annotations.every((each) => known.includes(each)) && (!isForm || method.annotations.length === 1)
    const wrongSide = fits ? [] : [{ line: method.line, message: `${method.name}: директивы &` }]
    return method.annotations.includes('НаКлиенте') ? [...wrongSide, ...serverUses(method, serverModules)] : wrongSide
  })
}

function serverUses(method: Method, serverModules: ReadonlySet<string>): Problem[] {
  return method.uses
    .filter(({ name }) => serverOnly.has(name) || serverModules.has(name))
    .map(({ name, line }) => ({ line, message: `${name} на клиенте недоступен` }))
}
