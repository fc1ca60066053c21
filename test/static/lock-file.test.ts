import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'

const names = z.record(z.string(), z.string()).default({})
const entry = z.looseObject({
  version: z.string().optional(),
  dependencies: names,
  optionalDependencies: names,
})
const lockFile = z.object({ packages: z.record(z.string(), entry) })

const { packages } = lockFile.parse(
  JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')),
)

describe('package-lock.json', () => {
  // npm ci refuses a lock file that lacks one; npm install writes such a file when a registry lacks the package.
  it('knows every package that another names, those for other platforms too', () => {
    const missing = Object.entries(packages).flatMap(([at, each]) =>
      [...Object.keys(each.dependencies), ...Object.keys(each.optionalDependencies)]
        .filter((name) => versionSeenFrom(at, name) === undefined)
        .map((name) => `${at || 'package.json'} → ${name}`),
    )
    assert.deepEqual(missing, [])
  })
})

/** The version that Node's look-up finds from there: the nearest node_modules upwards. */
function versionSeenFrom(at: string, name: string): string | undefined {
  for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`]
    if (found?.version !== undefined) return found.version
    if (folder === '') return undefined
  }
}
