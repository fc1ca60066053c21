import { chown, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Account } from './account.ts'
import { EmbeddedPostgresFailure, otherDatabase } from './failure.ts'
import { runTool } from './run-tool.ts'

const prefix = 'vestnik-pg-'
export const port = 5432

/** macOS allows 103 bytes for the whole path of a socket, Linux 107; our own part of it takes 32. */
const placeBytes = 70

/**
 * A private folder with a short path for the socket: only the account and root can enter it, which is the whole access
 * control of the database, so there is no password to keep and no port to find.
 */
export async function makeSocketFolder(account: Account): Promise<string> {
  const places = [tmpdir(), '/tmp', '/var/tmp', '/run', '/dev/shm']
  for (const place of places.filter((path) => Buffer.byteLength(path) <= placeBytes)) {
    const folder = await mkdtemp(join(place, prefix)).catch(() => undefined)
    if (folder === undefined) continue
    if (await isGivenTo(account, folder)) return folder
    await rmdir(folder)
  }
  throw new EmbeddedPostgresFailure(
    `No folder for the socket of the embedded Postgres: none of ${places.join(', ')} can be written by ${account.name}. Set TMPDIR to one that can, or ${otherDatabase}.`,
  )
}

export function isSocketFolder(path: string): boolean {
  return basename(path).startsWith(prefix)
}

export async function removeSocketFolder(folder: string): Promise<void> {
  if (!isSocketFolder(folder)) return
  const socket = join(folder, `.s.PGSQL.${port}`)
  await rm(socket, { force: true }).catch(() => undefined)
  await rm(`${socket}.lock`, { force: true }).catch(() => undefined)
  await rmdir(folder).catch(() => undefined)
}

/** mkdtemp has made it 0700 and ours. */
async function isGivenTo(account: Account, folder: string): Promise<boolean> {
  if (!account.switched) return true
  await chown(folder, account.uid, account.gid)
  return (await runTool('/bin/sh', ['-c', 'test -w "$0"', folder], { account, cwd: '/' })).succeeded
}
