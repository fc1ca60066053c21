import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkDump, checkExtension, exampleSurroundings, surroundingsOf } from './check.ts'
import { checkModules, type Surroundings } from './check-modules.ts'
import { readDocument, readDocuments } from './check-objects.ts'
import { type Files, readFiles } from './extension.ts'
import { identifiers, type Mutant, moduleMutants, sampleByKind, xmlMutants } from './mutate.ts'

const folder = fileURLToPath(new URL('../../../integrations/1c', import.meta.url))
const extension = await readFiles(join(folder, 'extension'))
const examples = await readFiles(join(folder, 'examples'))
const perKind = 5

describe('a mistake planted in any module is found', () => {
  walk(extension, surroundingsOf(extension))
  walk(examples, exampleSurroundings(extension))
})

function walk(files: Files, surroundings: Surroundings): void {
  for (const [path, text] of files) {
    if (!path.endsWith('.bsl')) continue
    test(path, (context) => {
      const mutants = sampleByKind(moduleMutants(text), perKind)
      const missed = mutants.filter((each) => checkModules(new Map([[path, each.text]]), surroundings).length === 0)
      context.diagnostic(`${mutants.length - missed.length} of ${mutants.length} mistakes found`)
      assert.deepEqual(missed.map(shown), [])
      assert.ok(mutants.length > 20)
    })
  }
}

function shown({ kind, line, text }: Mutant): string {
  return `${kind}, ${line}: ${text.split('\n')[line - 1]}`
}

test('a mistake planted in any XML file of the dump is found', (context) => {
  const { documents } = readDocuments(extension)
  const { modules } = surroundingsOf(extension)
  let count = 0
  for (const [path, text] of extension) {
    if (!path.endsWith('.xml')) continue
    const mutants = sampleByKind(xmlMutants(text, identifierOfAnother(path)), perKind)
    count += mutants.length
    for (const mutant of mutants) {
      const read = readDocument(path, mutant.text)
      const isFound =
        'problem' in read || checkDump(extension, new Map([...documents, [path, read.root]]), modules).length > 0
      assert.ok(isFound, `${path}: ${shown(mutant)}`)
    }
  }
  context.diagnostic(`${count} mistakes found`)
  assert.ok(count > 200)
})

function identifierOfAnother(path: string): string {
  const other = path.startsWith('Languages/') ? 'Configuration.xml' : 'Languages/Русский.xml'
  const [identifier] = (extension.get(other) ?? '').match(identifiers) ?? []
  assert.ok(identifier !== undefined)
  return identifier
}

test('a file that is lost, renamed or not listed is found', () => {
  const { documents } = readDocuments(extension)
  const { modules } = surroundingsOf(extension)
  for (const path of extension.keys()) {
    const lost = [...extension].filter(([each]) => each !== path)
    const renamed = [...lost, [path.replace(/\.(\w+)$/, '2.$1'), ''] as const]
    const left = new Map([...documents].filter(([each]) => each !== path))
    assert.notDeepEqual(checkDump(new Map(lost), left, modules), [], path)
    assert.notDeepEqual(checkDump(new Map(renamed), left, modules), [], path)
  }
})

test('a handler renamed in its module is missed by the job that calls it', () => {
  const handlers = [
    ['CommonModules/вст_ОтправкаСобытий/Ext/Module.bsl', 'ОтправитьСобытия'],
    ['CommonModules/вст_ЧтениеИзменений/Ext/Module.bsl', 'ПолучитьИзменения'],
    ['CommonForms/вст_НастройкаВестника/Ext/Form/Module.bsl', 'ПриСозданииНаСервере'],
    ['CommonForms/вст_НастройкаВестника/Ext/Form/Module.bsl', 'ПроверитьСвязь'],
  ] as const
  for (const [path, name] of handlers) {
    const text = (extension.get(path) ?? '').replace(`Процедура ${name}(`, `Процедура ${name}Иначе(`)
    const found = checkExtension(new Map([...extension, [path, text]]))
    assert.ok(
      found.some(({ message }) => message.includes(name)),
      name,
    )
  }
})
