import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export type Dump = { file: string; at: Date; bytes: number }

/** The newest `*.dump` of the folder, by the time it was finished. */
export async function newestDump(folder: string): Promise<Dump | undefined> {
  const names = (await readdir(folder)).filter((each) => each.endsWith('.dump'))
  const dumps = await Promise.all(
    names.map(async (name) => {
      const { mtime, size } = await stat(join(folder, name))
      return { file: join(folder, name), at: mtime, bytes: size }
    }),
  )
  return dumps.sort((a, b) => b.at.getTime() - a.at.getTime())[0]
}

export class RestoreFailed extends Error {}

/** `pg_restore` of the PATH, or of the folder named; it must be as new as the server that was dumped. */
export async function restore(file: string, databaseUrl: string, program: string): Promise<void> {
  const args = ['--dbname', databaseUrl, '--no-owner', '--no-privileges', '--exit-on-error', file]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4_000)
  })
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error: Error & { code?: string }) => resolve(error.code ?? 'error'))
    child.once('close', resolve)
  })
  if (code === 'ENOENT')
    throw new RestoreFailed(`нет программы ${program}: поставьте postgresql-client той же версии, что и сервер`)
  // Its own first line names the object; lines about rows could repeat their values.
  if (code !== 0) throw new RestoreFailed(`pg_restore закончил с кодом ${code}: ${firstLine(said)}`)
}

function firstLine(said: string): string {
  const line = said.split('\n').find((each) => /error:/.test(each)) ?? said.split('\n')[0] ?? ''
  return line.replace(/postgres(ql)?:\/\/\S+/g, 'postgres://…').slice(0, 200)
}
