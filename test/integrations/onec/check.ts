import { checkLinks, formAttributes } from './check-links.ts'
import { checkModules, type Found, parseModules } from './check-modules.ts'
import { checkObjects, listedObjects, metadataOf, readDocuments } from './check-objects.ts'
import type { Files } from './extension.ts'
import { formNames } from './platform.ts'

/** Everything that can be known about the extension without the platform. */
export function checkExtension(files: Files): Found[] {
  const { documents, problems } = readDocuments(files)
  const modules = parseModules(files)
  const variablesOf = (path: string) => {
    const form = /^CommonForms\/([^/]+)\//.exec(path)?.[1]
    return form === undefined ? [] : [...formNames, ...formAttributes(documents, `CommonForm.${form}`)]
  }
  return [
    ...problems,
    ...checkObjects(files, documents),
    ...checkLinks({ documents, modules }),
    ...checkModules(files, { modules: new Map(), metadata: metadataOf(documents), variablesOf }),
  ]
}

/** The pasteable examples, next to the extension they call. */
export function checkExamples(examples: Files, extension: Files): Found[] {
  const { documents } = readDocuments(extension)
  const variablesOf = (path: string) => (path === 'document-command.bsl' ? formNames : ['КоннекторHTTP'])
  const surroundings = { modules: parseModules(extension), metadata: metadataOf(documents), variablesOf }
  return [...readDocuments(examples).problems, ...checkModules(examples, surroundings)]
}

export function objectsOf(files: Files): string[] {
  return listedObjects(readDocuments(files).documents)
}
