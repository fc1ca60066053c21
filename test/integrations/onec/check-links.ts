import type { Found } from './check-modules.ts'
import { type Documents, found, listedObjects, objectAt, pathOf } from './check-objects.ts'
import type { Module } from './parse.ts'
import { childOf, descendants, textOf, type XmlElement } from './xml.ts'

type Needs = { documents: Documents; modules: ReadonlyMap<string, Module> }

/** What one file says about another: handlers, schedules, rights, sections, types, the form and its module. */
export function checkLinks(needs: Needs): Found[] {
  const listed = listedObjects(needs.documents)
  const of = (kind: string) => listed.filter((object) => object.startsWith(`${kind}.`))
  return [
    ...of('ScheduledJob').flatMap((object) => checkJob(needs, object)),
    ...of('Role').flatMap((object) => checkRights(needs.documents, object)),
    ...of('CommonForm').flatMap((object) => checkForm(needs, object)),
    ...['Configuration.xml', ...listed.map(pathOf)].flatMap((path) => checkReferences(needs.documents, path)),
  ]
}

/** `CommonModule.Модуль.Метод` has to be an exported method; a job passes it no arguments. */
export function checkHandler(modules: Needs['modules'], handler: string, argumentCount: number): string | undefined {
  const [kind, module = '', name] = handler.split('.')
  const method = modules.get(module)?.methods.find((each) => each.name === name)
  if (kind !== 'CommonModule' || !method) return `нет обработчика ${handler}`
  if (!method.isExport) return `${handler}: метод не экспортный`
  return method.parameters.length === argumentCount ? undefined : `${handler}: не то число параметров`
}

const leastPeriodS = 60

function checkJob({ documents, modules }: Needs, object: string): Found[] {
  const path = pathOf(object)
  const job = objectAt(documents, object)
  const schedulePath = path.replace('.xml', '/Ext/Schedule.xml')
  const schedule = childOf(documents.get(schedulePath), 'Schedule')
  const problems: Found[] = []
  const handler = checkHandler(modules, textOf(job, 'Properties', 'MethodName'), 0)
  if (handler !== undefined) problems.push(found(path, job, handler))
  if (textOf(job, 'Properties', 'Use') !== 'false') problems.push(found(path, job, 'задание включено сразу'))
  const period = Number(schedule?.attributes.get('RepeatPeriodInDay'))
  if (!(period >= leastPeriodS)) problems.push(found(schedulePath, schedule, 'чаще раза в минуту'))
  return problems
}

/** Keys are read by privileged code only: no role may see their register. */
const secret = 'InformationRegister.вст_ЗащищенныеДанные'

function checkRights(documents: Documents, role: string): Found[] {
  const path = pathOf(role).replace('.xml', '/Ext/Rights.xml')
  const objects = documents.get(path)?.children.filter(({ name }) => name === 'object') ?? []
  const listed = listedObjects(documents)
  return objects.flatMap((element) => {
    const object = textOf(element, 'name')
    if (object === secret) return [found(path, element, 'роли не нужны права на ключи')]
    return listed.includes(object) ? [] : [found(path, element, `права на то, чего нет: ${object}`)]
  })
}

function checkReferences(documents: Documents, path: string): Found[] {
  const listed = new Set(listedObjects(documents))
  return descendants(documents.get(path) ?? emptyElement).flatMap((element) => {
    const isItem = element.name === 'xr:Item' && element.attributes.get('xsi:type') === 'xr:MDObjectRef'
    const enumName = /^cfg:EnumRef\.(.+)$/.exec(element.text)?.[1]
    const target = isItem ? element.text : enumName === undefined ? undefined : `Enum.${enumName}`
    if (target === undefined || listed.has(target)) return []
    return [found(path, element, `ссылка на то, чего нет: ${target}`)]
  })
}

const emptyElement: XmlElement = { name: '', attributes: new Map(), children: [], text: '', line: 1 }

export function formAttributes(documents: Documents, object: string): string[] {
  const form = documents.get(formPath(object))
  return childOf(form, 'Attributes')?.children.map(({ attributes }) => attributes.get('name') ?? '') ?? []
}

function formPath(object: string): string {
  return pathOf(object).replace('.xml', '/Ext/Form.xml')
}

function checkForm({ documents, modules }: Needs, object: string): Found[] {
  const path = formPath(object)
  const form = documents.get(path)
  if (!form) return []
  const methods = modules.get(path.replace('Form.xml', 'Form/Module.bsl'))?.methods.map(({ name }) => name) ?? []
  const known: Record<string, readonly string[]> = {
    Event: methods,
    Action: methods,
    DataPath: formAttributes(documents, object),
    CommandName: commandsOf(form).map((name) => `Form.Command.${name}`),
  }
  const wrong = descendants(form).filter(({ name, text }) => known[name] && !known[name].includes(text.trim()))
  return [
    ...wrong.map((element) => found(path, element, `${element.name}: нет ${element.text.trim()}`)),
    ...checkFormIds(path, form),
  ]
}

function commandsOf(form: XmlElement): string[] {
  return childOf(form, 'Commands')?.children.map(({ attributes }) => attributes.get('name') ?? '') ?? []
}

/** Items, attributes and commands are numbered apart; among the items the names are unique as well. */
function checkFormIds(path: string, form: XmlElement): Found[] {
  const items = descendants(childOf(form, 'ChildItems') ?? emptyElement)
  const groups = [items, ...['Attributes', 'Commands'].map((name) => childOf(form, name)?.children ?? [])]
  return groups.flatMap((group) =>
    ['id', 'name'].flatMap((key) => {
      const values = group.map(({ attributes }) => attributes.get(key)).filter((value) => value !== undefined)
      const repeated = values.filter((value, index) => values.indexOf(value) < index)
      return repeated.map((value) => found(path, form, `${key} повторяется: ${value}`))
    }),
  )
}
