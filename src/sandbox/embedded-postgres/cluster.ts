import { chown, lchown, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, currentFolder } from './account.ts'
import { EmbeddedPostgresFailure, errorCode, otherDatabase, outputFailure } from './failure.ts'
import { runTool, type ToolResult } from './run-tool.ts'
import type { Runtime } from './runtime.ts'

/** The superuser and the database share the name of the product. */
export const databaseName = 'vestnik'

type Needs = {
  account: Account
  runtime: Runtime
  dataDir: string
  clusterDir: string
  onLog: (line: string) => void
}

/** A whole cluster with the database in it is in `clusterDir` afterwards. Call it only while holding the lock. */
export async function ensureCluster(needs: Needs): Promise<void> {
  await removeDrafts(needs)
  const found = await versionFound(needs.clusterDir)
  if (found === undefined) return await makeCluster(needs)
  if (found !== needs.runtime.major) throw otherVersion(needs, found)
  await giveRootsFiles(needs)
}

const draftPrefix = 'postgres.new-'

/** Half-made folders of runs that were killed: nothing was ever stored in them. */
async function removeDrafts({ dataDir }: Needs): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(draftPrefix))
  for (const name of names) {
    // An initdb that outlived its run may still write there; what it leaves goes at the next start.
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined)
  }
}

async function versionFound(clusterDir: string): Promise<string | undefined> {
  const names = await readdir(clusterDir).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  if (names.length === 0) return undefined
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  const control = await stat(join(clusterDir, 'global/pg_control')).catch(() => undefined)
  if (version !== undefined && control !== undefined) return version.trim()
  throw new EmbeddedPostgresFailure(
    `${clusterDir} is not empty and is not a whole Postgres database (no PG_VERSION or no global/pg_control). Nothing was touched: restore it from a backup, or move it away to begin anew.`,
  )
}

/** Made aside and renamed when whole, so a run killed midway leaves no half database under the real name. */
async function makeCluster(needs: Needs): Promise<void> {
  needs.onLog(`making a new database in ${needs.clusterDir}`)
  const draft = await mkdtemp(join(needs.dataDir, draftPrefix))
  try {
    if (needs.account.switched) await chown(draft, needs.account.uid, needs.account.gid)
    const folder = currentFolder(needs.account, draft)
    checked(needs, await runTool(needs.runtime.initdb, initdbArguments(folder), { account: needs.account, cwd: draft }))
    const single = ['--single', '-D', folder, '-c', 'exit_on_error=on', 'postgres']
    const input = `create database ${databaseName}\n`
    checked(needs, await runTool(needs.runtime.postgres, single, { account: needs.account, cwd: draft, input }))
    await rename(draft, needs.clusterDir)
    await syncFolder(needs.dataDir)
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw error
  }
}

/** The builtin C.UTF-8 knows Cyrillic case (lower, ilike, full text) and needs no locale of the system. */
function initdbArguments(folder: string): string[] {
  return [
    ['--pgdata', folder],
    ['--username', databaseName],
    ['--encoding', 'UTF8'],
    ['--locale', 'C'],
    ['--locale-provider', 'builtin'],
    ['--builtin-locale', 'C.UTF-8'],
    ['--auth-local', 'trust'],
    ['--auth-host', 'reject'],
    ['--no-instructions'],
  ].flat()
}

function checked(needs: Needs, result: ToolResult): void {
  if (!result.succeeded) throw outputFailure('make a database', needs.dataDir, result.stderr)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync().finally(async () => await folder.close())
}

/** Root has copied the folder back from a backup, so the files are root's and Postgres could not open them. */
async function giveRootsFiles({ account, clusterDir }: Needs): Promise<void> {
  if (!account.switched || (await stat(clusterDir)).uid !== 0) return
  for (const name of await readdir(clusterDir, { recursive: true })) {
    await lchown(join(clusterDir, name), account.uid, account.gid)
  }
  // The folder itself last: a run killed before this begins again.
  await chown(clusterDir, account.uid, account.gid)
}

function otherVersion(needs: Needs, found: string): EmbeddedPostgresFailure {
  const own = needs.runtime.major
  return new EmbeddedPostgresFailure(
    `${needs.clusterDir} was made by Postgres ${found}, and this program carries Postgres ${own}, which cannot read it. Nothing was touched: carry the data over with pg_dump of Postgres ${found}, set DATA_DIR to another folder, or ${otherDatabase}.`,
  )
}
