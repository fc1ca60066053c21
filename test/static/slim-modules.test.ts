import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { isNeeded, unneededPackages, unneededParts } from '../../tools/slim-modules.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const modules = join(root, 'node_modules')
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })) })
  .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
const production = Object.entries(packages)
  .filter(([path, { dev }]) => path !== '' && !dev && existsSync(join(root, path)))
  .map(([path]) => path.slice('node_modules/'.length))

describe('the packages in the image', () => {
  // With Debian (75 MB), Node (127 MB) and our own code (5 MB) this keeps the image below 250 MB.
  it('weigh 36 MB at most', () => {
    const megabytes = production.flatMap(filesOf).filter(isNeeded).reduce(sizeOf, 0) / 1e6
    assert.ok(megabytes > 20 && megabytes <= 36, `${megabytes.toFixed(1)} MB`)
  })

  it('keep the file that each dependency is entered by, the font of the charts and the script of the dashboard', () => {
    const { resolve } = createRequire(import.meta.url)
    const entered = Object.keys(dependencies)
      .filter((each) => !unneededPackages.includes(each) && !['dejavu-fonts-ttf', 'htmx.org'].includes(each))
      .flatMap((each) => [fileURLToPath(import.meta.resolve(each)), resolve(each)])
    const files = ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'htmx.org/dist/htmx.min.js'].map((each) =>
      join(modules, each),
    )
    for (const each of [...entered, ...files]) {
      assert.ok(existsSync(each), each)
      assert.ok(isNeeded(each.slice(modules.length + 1)), each)
    }
  })

  it('keep their licences', () => {
    const licences = production.flatMap(filesOf).filter((each) => /\/licen[cs]e(\.\w+)?$/i.test(each))
    assert.ok(licences.length > 100)
    const lost = licences.filter((each) => !isNeeded(each))
    assert.deepEqual(
      lost.filter((each) => !unneededPackages.some((name) => each.startsWith(`${name}/`))),
      [],
    )
  })

  it('lose only parts that are there: a part that was renamed would come back unseen', () => {
    assert.deepEqual(
      unneededParts.filter((each) => !existsSync(join(modules, each))),
      [],
    )
  })

  it('keep a folder that is called like a test when it is part of a program', () => {
    assert.ok(isNeeded('yaml/dist/doc/Document.js'))
    assert.ok(isNeeded('ajv/node_modules/json-schema-traverse/index.js'))
    for (const each of ['fastify/test/a.test.js', '@fastify/cookie/test/a.js', 'ajv/node_modules/deep/docs/a.html'])
      assert.ok(!isNeeded(each), each)
  })
})

/** Of one package, without the packages inside it: those are listed by themselves. */
function filesOf(name: string): string[] {
  return readdirSync(join(modules, name), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(modules.length + 1))
    .filter((each) => !each.slice(name.length).includes('/node_modules/'))
}

function sizeOf(sum: number, path: string): number {
  return sum + statSync(join(modules, path)).size
}
