import { readFile, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/sandbox/embedded-postgres/start.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { until } from '../support/until.ts'

/** A Postgres that somebody looks after: whenever it ends, it is started again on the same folder. */
export type KeptPostgres = {
  databaseUrl: string
  /** Ends it; nobody starts it again before `awayMs` are over. Resolves when it accepts connections. */
  crash(signal: 'SIGQUIT' | 'SIGKILL', awayMs: number): Promise<void>
  isUp(): boolean
  /** How often it ended, whatever the reason. */
  ends: number
}

/** @param folder short: a link to the socket's folder is made there, so that the address stays the same for good. */
export async function keepPostgres(t: Cleanup, folder: string, dataDir: string): Promise<KeptPostgres> {
  const link = join(folder, 's')
  let server: EmbeddedPostgres | undefined
  let isClosing = false
  let awayUntil = 0
  let starting = Promise.resolve()

  const start = async () => {
    const started = await startEmbeddedPostgres({ dataDir, maxConnections: 200, onExit: () => void onExit(started) })
    await symlink(socketFolderOf(started.databaseUrl), `${link}.new`)
    await rename(`${link}.new`, link)
    server = started
  }
  const onExit = async (ended: EmbeddedPostgres) => {
    kept.ends += 1
    server = undefined
    await ended.stop()
    starting = again()
    await starting
  }
  const again = async () => {
    while (!isClosing) {
      await pause(Math.max(200, awayUntil - Date.now()))
      // On a disk that is still full it does not come up; it is tried until it does.
      if (
        await start().then(
          () => true,
          () => false,
        )
      )
        return
    }
  }
  await start()
  const url = new URL(server === undefined ? '' : (server as EmbeddedPostgres).databaseUrl)
  url.searchParams.set('host', link)
  const kept: KeptPostgres = {
    databaseUrl: url.href,
    ends: 0,
    isUp: () => server !== undefined,
    crash: async (signal, awayMs) => {
      const pid = await postmasterOf(dataDir)
      if (server === undefined || pid === undefined) return
      const before = kept.ends
      awayUntil = Date.now() + awayMs
      process.kill(pid, signal)
      await until(() => kept.ends > before && kept.isUp(), 60_000, 'Postgres is back')
    },
  }
  cleanup(t, async () => {
    isClosing = true
    await starting
    await server?.stop()
  })
  return kept
}

export async function postmasterOf(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return pid > 0 ? pid : undefined
}

function socketFolderOf(databaseUrl: string): string {
  return new URL(databaseUrl).searchParams.get('host') ?? ''
}
