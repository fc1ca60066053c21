import type { Found } from './check-modules.ts'
import { type Files, folders, parts } from './extension.ts'
import type { Metadata } from './metadata-names.ts'
import { childOf, descendants, parseXml, textOf, type XmlElement, XmlError } from './xml.ts'

export const formatVersion = '2.17'
export type Documents = ReadonlyMap<string, XmlElement>

/** Every XML file of the dump, and what is not well-formed. */
export function readDocuments(files: Files): { documents: Documents; problems: Found[] } {
  const documents = new Map<string, XmlElement>()
  const problems: Found[] = []
  for (const [path, text] of files) {
    if (!path.endsWith('.xml')) continue
    const read = readDocument(path, text)
    if ('root' in read) documents.set(path, read.root)
    else problems.push(read.problem)
  }
  return { documents, problems }
}

export function readDocument(path: string, text: string): { root: XmlElement } | { problem: Found } {
  try {
    const root = parseXml(text)
    const isOurs = root.attributes.get('version') === formatVersion
    return isOurs ? { root } : { problem: found(path, root, `версия формата не ${formatVersion}`) }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { problem: { path, line: 1, message: error.message } }
  }
}

export function found(path: string, element: XmlElement | undefined, message: string): Found {
  return { path, line: element?.line ?? 1, message }
}

/** «Kind.Name» of everything Configuration.xml lists. */
export function listedObjects(documents: Documents): string[] {
  const list = childOf(documents.get('Configuration.xml'), 'Configuration', 'ChildObjects')
  return list?.children.map(({ name, text }) => `${name}.${text.trim()}`) ?? []
}

export function pathOf(object: string): string {
  const [kind = '', name = ''] = object.split('.')
  return `${folders.get(kind) ?? kind}/${name}.xml`
}

export function objectAt(documents: Documents, object: string): XmlElement | undefined {
  return documents.get(pathOf(object))?.children[0]
}

/** Configuration.xml and the files agree, names carry the prefix, identifiers are not repeated. */
export function checkObjects(files: Files, documents: Documents): Found[] {
  const listed = listedObjects(documents)
  const expected = new Set(['Configuration.xml', ...listed.flatMap(filesOf)])
  return [
    ...listed.filter((each, index) => listed.indexOf(each) < index).map((each) => twice(each)),
    ...[...expected].filter((path) => !files.has(path)).map((path) => ({ path, line: 1, message: 'файла нет' })),
    ...[...files.keys()]
      .filter((path) => !expected.has(path))
      .map((path) => ({ path, line: 1, message: 'лишний файл' })),
    ...listed.flatMap((each) => checkObject(documents, each)),
    ...checkIdentifiers(documents),
  ]
}

function twice(object: string): Found {
  return { path: 'Configuration.xml', line: 1, message: `${object} указан дважды` }
}

function filesOf(object: string): string[] {
  const [kind = '', name = ''] = object.split('.')
  return [pathOf(object), ...(parts.get(kind) ?? []).map((part) => `${folders.get(kind)}/${name}/${part}`)]
}

function checkObject(documents: Documents, object: string): Found[] {
  const path = pathOf(object)
  const element = objectAt(documents, object)
  if (!element) return []
  const [kind, name = ''] = object.split('.')
  const prefix = textOf(documents.get('Configuration.xml'), 'Configuration', 'Properties', 'NamePrefix')
  const isAdopted = textOf(element, 'Properties', 'ObjectBelonging') === 'Adopted'
  const problems: Found[] = []
  if (element.name !== kind) problems.push(found(path, element, `это не ${kind}`))
  if (textOf(element, 'Properties', 'Name') !== name) problems.push(found(path, element, 'имя не то, что у файла'))
  if (!isAdopted && !name.startsWith(prefix)) problems.push(found(path, element, 'имя без префикса'))
  for (const type of descendants(element).filter((each) => each.name === 'xr:GeneratedType')) {
    if (!type.attributes.get('name')?.endsWith(`.${name}`)) problems.push(found(path, type, 'чужой тип'))
  }
  return problems
}

const identifier = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

function checkIdentifiers(documents: Documents): Found[] {
  const seen = new Set<string>()
  return [...documents].flatMap(([path, root]) =>
    descendants(root).flatMap((element) => {
      const isOwn = ['xr:TypeId', 'xr:ValueId', 'xr:ObjectId'].includes(element.name)
      const value = isOwn ? element.text : element.attributes.get('uuid')
      if (value === undefined) return []
      const isRepeated = seen.has(value)
      seen.add(value)
      if (isRepeated) return [found(path, element, `идентификатор повторяется: ${value}`)]
      return identifier.test(value) ? [] : [found(path, element, `неверный идентификатор: ${value}`)]
    }),
  )
}

/** What modules may name: objects, fields of registers, values of enums. */
export function metadataOf(documents: Documents): Metadata {
  const objects = listedObjects(documents)
  const fields = objects.map((object): [string, ReadonlySet<string>] => {
    const children = childOf(objectAt(documents, object), 'ChildObjects')?.children ?? []
    return [object, new Set(children.map((child) => textOf(child, 'Properties', 'Name')))]
  })
  return { objects: new Set(objects), fields: new Map(fields) }
}
