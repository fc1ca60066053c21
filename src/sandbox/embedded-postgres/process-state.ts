import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import { errorCode } from './failure.ts'
import { runTool, toolEnvironment } from './run-tool.ts'

/** `start` is when the process began, in the system's own words: it tells a process from a later one with its number. */
export type ProcessState = { alive: false } | { alive: true; start: string | undefined }

export async function processState(pid: number): Promise<ProcessState> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (line !== undefined) return await stateFromProc(line)
  if (!answersSignals(pid)) return { alive: false }
  return existsSync('/proc/self/stat')
    ? { alive: true, start: undefined }
    : stateFromPs(await ps(pid, ['stat=', 'lstart=']))
}

/** Whether that process is a Postgres whose data is in `clusterDir`. */
export async function isPostgresOn(pid: number, clusterDir: string): Promise<boolean> {
  if (!(await processState(pid)).alive) return false
  if (!existsSync('/proc/self/stat')) {
    const command = await ps(pid, ['command='])
    return command.includes('postgres') && command.includes(clusterDir)
  }
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  const there = await stat(`/proc/${pid}/cwd`).catch(() => undefined)
  const here = await stat(clusterDir).catch(() => undefined)
  return name.startsWith('postgres') && there !== undefined && there.ino === here?.ino && there.dev === here.dev
}

/** Root in a hardened container may become the account and yet not signal it; the account itself may. */
export async function sendSignal(pid: number, signal: NodeJS.Signals, account: Account): Promise<void> {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return
    if (errorCode(error) !== 'EPERM' || !account.switched) throw error
    await runTool('/bin/sh', ['-c', 'kill -s "$0" "$1"', signal.slice('SIG'.length), String(pid)], {
      account,
      cwd: '/',
    })
  }
}

/** True once the process has ended, false when it still runs after `deadlineMs`. */
export async function hasEndedWithin(pid: number, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs
  while ((await processState(pid)).alive) {
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return true
}

/** proc(5): the name stands in brackets and may hold anything; after it field 3 is the state, field 22 the start. */
async function stateFromProc(line: string): Promise<ProcessState> {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return { alive: false }
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return { alive: true, start: `${boot.trim()} ${fields[19]}` }
}

function stateFromPs(line: string): ProcessState {
  const [state = '', ...start] = line.trim().split(/\s+/)
  return state.startsWith('Z') ? { alive: false } : { alive: true, start: start.join(' ') || undefined }
}

/** For systems without /proc, such as macOS. */
async function ps(pid: number, columns: string[]): Promise<string> {
  const run = promisify(execFile)
  const result = await run('ps', ['-ww', ...columns.flatMap((column) => ['-o', column]), '-p', String(pid)], {
    env: toolEnvironment,
  }).catch(() => undefined)
  return result?.stdout ?? ''
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}
