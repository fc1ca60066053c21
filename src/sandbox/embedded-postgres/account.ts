import { readFile, stat } from 'node:fs/promises'
import { EmbeddedPostgresFailure, otherDatabase } from './failure.ts'

/** Whom Postgres runs as. It refuses to run as root, so root gives it to somebody else. */
export type Account = { name: string; switched: false } | { name: string; switched: true; uid: number; gid: number }

export const oneself: Account = { name: `user id ${process.geteuid?.()}`, switched: false }

type Entry = { name: string; uid: number; gid: number }

export async function accountFor(input: { clusterDir: string; dataDir: string }): Promise<Account> {
  const owner = await ownerOf(input.clusterDir)
  const own = process.geteuid?.()
  if (own !== 0) {
    if (owner !== undefined && owner.uid !== own) throw otherOwner(input.clusterDir, owner.uid, own)
    return oneself
  }
  if (owner !== undefined && owner.uid !== 0) return { name: `user id ${owner.uid}`, switched: true, ...owner }
  return { switched: true, ...(await unprivilegedUser(input.dataDir)) }
}

/** For spawn: nothing when we stay who we are. */
export function identityOf(account: Account): { uid?: number; gid?: number } {
  return account.switched ? { uid: account.uid, gid: account.gid } : {}
}

/**
 * Root can enter a folder that the account cannot reach, and a child inherits the entered folder before it gives up root.
 * This name leads there without a look at the folders above, so a checkout below a closed home works.
 */
export function currentFolder(account: Account, folder: string): string {
  return account.switched && process.platform === 'linux' ? '/proc/self/cwd' : folder
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await stat(folder).catch(() => undefined)
  return found && { uid: found.uid, gid: found.gid }
}

/** initdb wants a user that has a name, so an invented number would not do. */
async function unprivilegedUser(dataDir: string): Promise<Entry> {
  const users = entriesOf(await readFile('/etc/passwd', 'utf8').catch(() => ''))
  const owner = await ownerOf(dataDir)
  const preferred = ['postgres', '_postgres', 'nobody', 'daemon']
  const found =
    users.find((user) => user.uid === owner?.uid) ??
    preferred.map((name) => users.find((user) => user.name === name)).find((user) => user !== undefined) ??
    users[0]
  if (found) return found
  throw new EmbeddedPostgresFailure(
    `Postgres refuses to run as root, and /etc/passwd names nobody else. Add a user (useradd postgres), start as an ordinary user, or ${otherDatabase}.`,
  )
}

function entriesOf(passwd: string): Entry[] {
  return passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((entry) => entry.name !== '' && Number.isInteger(entry.uid) && entry.uid !== 0)
}

function otherOwner(folder: string, owner: number, own: number | undefined): EmbeddedPostgresFailure {
  return new EmbeddedPostgresFailure(
    `The database in ${folder} belongs to user id ${owner}, and this process runs as user id ${own}. Start as that user or as root, or set DATA_DIR to another folder.`,
  )
}
