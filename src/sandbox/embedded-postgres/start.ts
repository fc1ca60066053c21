import { mkdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { accountFor } from './account.ts'
import { databaseName, ensureCluster } from './cluster.ts'
import { folderFailure } from './failure.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { clearFormerServer } from './former-server.ts'
import { prepareRuntime } from './runtime.ts'
import { type Server, startServer } from './server.ts'
import { makeSocketFolder, port, removeSocketFolder } from './socket-folder.ts'

export { DataFolderInUse, EmbeddedPostgresFailure } from './failure.ts'

export type EmbeddedPostgres = { databaseUrl: string; stop(): Promise<void> }

export type EmbeddedPostgresInput = {
  /** The database lives in its subfolder `postgres`, the lock in `postgres.lock`. Made when absent. */
  dataDir: string
  onLog?: (line: string) => void
  /** Postgres has ended although nobody called `stop`. */
  onExit?: (detail: string) => void
  /** Enough for the service and its operator by default. */
  maxConnections?: number
}

/**
 * A durable Postgres of our own in `dataDir`, for one process at a time and whoever it gives `databaseUrl` to.
 * Throws DataFolderInUse, or another EmbeddedPostgresFailure whose message is one line a human can act on.
 */
export async function startEmbeddedPostgres(input: EmbeddedPostgresInput): Promise<EmbeddedPostgres> {
  const folder = resolve(input.dataDir)
  try {
    await mkdir(folder, { recursive: true, mode: newFolderMode })
    const dataDir = await realpath(folder)
    const lock = await lockFolder(dataDir)
    return await startUnder(lock, { ...input, dataDir }).catch(async (error: unknown) => {
      await lock.release()
      throw error
    })
  } catch (error) {
    throw folderFailure(folder, error)
  }
}

/** The folder also holds keys. Off Linux the account that root gives Postgres to must be able to pass through it. */
const newFolderMode = process.platform === 'linux' ? 0o700 : 0o711

async function startUnder(lock: FolderLock, input: EmbeddedPostgresInput): Promise<EmbeddedPostgres> {
  const { dataDir, onLog = () => undefined, onExit = () => undefined, maxConnections = 60 } = input
  const clusterDir = join(dataDir, 'postgres')
  const account = await accountFor({ clusterDir, dataDir })
  const runtime = await prepareRuntime({ account, dataDir, onLog })
  await clearFormerServer({ account, clusterDir, onLog })
  await ensureCluster({ account, runtime, dataDir, clusterDir, onLog })
  const socketFolder = await makeSocketFolder(account)
  const databaseUrl = urlOf(socketFolder)
  let server: Server | undefined
  try {
    server = await startServer({ account, runtime, clusterDir, socketFolder, onLog, onExit, maxConnections })
    await lock.publish(databaseUrl)
  } catch (error) {
    await server?.stop()
    await removeSocketFolder(socketFolder)
    throw error
  }
  return { databaseUrl, stop: once(stopAll) }

  async function stopAll(): Promise<void> {
    await server?.stop()
    await removeSocketFolder(socketFolder)
    await lock.release()
  }
}

/** `host` in the query is how pg and libpq name a socket; port and sslmode are named so that PG* variables do not meddle. */
function urlOf(socketFolder: string): string {
  return `postgres://${databaseName}@localhost:${port}/${databaseName}?host=${encodeURIComponent(socketFolder)}&sslmode=disable`
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return async () => {
    done ??= act()
    await done
  }
}
