import { type Files, moduleName } from './extension.ts'
import { checkSides } from './form-module.ts'
import { checkMetadataNames, type Metadata } from './metadata-names.ts'
import { checkNames } from './names.ts'
import { checkNetwork } from './network.ts'
import { type Module, parseModule } from './parse.ts'
import { checkStyle } from './style.ts'

export type Found = { path: string; line: number; message: string }
export type Surroundings = {
  /** Already parsed modules of other files: an example calls the extension's. */
  modules: ReadonlyMap<string, Module>
  metadata: Metadata
  /** Variables a module has by itself. */
  variablesOf(path: string): readonly string[]
  isForm(path: string): boolean
}

/** Parsed modules, a common module under its name and any other under its path. */
export function parseModules(files: Files): Map<string, Module> {
  const sources = [...files].filter(([path]) => path.endsWith('.bsl'))
  return new Map(sources.map(([path, text]) => [moduleName(path) ?? path, parseModule(text)]))
}

export function checkModules(files: Files, surroundings: Surroundings): Found[] {
  const parsed = parseModules(files)
  const modules = new Map([...surroundings.modules, ...parsed])
  return [...files].flatMap(([path, text]) => {
    const name = moduleName(path) ?? path
    const module = parsed.get(name)
    if (!module) return []
    const problems = [
      ...(text.startsWith('\uFEFF') || !path.includes('/Ext/') ? [] : [{ line: 1, message: 'модуль без BOM' }]),
      ...module.problems,
      ...checkStyle(text, module),
    ]
    // Without a whole module the rest would only repeat the same mistake in other words.
    if (module.problems.length === 0) {
      const variables = new Set(surroundings.variablesOf(path))
      problems.push(...checkNames({ modules, variables }, name), ...checkNetwork(modules, name))
      problems.push(...checkMetadataNames(surroundings.metadata, module))
      problems.push(...checkSides(module, surroundings.isForm(path), new Set(modules.keys())))
    }
    return problems.map(({ line, message }) => ({ path, line, message }))
  })
}
