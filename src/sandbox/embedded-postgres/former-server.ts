import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { DataFolderInUse, EmbeddedPostgresFailure, errorCode } from './failure.ts'
import { hasEndedWithin, isPostgresOn, sendSignal } from './process-state.ts'
import { isSocketFolder, removeSocketFolder } from './socket-folder.ts'

type Needs = { account: Account; clusterDir: string; onLog: (line: string) => void }
type Former = { pid: number; socketFolder: string }

/**
 * Clears what a killed run has left: its Postgres, which outlives it, the pid file, the socket folder. Call it only while
 * holding the lock of the folder: a server of ours that still runs there has lost its owner.
 */
export async function clearFormerServer({ account, clusterDir, onLog }: Needs): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid')
  const former = await readPidFile(pidFile)
  if (former === undefined) return
  if (await isPostgresOn(former.pid, clusterDir)) {
    if (!isSocketFolder(former.socketFolder)) throw new DataFolderInUse(clusterDir, { pid: former.pid })
    onLog(`stopping Postgres ${former.pid}, left in ${clusterDir} by a run that was killed`)
    await end(former.pid, { account, clusterDir })
  } else {
    // Postgres would take any live process with that number for itself and refuse to start.
    await rm(pidFile, { force: true })
  }
  await removeSocketFolder(former.socketFolder)
}

/** The lines of the file: pid, data folder, start, port, socket folder, … A negative pid is a single-user Postgres. */
async function readPidFile(path: string): Promise<Former | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  const [pid = '', , , , socketFolder = ''] = text?.split('\n') ?? []
  return /^-?[1-9]\d*$/.test(pid) ? { pid: Math.abs(Number(pid)), socketFolder } : undefined
}

/** Fast shutdown, then immediate shutdown: either keeps every commit, the second makes the next start recover. */
async function end(pid: number, { account, clusterDir }: Pick<Needs, 'account' | 'clusterDir'>): Promise<void> {
  for (const [signal, deadlineMs] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    await sendSignal(pid, signal, account)
    if (await hasEndedWithin(pid, deadlineMs)) return
  }
  throw new EmbeddedPostgresFailure(
    `Postgres ${pid}, left in ${clusterDir} by a run that was killed, does not stop. End that process by hand (kill -9 ${pid}) and start again.`,
  )
}
