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
  const { account, cwd } = options
  const child = spawned(account, () =>
    spawn(command, args, { cwd, env: toolEnvironment, detached: true, ...identityOf(account) }),
  )
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
    child.on('error', reject)
    child.on('close', (code) => resolve({ succeeded: code === 0, ...output }))
  })
}

/** Node throws at once when the system refuses the change of user: a container may run as root and forbid it. */
export function spawned<Child>(account: Account, spawnChild: () => Child): Child {
  try {
    return spawnChild()
  } catch (cause) {
    const code = errorCode(cause)
    if (!account.switched || (code !== 'EPERM' && code !== 'EINVAL')) throw cause
    throw new EmbeddedPostgresFailure(
      `Postgres refuses to run as root, and this root may not become ${account.name} (${code}). Start as an ordinary user, or ${otherDatabase}.`,
      { cause },
    )
  }
}
