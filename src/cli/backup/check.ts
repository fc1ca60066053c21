import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '../../db/database.ts'
import { verifyJournal } from '../../journal/verify.ts'
import type { MasterKey } from '../../lib/crypto.ts'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'
import { migrationsFinding } from '../doctor/database.ts'
import { keysFinding } from '../doctor/keys.ts'
import { shownVerdict, signerOf } from '../verify-journal.ts'
import { type Dump, newestDump, RestoreFailed, restore } from './dump.ts'
import { countsOf, createScratch, dropScratch, eventsAfter, lastEventAt, scratchesOn } from './store.ts'

export type BackupNeeds = {
  /** The database in use: the copy is held against it. */
  liveUrl: string
  /** May make databases on some server: the copy is restored there. */
  serverUrl: string
  /** A database into which somebody has restored the dump already: it is only read. */
  restoredUrl?: string | undefined
  folder: string
  program: string
  oldestHours: number
  keys: readonly [MasterKey, ...MasterKey[]]
  onStep(step: string): void
}

const prefix = 'vestnik_check_'

/** Restores the newest dump beside the database in use, looks whether it could take its place, and takes it away again. */
export async function checkBackup(needs: BackupNeeds): Promise<Finding[]> {
  const dump = await newestDump(needs.folder).catch(() => undefined)
  if (needs.restoredUrl !== undefined) return await lookInto(needs, dump, needs.restoredUrl)
  if (dump === undefined)
    return [
      bad(
        'Копия',
        `в ${needs.folder} нет файла *.dump`,
        'Включите службу backup (docker compose up -d backup) или снимите копию: pg_dump -Fc.',
      ),
    ]
  const server = openDatabase({ url: needs.serverUrl, max: 1, queryTimeoutMs: 120_000 })
  const name = `${prefix}${randomBytes(6).toString('hex')}`
  try {
    for (const left of await scratchesOn(server, prefix)) await dropScratch(server, left)
    await createScratch(server, name)
    needs.onStep(`восстанавливаю ${dump.file} в ${name}`)
    await restore(dump.file, urlOf(needs.serverUrl, name), needs.program)
    return [dumpFinding(dump, needs.oldestHours), ...(await lookInto(needs, dump, urlOf(needs.serverUrl, name)))]
  } catch (error) {
    if (!(error instanceof RestoreFailed)) throw error
    return [
      dumpFinding(dump, needs.oldestHours),
      bad('Восстановление', error.message, 'Копия не восстанавливается: снимите новую и проверьте её тут же.'),
    ]
  } finally {
    await dropScratch(server, name).catch(() => {})
    await server.close()
  }
}

function dumpFinding({ file, at, bytes }: Dump, oldestHours: number): Finding {
  const hours = (Date.now() - at.getTime()) / 3_600_000
  const detail = `${file}, ${(bytes / 1048576).toFixed(1)} МБ, снята ${ago(Date.now() - at.getTime())} назад`
  return hours > oldestHours
    ? bad('Копия', detail, `Новой копии нет дольше ${oldestHours} ч: посмотрите docker compose logs backup.`)
    : good('Копия', detail)
}

async function lookInto(needs: BackupNeeds, dump: Dump | undefined, url: string): Promise<Finding[]> {
  const copy = openDatabase({ url, max: 2, queryTimeoutMs: 600_000 })
  const live = openDatabase({ url: needs.liveUrl, max: 2, queryTimeoutMs: 600_000 })
  try {
    needs.onStep('считаю строки')
    const schema = await migrationsFinding(copy)
    const tables = await tablesFinding(copy, live)
    needs.onStep('проверяю ключи и журнал')
    const keys = await keysFinding(copy, needs.keys)
    const journal = keys.state === 'ok' ? [await journalFinding(copy, needs.keys)] : []
    return [
      good('Восстановление', 'прошло без ошибок'),
      schema,
      tables,
      keys,
      ...journal,
      await lossFinding(copy, live, dump),
    ]
  } finally {
    await copy.close()
    await live.close()
  }
}

/** A copy is a little behind, never ahead, and no table of it is empty that is full here. */
async function tablesFinding(copy: Database, live: Database): Promise<Finding> {
  const [copied, present] = [await countsOf(copy), await countsOf(live)]
  const missing = [...present].filter(([name, count]) => count > 0 && !copied.has(name)).map(([name]) => name)
  const empty = [...present].filter(([name, count]) => count >= 100 && copied.get(name) === 0).map(([name]) => name)
  const rows = (counts: Map<string, number>) => [...counts.values()].reduce((sum, each) => sum + each, 0)
  const detail = `таблиц ${copied.size}, строк ${rows(copied)}; в рабочей базе строк ${rows(present)}`
  if (missing.length > 0 || empty.length > 0)
    return bad(
      'Таблицы',
      `${detail}; нет: ${missing.join(', ') || '—'}; пусты: ${empty.join(', ') || '—'}`,
      'Копия неполная: она снята не той ролью или не той базы. Снимите новую.',
    )
  const main = ['clients', 'events', 'deliveries', 'attempts', 'receipts']
  const each = main.map((name) => `${name} ${copied.get(name) ?? 0}/${present.get(name) ?? 0}`).join(', ')
  return good('Таблицы', `${detail} (${each})`)
}

async function journalFinding(copy: Database, keys: BackupNeeds['keys']): Promise<Finding> {
  const verdict = await verifyJournal(copy, await signerOf(copy, keys))
  const said = shownVerdict(verdict).trim()
  if (verdict.breaks.length === 0) return good('Журнал', said)
  return bad(
    'Журнал',
    said.split('\n')[0] ?? said,
    'Найдите копию, в которой журнал цел, и сравните с рабочей базой (verify-journal).',
  )
}

/** What would be gone if the database in use were lost now. */
async function lossFinding(copy: Database, live: Database, dump: Dump | undefined): Promise<Finding> {
  const what = 'Окно потери'
  const last = await lastEventAt(copy)
  const lost = await eventsAfter(live, last ?? new Date(0))
  const age = dump === undefined ? '' : `копия снята ${ago(Date.now() - dump.at.getTime())} назад; `
  if (lost === 0) return good(what, `${age}после неё ни одно событие не пришло: пропадать нечему`)
  const since =
    last === undefined ? 'с самого начала' : `после ${last.toISOString()} (${ago(Date.now() - last.getTime())} назад)`
  return warning(
    what,
    `${age}если база пропадёт сейчас, пропадут события, что пришли ${since}: ${lost}`,
    'После сверки (POST /api/v1/reconcile) 1С пришлёт их снова. Чтобы окно было меньше, снимайте копию чаще: BACKUP_EVERY_HOURS.',
  )
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  return minutes < 60 ? `${minutes} мин` : `${Math.floor(minutes / 60)} ч ${minutes % 60} мин`
}
