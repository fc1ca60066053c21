import type { Problem } from './lex.ts'
import type { Call, Method, Module } from './parse.ts'

/** Every module by its name: what is called across modules is looked up here. */
export type Modules = ReadonlyMap<string, Module>

/** std748, std783: no network inside a transaction, a timeout on every connection, no secret in the event log. */
export function checkNetwork(modules: Modules, moduleName: string): Problem[] {
  const methods = modules.get(moduleName)?.methods ?? []
  return methods.flatMap((method) => [
    ...checkTransaction(modules, moduleName, method),
    ...method.calls.filter(isConnection).flatMap(checkTimeout),
    ...method.calls.filter(isLog).flatMap((call) => checkLog(method, call)),
  ])
}

function checkTransaction(modules: Modules, moduleName: string, method: Method): Problem[] {
  const at = (name: string) => method.calls.find((call) => call.owner === '' && call.name === name)
  const begin = at('НачатьТранзакцию')
  const commit = at('ЗафиксироватьТранзакцию')
  const cancel = at('ОтменитьТранзакцию')
  if (!begin && !commit && !cancel) return []
  if (!begin || !commit || !cancel) return [{ line: method.line, message: 'транзакция начата, а завершена не везде' }]
  return method.calls
    .filter((call) => call.start > begin.start && call.start < commit.start)
    .filter((call) => reachesNetwork(modules, moduleName, call, new Set()))
    .map(({ line, name }) => ({ line, message: `${name}: запрос по сети внутри транзакции` }))
}

function reachesNetwork(modules: Modules, moduleName: string, call: Call, seen: Set<string>): boolean {
  if (isConnection(call)) return true
  const owner = call.owner === '' ? moduleName : call.owner
  const key = `${owner}.${call.name}`
  if (seen.has(key)) return false
  seen.add(key)
  const method = modules.get(owner)?.methods.find(({ name }) => name === call.name)
  return method?.calls.some((inner) => reachesNetwork(modules, owner, inner, seen)) ?? false
}

function isConnection({ owner, name }: Call): boolean {
  return owner === 'Новый' && (name === 'HTTPСоединение' || name === 'HTTPConnection')
}

function checkTimeout({ args, line }: Call): Problem[] {
  const timeout = 5
  return args[timeout] ? [] : [{ line, message: 'HTTPСоединение без таймаута' }]
}

function isLog({ name }: Call): boolean {
  return name === 'ЗаписьЖурналаРегистрации' || name === 'ЗаписатьОшибкуВЖурнал'
}

const personal = /Ключ|Пароль|Токен|Тело|Телефон|Заголовки/

function checkLog(method: Method, log: Call): Problem[] {
  const words = [
    ...method.calls.filter(({ start, end }) => start > log.start && end < log.end).map(({ name }) => name),
    ...method.uses.filter((use) => use.start > log.start && use.start < log.end).map(({ name }) => name),
  ]
  return words
    .filter((word) => personal.test(word))
    .map((word) => ({ line: log.line, message: `${word}: ключам и личным данным не место в журнале регистрации` }))
}
