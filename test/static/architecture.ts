import { dirname, join } from 'node:path/posix'

/** A file of src/: its path below src/ with `/`, and its text. */
export type SourceFile = { path: string; text: string }

/** Folders (and files of the root) by row: imports go only downwards, and the first row counts as one folder. */
export type ImportTable = readonly (readonly string[])[]

/** Where a package may be seen, its types included. */
const confined: Record<string, string> = {
  pg: 'db/',
  'node-pg-migrate': 'db/',
  bullmq: 'queue/',
  ioredis: 'queue/',
  telegraf: 'channels/telegram/',
}

const longestFile = 350

/** Every breach of the rules, as a sentence each; pure, so that a planted breach can prove that it is seen. */
export function breachesIn(files: readonly SourceFile[], table: ImportTable): string[] {
  const siblings = [...separateFolders(files, 'channels/registry.ts'), ...separateFolders(files, 'webhooks/sources.ts')]
  return files.flatMap((file) => [
    ...rowBreaches(file, table),
    ...siblingBreaches(file, siblings),
    ...packageBreaches(file),
    ...wordBreaches(file),
    ...lengthBreaches(file),
  ])
}

/** The table as src/README.md shows it: a line a row, `| 3 | \`webhooks\` \`bot\` |`. */
export function importTableIn(readme: string): string[][] {
  return [...readme.matchAll(/^\| *\d+ *\|(.+)\|$/gm)].map((line) =>
    [...(line[1] ?? '').matchAll(/`(\w+)`/g)].flatMap((word) => word[1] ?? []),
  )
}

function rowBreaches(file: SourceFile, table: ImportTable): string[] {
  const own = placeOf(file.path, table)
  if (own.row === -1) return [`${file.path}: ${own.folder} is in no row of the import table`]
  return ownImportsOf(file).flatMap((target) => {
    const other = placeOf(target, table)
    // A folder in no row is reported by its own files.
    if (other.row === -1) return []
    if (other.folder === own.folder || other.row > own.row || (other.row === 0 && own.row === 0)) return []
    const why = other.row === own.row ? 'a neighbour in its row' : 'a row above it'
    return [`${file.path} imports ${target}: ${other.folder} is ${why}`]
  })
}

/** One channel or one source never imports another. */
function siblingBreaches(file: SourceFile, folders: readonly string[]): string[] {
  const own = folders.find((each) => file.path.startsWith(each))
  if (own === undefined) return []
  const family = own.slice(0, own.indexOf('/') + 1)
  return ownImportsOf(file).flatMap((target) => {
    const other = folders.find((each) => target.startsWith(each))
    if (other === undefined || other === own || !other.startsWith(family)) return []
    return [`${file.path} imports ${target}: ${own} and ${other} must not know each other`]
  })
}

function packageBreaches(file: SourceFile): string[] {
  return importsOf(file).flatMap((target) => {
    const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
    const home = confined[name]
    // The sandbox drives the same programs from outside; it is no part of the service.
    if (home === undefined || file.path.startsWith(home) || file.path.startsWith('sandbox/')) return []
    return [`${file.path} imports ${name}: only ${home} may`]
  })
}

function wordBreaches(file: SourceFile): string[] {
  const code = withoutComments(file.text)
  const readsEnvironment = /\bprocess\.env\b|\bprocess\[['"]env['"]\]|from ['"](?:node:)?process['"]/.test(code)
  const hasSql = /\bsql(?:<[^>`]*>)?`/.test(code)
  return [
    ...(readsEnvironment && file.path !== 'config.ts' ? [`${file.path} reads process.env: only config.ts may`] : []),
    ...(hasSql && !mayHoldSql(file.path)
      ? [`${file.path} holds SQL: it belongs in store.ts, store/, journal/ or db/`]
      : []),
    ...(/(?:[<>]=?|\bbetween) *clock_timestamp\(\)/.test(code)
      ? [`${file.path} compares with clock_timestamp(): no index can answer that, statement_timestamp() can`]
      : []),
    ...(/\bconsole\./.test(code) ? [`${file.path} writes to the console: use the log`] : []),
  ]
}

function lengthBreaches(file: SourceFile): string[] {
  const lines = file.text.trimEnd().split('\n').length
  return lines > longestFile ? [`${file.path} has ${lines} lines: more than ${longestFile}`] : []
}

function mayHoldSql(path: string): boolean {
  return /(^|\/)store\.ts$|(^|\/)store\/|^journal\/|^db\//.test(path)
}

function placeOf(path: string, table: ImportTable): { folder: string; row: number } {
  const folder = (path.split('/')[0] ?? '').replace(/\.ts$/, '')
  return { folder, row: table.findIndex((row) => row.includes(folder)) }
}

/** `./telegram/channel.ts` in a list of channels or sources makes channels/telegram/ one of them. */
function separateFolders(files: readonly SourceFile[], list: string): string[] {
  const registry = files.find((each) => each.path === list)
  if (!registry) return []
  const home = `${dirname(list)}/`
  const withValues = { path: list, text: registry.text.replace(/^import type .*$/gm, '') }
  return ownImportsOf(withValues)
    .filter((target) => target.startsWith(home) && target.slice(home.length).includes('/'))
    .map((target) => `${dirname(target)}/`)
}

function ownImportsOf(file: SourceFile): string[] {
  return importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => join(dirname(file.path), target))
}

/** What a file imports, re-exports or loads, types included. */
function importsOf(file: SourceFile): string[] {
  const statement = /(?:^|[\s;}])(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g
  return [...withoutComments(file.text).matchAll(statement)].flatMap((found) => found[1] ?? [])
}

/** Block comments and lines that are a comment; what stands behind code stays. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
