import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { judgeAudit, readAllowed } from './advisories.ts'

/**
 * `npm run audit`: known advisories about what production runs, less those that tools/audit-allowed.json lets pass for a while
 * and for a reason. Where the advisory service cannot be reached it says so and lets pass: it is no gate then.
 */
const allowed = readAllowed(readFileSync(new URL('audit-allowed.json', import.meta.url), 'utf8'))
const { stdout, error } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 64 * 1024 * 1024,
})
const { lines, isFine } = judgeAudit(error ? '' : stdout, allowed, new Date())
process.stdout.write(`${lines.join('\n')}\n`)
process.exit(isFine ? 0 : 1)
