import type { Database } from '../../db/database.ts'
import { resolveClients } from '../resolve.ts'
import type { Vault } from '../vault.ts'
import { type ImportedClient, readLine } from './line.ts'
import { advance, beginImport, finishImport, keepConsents } from './store.ts'
import { ImportError, readTable } from './table.ts'

export type ImportNeeds = {
  db: Database
  vault: Vault
  timezone: string
  onProgress(done: number, of: number): void
}

export type Refusal = { line: number; cause: string }
export type ImportResult = {
  lines: number
  good: number
  refused: Refusal[]
  /** The line it went on from: of a file that was begun before. */
  resumedFrom: number
  wasDone: boolean
}

const linesAtOnce = 1000

/**
 * Puts a file of clients into the registry. A thousand lines go in one transaction together with how far it came, so a
 * process that dies loses nothing and the same file goes on where it was; read twice, it changes nothing.
 */
export async function importClients(
  needs: ImportNeeds,
  bytes: Buffer,
  { isDryRun = false, again = false } = {},
): Promise<ImportResult> {
  const table = readTable(bytes)
  const now = new Date()
  const read = table.lines.map((line) => readLine(line, needs.timezone, now))
  const good = read.flatMap((each) => (each.ok ? [each.value] : []))
  const refused = [...table.broken, ...read.flatMap((each) => (each.ok ? [] : [each]))]
    .map(({ line, cause }) => ({ line, cause }))
    .sort((a, b) => a.line - b.line)
  const summary = { lines: table.lines.length + table.broken.length, good: good.length, refused }
  if (isDryRun) return { ...summary, resumedFrom: 0, wasDone: false }
  const { linesDone, isFinished } = await beginImport(needs.db, table.hash, again)
  if (isFinished) return { ...summary, resumedFrom: 0, wasDone: true }
  await keepAll(needs, table.hash, good, linesDone)
  await finishImport(needs.db, table.hash, refused.length)
  return { ...summary, resumedFrom: linesDone, wasDone: false }
}

async function keepAll(
  needs: ImportNeeds,
  hash: Buffer,
  good: readonly ImportedClient[],
  begun: number,
): Promise<void> {
  let doneUpTo = begun
  let from = good.findIndex((each) => each.line > begun)
  while (from !== -1 && from < good.length) {
    const batch = good.slice(from, from + linesAtOnce)
    const last = batch.at(-1)?.line ?? doneUpTo
    await keepBatch(needs, hash, batch, { from: doneUpTo, to: last })
    doneUpTo = last
    from += batch.length
    needs.onProgress(from, good.length)
  }
}

async function keepBatch(
  { db, vault }: ImportNeeds,
  hash: Buffer,
  batch: readonly ImportedClient[],
  span: { from: number; to: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    if (!(await advance(tx, hash, span.from, span.to)))
      throw new ImportError('Этот же файл загружает другой процесс: дождитесь его конца.')
    const clients = await resolveClients(
      { db: tx, vault },
      batch.map((each) => each.client),
    )
    const consents = batch.flatMap((each, at) => {
      const client = clients[at]
      return client === undefined ? [] : each.consents.map((consent) => ({ ...consent, client: client.id }))
    })
    await keepConsents(tx, consents)
  })
}
