import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Cleanup, cleanup } from './cleanup.ts'
import { freePort } from './redis.ts'
import { until } from './until.ts'

const tools = ['pg_dump', 'pg_restore', 'pg_config'] as const

/** Where Debian keeps the server that belongs to the pg_dump of the PATH; undefined where there is none. */
function serverFolder(): string | undefined {
  try {
    for (const each of tools) execFileSync(each, ['--version'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const version = /\b(\d+)\./.exec(execFileSync('pg_dump', ['--version']).toString())?.[1]
  return [`/usr/lib/postgresql/${version}/bin`, execFileSync('pg_config', ['--bindir']).toString().trim()].find(
    (each) => existsSync(join(each, 'initdb')),
  )
}

/** Skips by name without the tools; a dump needs a server that is not newer than they are, so the embedded one will not do. */
export function dumpSkip(): string | false {
  return serverFolder() === undefined ? 'no pg_dump with its own Postgres server on this machine' : false
}

/** A Postgres as a machine with Debian's packages has it, its superuser `postgres`; ends with the test. */
export async function startOlderPostgres(t: Cleanup): Promise<string> {
  const bin = serverFolder()
  if (bin === undefined) throw new Error('no Postgres server on this machine')
  const folder = mkdtempSync(join(tmpdir(), 'vestnik-older-'))
  cleanup(t, async () => rmSync(folder, { recursive: true, force: true }))
  // Postgres refuses to run as root.
  const account = process.getuid?.() === 0 ? accountOf('postgres') : undefined
  if (account) await chown(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync'], {
    ...account,
    cwd: folder,
    stdio: 'ignore',
  })
  const port = await freePort()
  const settings = ['-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`]
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings, '-c', 'fsync=off'], {
    ...account,
    cwd: folder,
    stdio: 'ignore',
  })
  const gone = new Promise((resolve) => server.once('exit', resolve))
  cleanup(t, async () => {
    server.kill('SIGINT')
    await gone
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await until(
    async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.end()
      return true
    },
    20_000,
    'Postgres answers',
  )
  return url
}

function accountOf(name: string): { uid: number; gid: number } {
  const number = (flag: string) => Number(execFileSync('id', [flag, name]).toString())
  return { uid: number('-u'), gid: number('-g') }
}
