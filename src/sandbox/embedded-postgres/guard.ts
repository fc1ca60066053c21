import { spawn } from 'node:child_process'
import { type Account, identityOf } from './account.ts'
import { spawned, toolEnvironment } from './run-tool.ts'

/**
 * A shell that ends Postgres when this process has ended without a word: after kill -9 of a test or a benchmark whose
 * folder nobody starts again, Postgres would run for ever. It sees that its standard input has closed.
 */
export function guard(input: { pid: number; socketFolder: string; account: Account }): { dismiss(): void } {
  const name = 'guard of the embedded Postgres'
  const child = spawned(input.account, () =>
    spawn('/bin/sh', ['-c', script, name, String(input.pid), input.socketFolder], {
      cwd: '/',
      env: toolEnvironment,
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      ...identityOf(input.account),
    }),
  )
  // Without it the next start still finds and ends what was left.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  return { dismiss: () => child.stdin.end('dismissed\n') }
}

/** The folder can be removed once Postgres has taken its socket away. */
const script = `
  read -r word && exit
  kill -s INT "$1"
  for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; rmdir "$2" 2> /dev/null && exit; done
`
