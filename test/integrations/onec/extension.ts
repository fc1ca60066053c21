import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A folder of the dump in memory: path with «/» → content. Mutations change it without touching the disk. */
export type Files = ReadonlyMap<string, string>

export async function readFiles(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name))
  const pairs = paths.map(
    async (path): Promise<[string, string]> => [
      relative(folder, path).split(sep).join('/').normalize('NFC'),
      await readFile(path, 'utf8'),
    ],
  )
  return new Map((await Promise.all(pairs)).sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** The folders of the kinds of objects we have. */
export const folders = new Map([
  ['Language', 'Languages'],
  ['Subsystem', 'Subsystems'],
  ['Role', 'Roles'],
  ['CommonModule', 'CommonModules'],
  ['ScheduledJob', 'ScheduledJobs'],
  ['Constant', 'Constants'],
  ['CommonForm', 'CommonForms'],
  ['Enum', 'Enums'],
  ['InformationRegister', 'InformationRegisters'],
])

/** What else an object's folder holds. */
export const parts = new Map([
  ['Role', ['Ext/Rights.xml']],
  ['CommonModule', ['Ext/Module.bsl']],
  ['ScheduledJob', ['Ext/Schedule.xml']],
  ['CommonForm', ['Ext/Form.xml', 'Ext/Form/Module.bsl']],
])

export function moduleName(path: string): string | undefined {
  return /^CommonModules\/([^/]+)\/Ext\/Module\.bsl$/.exec(path)?.[1]
}
