import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `npm run bench` runs every benchmark, `npm run bench -- NAME…` those named; each prints a table and writes JSON. */
const folder = fileURLToPath(new URL('.', import.meta.url))
const parts = new Set(['main', 'report', 'processes', 'driver'])
const all = readdirSync(folder)
  .filter((each) => each.endsWith('.ts'))
  .map((each) => each.slice(0, -3))
  .filter((each) => !parts.has(each))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((each) => !all.includes(each))
if (unknown.length > 0 || wanted.includes('--help')) {
  console.log(`npm run bench [-- ${all.join(' | ')}]`)
  process.exit(wanted.includes('--help') ? 0 : 2)
}
let failed = 0
for (const name of wanted.length > 0 ? wanted : all) {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', `${folder}${name}.ts`], { stdio: 'inherit' })
  if (status !== 0) failed++
}
process.exit(failed > 0 ? 1 : 0)
