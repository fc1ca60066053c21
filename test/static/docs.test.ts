import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { citationsIn, isMeantAsPath } from './citations.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'src/README.md',
  ...below('docs').filter((each) => each.endsWith('.md')),
]
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
/** What only a build or a run makes: .gitignore names it. */
const made = readFileSync(join(root, '.gitignore'), 'utf8')
  .split('\n')
  .filter((line) => /^[\w.]/.test(line))

const ours = ['src', 'test', 'migrations'].flatMap(below)

describe('the documents', () => {
  for (const page of pages) {
    const cited = citationsIn(readFileSync(join(root, page), 'utf8'))

    it(`cite paths that exist: ${page}`, () => {
      assert.deepEqual(
        cited.paths.filter((path) => !exists(path, page)),
        [],
      )
    })

    it(`cite npm scripts that exist: ${page}`, () => {
      assert.deepEqual(
        cited.scripts.filter((name) => scripts[name] === undefined),
        [],
      )
    })
  }

  it('for people in Russia are all named by their index', () => {
    const index = readFileSync(join(root, 'docs/ru/README.md'), 'utf8')
    const pages = readdirSync(join(root, 'docs/ru')).filter((each) => each.endsWith('.md') && each !== 'README.md')
    assert.deepEqual(
      pages.filter((each) => !index.includes(`\`${each}\``)),
      [],
    )
  })

  it('are caught when they cite what is not there', () => {
    const { paths, scripts: named } = citationsIn(
      'See `src/nowhere.ts`, `src/README.md`, [that](docs/absent.md#part), `application/json`, `/webhooks/1c`, ' +
        '`npm run nothing` and `clients/nobody`.\n```\n`src/in-a-block.ts`\nnpm run neither\n```\n',
    )
    assert.deepEqual(
      paths.filter((path) => !exists(path, 'README.md')),
      ['src/nowhere.ts', 'clients/nobody', 'docs/absent.md'],
    )
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      ['nothing', 'neither'],
    )
  })
})

/**
 * A page may cite from the root, from its own folder or from src/, a file of code without its `.ts`; and in a sentence about
 * a folder by the end of the path alone: `store/claim.ts`.
 */
function exists(path: string, page: string): boolean {
  if (made.some((each) => path === each || `${path}/` === each || (each.endsWith('/') && path.startsWith(each))))
    return true
  const bases = [root, join(root, dirname(page)), join(root, 'src')]
  if (bases.some((base) => existsSync(join(base, path)) || existsSync(join(base, `${path}.ts`)))) return true
  const folders = bases.flatMap((base) => readdirSync(base))
  return ours.some((each) => each.endsWith(`/${path.replace(/\/$/, '')}`)) || !isMeantAsPath(path, folders)
}

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((each) => join(folder, each))
}
