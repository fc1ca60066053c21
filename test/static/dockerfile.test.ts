import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
const stages = stagesOf(text)
const last = stages.at(-1) ?? []

describe('the Dockerfile', () => {
  it('names each image with its version, and builds on Node 24', () => {
    const images = stages.map((stage) => stage[0]?.split(' ')[1] ?? '')
    const foreign = images.filter((each) => each.includes('/'))
    for (const each of foreign) assert.match(each, /^docker\.io\/library\/[a-z]+:\d+\.\d+(\.\d+)?-(bookworm-)?slim$/)
    assert.match(images[0] ?? '', /\/node:24\./)
    const names = stages.map((stage) => stage[0]?.split(' ')[3])
    assert.deepEqual(
      images.filter((each) => !each.includes('/') && !names.includes(each)),
      [],
    )
  })

  it('ends in a stage without a package manager, development tools or sources', () => {
    const copied = last.filter((each) => each.startsWith('COPY')).join('\n')
    assert.doesNotMatch(copied, /\bnpm\b|\bsrc\b|\btest\b/)
    assert.equal(last.filter((each) => /npm |apt-get/.test(each)).length, 0)
    for (const each of [
      'COPY migrations migrations',
      'package.json',
      '/app/dist dist',
      '/app/node_modules node_modules',
    ])
      assert.ok(copied.includes(each), each)
  })

  it('installs what package-lock.json says, without development dependencies and the embedded Postgres', () => {
    const installs = stages.flat().filter((each) => /\bnpm (ci|i|install)\b/.test(each))
    assert.ok(installs.every((each) => each.includes('npm ci')))
    const production = installs.find((each) => each.includes('--omit=dev')) ?? ''
    assert.ok(production !== '')
    const modules = stages.find((stage) => stage[0]?.endsWith(' AS modules')) ?? []
    // What that deletes: test/static/slim-modules.test.ts.
    assert.equal(modules.at(-1), 'RUN node tools/slim-modules.ts .')
    assert.equal(
      last.filter((each) => /node_modules/.test(each)).join(),
      'COPY --from=modules /app/node_modules node_modules',
    )
  })

  it('runs as an ordinary user whom nothing in the image belongs to', () => {
    assert.match(last.filter((each) => each.startsWith('USER')).at(-1) ?? '', /^USER (?!root|0)\w+$/)
    assert.doesNotMatch(text, /--chown/)
  })

  it('starts node itself, so that a stop reaches it', () => {
    assert.equal(last.at(-1), 'CMD ["node", "dist/main.js"]')
  })

  it('listens on every address of the container, and says whether it is well', () => {
    assert.ok(last.some((each) => each.startsWith('ENV') && /\bHOST=0\.0\.0\.0\b/.test(each)))
    const check = last.find((each) => each.startsWith('HEALTHCHECK')) ?? ''
    assert.match(check, /CMD \["node", "-e", ".*fetch\(.*\/healthz/)
  })

  it('sees of this folder only what it copies', () => {
    const ignored = readFileSync(new URL('../../.dockerignore', import.meta.url), 'utf8')
    const [first, ...exceptions] = ignored.split('\n').filter((each) => each !== '' && !each.startsWith('#'))
    assert.equal(first, '*')
    const copied = stages
      .flat()
      .filter((each) => each.startsWith('COPY') && !each.includes('--from='))
      .flatMap((each) => each.split(' ').slice(1, -1))
    assert.deepEqual(exceptions.map((each) => each.slice(1)).sort(), [...new Set(copied)].sort())
  })
})

/** The instructions of each stage, with continued lines joined and comments left out. */
function stagesOf(dockerfile: string): string[][] {
  const instructions = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((each) => each.trim() !== '')
  const stages: string[][] = []
  for (const each of instructions) {
    if (each.startsWith('FROM ')) stages.push([])
    stages.at(-1)?.push(each)
  }
  return stages
}
