import { checkLinks, formAttributes } from './check-links.ts'
import { checkModules, type Found, parseModules, type Surroundings } from './check-modules.ts'
import { checkObjects, type Documents, metadataOf, readDocuments } from './check-objects.ts'
import type { Files } from './extension.ts'
import type { Module } from './parse.ts'
import { formNames } from './platform.ts'

/** Everything that can be known about the extension without the platform. */
export function checkExtension(files: Files): Found[] {
  const { documents, problems } = readDocuments(files)
  return [
    ...problems,
    ...checkDump(files, documents, parseModules(files)),
    ...checkModules(files, surroundingsOf(files)),
  ]
}

/** What the files of the dump say about each other. */
export function checkDump(files: Files, documents: Documents, modules: ReadonlyMap<string, Module>): Found[] {
  return [...checkObjects(files, documents), ...checkLinks({ documents, modules })]
}

/** What a module of the extension sees around itself. */
export function surroundingsOf(files: Files): Surroundings {
  const { documents } = readDocuments(files)
  return {
    modules: parseModules(files),
    metadata: metadataOf(documents),
    isForm: (path) => formOf(path) !== undefined,
    variablesOf: (path) => {
      const form = formOf(path)
      return form === undefined ? [] : [...formNames, ...formAttributes(documents, form)]
    },
  }
}

function formOf(path: string): string | undefined {
  const name = /^CommonForms\/([^/]+)\//.exec(path)?.[1]
  return name === undefined ? undefined : `CommonForm.${name}`
}

/** The pasteable examples, next to the extension they call. */
export function checkExamples(examples: Files, extension: Files): Found[] {
  return [...readDocuments(examples).problems, ...checkModules(examples, exampleSurroundings(extension))]
}

export function exampleSurroundings(extension: Files): Surroundings {
  return { ...surroundingsOf(extension), isForm: isFormExample, variablesOf: exampleVariables }
}

function isFormExample(path: string): boolean {
  return path === 'document-command.bsl'
}

/** An example of another library has that library's common modules. */
function exampleVariables(path: string): readonly string[] {
  return isFormExample(path) ? formNames : ['КоннекторHTTP']
}
