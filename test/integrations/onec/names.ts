import type { Problem } from './lex.ts'
import type { Modules } from './network.ts'
import type { Call, Method } from './parse.ts'
import { isPlatformFunction, isPlatformName, isPlatformType } from './platform.ts'

export type Known = {
  modules: Modules
  /** Variables a module has without declaring them: attributes of its form, other people's common modules. */
  variables: ReadonlySet<string>
}

/** What the compiler would say: an undeclared variable, a method that does not exist, a wrong number of arguments. */
export function checkNames(known: Known, moduleName: string): Problem[] {
  const methods = known.modules.get(moduleName)?.methods ?? []
  const twice = methods.filter(({ name }, index) => methods.findIndex((each) => sameName(each.name, name)) < index)
  return [
    ...twice.map(({ name, line }) => ({ line, message: `${name}: такой метод уже есть` })),
    ...methods.flatMap((method) => [
      ...method.uses.flatMap((use) => checkVariable(known, method, use)),
      ...method.calls.flatMap((call) => checkCall(known, methods, moduleName, call)),
    ]),
  ]
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function checkVariable(known: Known, method: Method, { name, line }: { name: string; line: number }): Problem[] {
  const isDeclared =
    method.assigned.has(name.toLowerCase()) ||
    method.parameters.some((parameter) => sameName(parameter.name, name)) ||
    known.variables.has(name) ||
    known.modules.has(name) ||
    isPlatformName(name)
  return isDeclared ? [] : [{ line, message: `переменная не определена: ${name}` }]
}

function checkCall(known: Known, local: readonly Method[], moduleName: string, call: Call): Problem[] {
  if (call.owner === '') {
    const method = local.find(({ name }) => sameName(name, call.name))
    if (method) return checkArguments(method, call)
    return isPlatformFunction(call.name) ? [] : [{ line: call.line, message: `метод не найден: ${call.name}` }]
  }
  if (call.owner === 'Новый') {
    return isPlatformType(call.name) ? [] : [{ line: call.line, message: `тип не определен: ${call.name}` }]
  }
  const module = known.modules.get(call.owner)
  if (!module || call.owner === moduleName) return []
  const method = module.methods.find(({ name, isExport }) => isExport && sameName(name, call.name))
  if (!method) return [{ line: call.line, message: `нет экспортного метода ${call.owner}.${call.name}` }]
  return checkArguments(method, call)
}

function checkArguments({ name, parameters }: Method, { args, line }: Call): Problem[] {
  const isMissing = parameters.some(({ hasDefault }, index) => !hasDefault && !args[index])
  const isExtra = args.length > parameters.length
  return isMissing || isExtra ? [{ line, message: `${name}: не то число параметров` }] : []
}
