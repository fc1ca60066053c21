export const otherDatabase = 'set DATABASE_URL to a Postgres 15 or newer'

/** An expected failure. The message is one readable line: the cause and what to do. */
export class EmbeddedPostgresFailure extends Error {
  override name = 'EmbeddedPostgresFailure'
}

/** A live process holds the folder. `databaseUrl` is the database it runs there, once that database is ready. */
export class DataFolderInUse extends EmbeddedPostgresFailure {
  override name = 'DataFolderInUse'
  readonly pid: number
  readonly databaseUrl: string | undefined

  constructor(dataDir: string, holder: { pid: number; startedAt?: string; databaseUrl?: string | undefined }) {
    const since = holder.startedAt ? ` since ${holder.startedAt}` : ''
    super(
      `The data folder ${dataDir} is in use by process ${holder.pid}${since}. Stop that process, or set DATA_DIR to another folder.`,
    )
    this.pid = holder.pid
    this.databaseUrl = holder.databaseUrl
  }
}

/** A system error met in the data folder, in words; anything else comes back as it is, because it is a bug. */
export function folderFailure(dataDir: string, error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined || error instanceof EmbeddedPostgresFailure) return error
  return new EmbeddedPostgresFailure(`Cannot keep the database in ${dataDir}: ${inWords(code, error)}`, {
    cause: error,
  })
}

/** What the output of initdb or postgres says went wrong. */
export function outputFailure(task: string, dataDir: string, output: string): EmbeddedPostgresFailure {
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new EmbeddedPostgresFailure(`Cannot ${task} in ${dataDir}: ${wordsByCode['ENOSPC']}`)
  }
  const advice = `Check the folder and the disk, set DATA_DIR to another folder, or ${otherDatabase}.`
  return new EmbeddedPostgresFailure(`Cannot ${task} in ${dataDir}: ${tellingLine(output)}. ${advice}`)
}

/** The line that names the cause: the last fatal one, else the last of all. */
export function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((text) => /\b(FATAL|PANIC|ERROR|error):/.test(text)) ?? lines.at(-1) ?? 'it said nothing'
  return line.replace(/^.*?\b(FATAL|PANIC|ERROR|error):\s*/, '').replace(/[.\s]+$/, '')
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const wordsByCode: Record<string, string> = {
  ENOSPC: 'the disk is full. Free at least 100 MB, or set DATA_DIR to a folder on another disk.',
  EROFS: 'the file system is read-only. Set DATA_DIR to a folder that can be written.',
  ENOTDIR: 'a part of that path is a file, not a folder. Set DATA_DIR to a folder.',
  ENOENT: 'it cannot be made (is its file system read-only or absent?). Set DATA_DIR to a folder that can be written.',
  EPERM:
    'the file system or the container forbids to change the owner of a file. Set DATA_DIR to an ordinary local disk, or start as an ordinary user.',
  EEXIST: 'it is a file, not a folder. Set DATA_DIR to a folder.',
}

function inWords(code: string, error: unknown): string {
  if (code === 'EACCES') {
    const user = process.geteuid?.() ?? '?'
    return `user id ${user} may not write there. Give the folder to that user, or set DATA_DIR to another folder.`
  }
  const text = error instanceof Error ? error.message : code
  return (
    wordsByCode[code === 'EDQUOT' ? 'ENOSPC' : code] ?? `${text}. Set DATA_DIR to a folder on an ordinary local disk.`
  )
}
