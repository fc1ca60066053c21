import { spawn } from 'node:child_process'
import { type Account, identityOf } from './account.ts'
import { EmbeddedPostgresFailure, errorCode, otherDatabase } from './failure.ts'

export type ToolResult = { succeeded: boolean; stdout: string; stderr: string }

/** Only what Postgres needs: nothing of ours (keys, tokens) reaches it, and its messages stay English. */
export const toolEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

export async function runTool(
  command: string,
  args: string[],
  options: { account: Account; cwd: string; input?: string },
): Promise<ToolResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: toolEnvironment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...identityOf(options.account),
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  return await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(spawnFailure(error, options.account)))
    child.on('close', (code) => resolve({ succeeded: code === 0, ...output }))
  })
}

/** A container may run as root and still be forbidden to become anybody else. */
export function spawnFailure(error: Error, account: Account): Error {
  const code = errorCode(error)
  if (!account.switched || (code !== 'EPERM' && code !== 'EINVAL')) return error
  return new EmbeddedPostgresFailure(
    `Postgres refuses to run as root, and this root may not become ${account.name} (${code}). Start as an ordinary user, or ${otherDatabase}.`,
    { cause: error },
  )
}
