import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { breachesIn, importTableIn, type SourceFile } from './architecture.ts'

const root = fileURLToPath(new URL('../../src', import.meta.url))
const table = importTableIn(readFileSync(join(root, 'README.md'), 'utf8'))

describe('the architecture', () => {
  it('of src/ keeps every rule', () => {
    const files = sourceFiles()
    assert.ok(files.length > 100, 'the files of src/ were found')
    assert.deepEqual(breachesIn(files, table), [])
  })

  it('has the import table in src/README.md, from main down to lib', () => {
    assert.deepEqual([table.length, table[0]?.[0], table.at(-1)], [8, 'main', ['lib']])
    assert.equal(new Set(table.flat()).size, table.flat().length, 'each folder stands in one row')
  })

  for (const [title, planted, expected] of plantedBreaches()) {
    it(`is seen to break when ${title}`, () => {
      const found = breachesIn([...lists, ...planted], table)
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', expected)
    })
  }

  it('lets pass what the rules allow', () => {
    assert.deepEqual(
      breachesIn(
        [
          ...lists,
          file('main.ts', `import { start } from './service.ts'\nimport { app } from './http/app.ts'`),
          file('config.ts', 'export const read = () => process.env'),
          file('db/database.ts', `import pg from 'pg'\nexport const one = sql\`select 1\``),
          file('events/store.ts', 'export const all = sql`select 1`'),
          file('deliveries/store/claim.ts', 'export const all = sql<Row>`select 1`'),
          file('channels/telegram/call.ts', `import { Telegram } from 'telegraf'\nimport { x } from '../channel.ts'`),
          file('webhooks/onec/profile.ts', `import { y } from '../mapping/profile.ts'`),
          file('lib/text.ts', '// console.log is not for us, nor process.env\nexport const a = 1'),
        ],
        table,
      ),
      [],
    )
  })
})

const lists: SourceFile[] = [
  file('channels/registry.ts', `import { t } from './telegram/channel.ts'\nimport { v } from './vk/channel.ts'`),
  file(
    'webhooks/sources.ts',
    `import type { Profile } from './mapping/profile.ts'\nimport { o } from './onec/profile.ts'\nimport { v } from './vtorium/profile.ts'`,
  ),
]

function plantedBreaches(): [string, SourceFile[], RegExp][] {
  return [
    ['a file imports from a row above', [file('lib/a.ts', `import { x } from '../db/sql.ts'`)], /a row above/],
    ['it imports only a type from above', [file('db/a.ts', `import type { X } from '../http/app.ts'`)], /a row above/],
    ['it loads from above', [file('lib/a.ts', `const x = await import('../api/routes.ts')`)], /a row above/],
    ['it re-exports from above', [file('lib/a.ts', `export { x } from '../api/routes.ts'`)], /a row above/],
    [
      'an import over several lines goes to a neighbour',
      [file('events/a.ts', `import {\n  x,\n  y,\n} from '../deliveries/store.ts'`)],
      /a neighbour in its row/,
    ],
    ['a folder is in no row', [file('utils/a.ts', 'export const a = 1')], /no row/],
    [
      'a channel imports another',
      [file('channels/vk/a.ts', `import { x } from '../telegram/call.ts'`)],
      /must not know each other/,
    ],
    [
      'a source imports another',
      [file('webhooks/vtorium/a.ts', `import { x } from '../onec/words.ts'`)],
      /must not know each other/,
    ],
    ['process.env is read outside config.ts', [file('main.ts', `const x = process.env['HOST']`)], /process\.env/],
    [
      'the environment is imported',
      [file('main.ts', `import { env } from 'node:process'\nexport { env }`)],
      /process\.env/,
    ],
    ['pg is imported outside db/', [file('clients/store.ts', `import type pg from 'pg'`)], /only db\//],
    ['bullmq is imported outside queue/', [file('workers.ts', `import { Queue } from 'bullmq'`)], /only queue\//],
    ['telegraf is imported by the bot', [file('bot/a.ts', `import { Telegraf } from 'telegraf'`)], /only channels/],
    ['a part of telegraf is', [file('bot/a.ts', `import type { X } from 'telegraf/types'`)], /only channels/],
    ['SQL stands outside a store', [file('events/receive.ts', 'const x = sql`select 1`')], /holds SQL/],
    [
      'a condition looks at a clock that no index can use',
      [file('events/store.ts', 'const x = sql`select 1 where due_at <= clock_timestamp()`')],
      /no index/,
    ],
    ['something is written to the console', [file('lib/a.ts', 'console.log(1)')], /console/],
    ['a file is too long', [file('lib/a.ts', 'export const a = 1\n'.repeat(351))], /351 lines/],
  ]
}

function file(path: string, text: string): SourceFile {
  return { path, text }
}

function sourceFiles(): SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.name.endsWith('.ts'))
    .map((each) => join(each.parentPath, each.name))
    .map((path) => file(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')))
}
