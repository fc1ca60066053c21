import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export type Started = { child: ChildProcess; url: string; readyMs: number }

/** Starts the service as its own process and waits for its first ready line. */
export async function startService(args: string[], environment: Record<string, string>): Promise<Started> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'info', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      const line = lines.find((each) => each.includes('"service.ready"'))
      if (line) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.once('exit', (code) => reject(new Error(`exited with ${code} before it was ready`)))
    setTimeout(() => reject(new Error('not ready after a minute')), 60_000).unref()
  })
  return { child, url, readyMs: performance.now() - startedAt }
}

export async function stopService({ child }: Started): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

/** Processor time that a process has used, in ms, of Linux (proc_pid_stat(5), in ticks of 10 ms). */
export function processorMs(pid: number): number {
  const { user, system } = statOf(pid)
  return (user + system) * 10
}

/** That of a process with all its children, those that have ended included: of Postgres, by its first process. */
export function familyMs(pid: number): number {
  const { user, system, ended } = statOf(pid)
  const children = readdirSync('/proc').filter((each) => /^\d+$/.test(each) && parentOf(Number(each)) === pid)
  return children.reduce((sum, each) => sum + processorMs(Number(each)), (user + system + ended) * 10)
}

/** 0 when the process has ended meanwhile. */
export function parentOf(pid: number): number {
  try {
    return statOf(pid).parent
  } catch {
    return 0
  }
}

function statOf(pid: number): { parent: number; user: number; system: number; ended: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? []
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [fields[1], ...fields.slice(11, 15)]
  return { parent, user, system, ended: endedUser + endedSystem }
}

/** Resident memory in MB, of Linux. */
export function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb) / 1024
}
