import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Cleanup, cleanup } from '../support/cleanup.ts'

const run = promisify(execFile)

/** The disk on which the database lies, and how it is filled. */
export type Disk = {
  folder: string
  /** What a full disk is here; undefined where this machine allows neither. */
  how: 'a full tmpfs (ENOSPC)' | 'a limit on the size of files (EFBIG)' | undefined
  /** Nothing can be written, until `free`. */
  fill(): Promise<void>
  free(): Promise<void>
}

/**
 * A file system of its own, of so many bytes, where root may mount one. Elsewhere the folder lies where others do, and
 * Postgres is forbidden to write beyond the first byte of any file: it fails at once, like a disk that is full.
 *
 * @param postmaster the pid of the server that writes there, now
 */
export async function smallDisk(
  t: Cleanup,
  folder: string,
  bytes: number,
  postmaster: () => Promise<number | undefined>,
): Promise<Disk> {
  await mkdir(folder, { recursive: true })
  const size = `size=${bytes},mode=0711`
  const isMounted =
    process.geteuid?.() === 0 && (await works(run('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder])))
  if (isMounted) {
    cleanup(t, () => run('umount', ['-l', folder]))
    return mountedDisk(folder)
  }
  const canLimit = await works(run('prlimit', ['--version']))
  return canLimit ? limitedDisk(folder, postmaster) : { folder, how: undefined, fill: no, free: no }
}

const no = async () => {}

/** Nobody fills it. */
export const largeDisk: Disk = { folder: '', how: undefined, fill: no, free: no }

function mountedDisk(folder: string): Disk {
  const ballast = join(folder, 'ballast')
  let filling: Promise<void> | undefined
  let isFull = false
  const keepFull = async () => {
    // What Postgres gives back meanwhile is taken as well.
    for (let number = 0; isFull; number++) {
      const { bavail, bsize } = await statfs(folder)
      if (bavail > 0) {
        await mkdir(ballast, { recursive: true })
        const file = join(ballast, String(number))
        await run('fallocate', ['-l', String(bavail * bsize), file]).catch(() => {})
      }
      await pause(100)
    }
  }
  return {
    folder,
    how: 'a full tmpfs (ENOSPC)',
    fill: async () => {
      isFull = true
      filling = keepFull()
    },
    free: async () => {
      isFull = false
      await filling
      await rm(ballast, { recursive: true, force: true })
    },
  }
}

function limitedDisk(folder: string, postmaster: () => Promise<number | undefined>): Disk {
  const limit = async (soft: string) => {
    const pid = await postmaster()
    if (pid === undefined) return
    for (const each of [pid, ...(await childrenOf(pid))])
      await run('prlimit', ['--pid', String(each), `--fsize=${soft}:`]).catch(() => {})
  }
  return {
    folder,
    how: 'a limit on the size of files (EFBIG)',
    fill: () => limit('1'),
    free: () => limit('unlimited'),
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(
    all.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
      return { name, parent: Number(stat.split(') ')[1]?.split(' ')[1]) }
    }),
  )
  return parents.filter(({ parent }) => parent === pid).map(({ name }) => Number(name))
}

async function works(running: Promise<unknown>): Promise<boolean> {
  return await running.then(
    () => true,
    () => false,
  )
}
