import { Readable } from 'node:stream'
import { recordAct } from '../../audit/store.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database } from '../../db/database.ts'
import { sentText } from '../../deliveries/message.ts'
import { engagementWords, reasonWords, stateTitles } from '../../deliveries/words.ts'
import { handlingOf } from '../../events/catalog.ts'
import { keptTypes } from '../../events/kept.ts'
import { listBranches } from '../../events/store/branches.ts'
import { type JournalEntry, type JournalFilter, searchJournal } from '../../journal/search.ts'
import { channelTitles } from '../../lib/channel-name.ts'
import { wallTime } from '../../lib/russian/time.ts'
import { csvOf } from '../../lib/sheet/csv.ts'
import type { Row, Table } from '../../lib/sheet/sheet.ts'
import { xlsxOf } from '../../lib/sheet/xlsx.ts'

export const sheetFormats = ['csv', 'xlsx'] as const
export type SheetFormat = (typeof sheetFormats)[number]

export const sheetTypes: Record<SheetFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export type ExportNeeds = { db: Database; vault: Vault; onTrouble(error: unknown): void }

export type JournalExport = {
  format: SheetFormat
  filter: JournalFilter
  /** In which the moments are written. */
  zone: string
  by: { who: string; kind: 'user' | 'key' }
  /** The filter in words of ours, for the audit log: nothing personal in it. */
  asked: Record<string, unknown>
  /** Told when it ends, however it ends, how many lines were taken. */
  onEnd(rows: number): void
}

const pageSize = 500

/** The journal as a file, read page by page as fast as it is taken. Leaves a line in the audit log when it ends, however it ends. */
export async function journalSheet(needs: ExportNeeds, order: JournalExport): Promise<Readable> {
  const branches = new Map((await listBranches(needs.db)).map(({ code, name }) => [code, name ?? code]))
  const table: Table = {
    titles: columns.map(([title]) => title),
    widths: columns.map(([, width]) => width),
    rows: audited(needs, order, linesOf(needs, order, branches)),
  }
  return order.format === 'csv' ? Readable.from(csvOf(table)) : xlsxOf(table)
}

async function* audited(needs: ExportNeeds, order: JournalExport, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let count = 0
  let isWhole = false
  try {
    for await (const row of rows) {
      count += 1
      yield row
    }
    isWhole = true
  } finally {
    order.onEnd(count)
    await recordAct(needs.db, {
      ...order.by,
      act: 'journal.export',
      object: order.format,
      outcome: isWhole ? 'done' : 'failed',
      detail: { ...order.asked, rows: count },
    }).catch(needs.onTrouble)
  }
}

async function* linesOf(
  needs: ExportNeeds,
  { filter, zone }: JournalExport,
  branches: ReadonlyMap<string, string>,
): AsyncGenerator<Row> {
  let before = filter.before
  while (true) {
    const page = await searchJournal(needs, { ...filter, before }, pageSize)
    for (const entry of page) yield columns.map(([, , cell]) => cell(entry, { zone, branches }))
    before = page.at(-1)?.id
    if (page.length < pageSize) return
  }
}

type Column = readonly [
  title: string,
  width: number,
  cell: (entry: JournalEntry, known: { zone: string; branches: ReadonlyMap<string, string> }) => string | number | null,
]

const columns: readonly Column[] = [
  ['Дата и время', 19, ({ at }, { zone }) => momentText(at, zone)],
  ['Площадка', 26, ({ branch }, { branches }) => (branch === null ? null : (branches.get(branch) ?? branch))],
  ['Клиент', 32, ({ client }) => client.fullName ?? null],
  // Without its plus: a spreadsheet would take it for a formula.
  ['Телефон', 14, ({ client }) => client.phone?.replace(/^\+/, '') ?? null],
  ['Код клиента', 14, ({ client }) => client.externalId],
  ['Событие', 22, ({ type }) => titleOf(type)],
  ['Документ', 16, ({ operation }) => operation.number],
  ['Канал', 12, ({ channel }) => wordOf(channelTitles, channel)],
  ['Состояние', 16, ({ state }) => wordOf(stateTitles, state)],
  ['Причина', 24, ({ reason }) => wordOf(reasonWords, reason)],
  ['Отклик', 16, ({ engagement }) => wordOf(engagementWords, engagement)],
  ['Попыток', 9, ({ attempts }) => attempts],
  ['Повтор', 8, ({ repeat }) => (repeat ? 'да' : null)],
  ['Текст', 80, (entry) => sentText(entry) ?? null],
  ['Тест', 6, ({ test }) => (test ? 'да' : null)],
  ['Источник', 10, ({ source }) => source],
  ['Идентификатор документа', 38, ({ operation }) => operation.id],
  ['Идентификатор события', 38, ({ eventId }) => eventId],
  ['Идентификатор сообщения', 38, ({ id }) => id],
]

/** «2025-11-23 12:43:05», which sorts and which every spreadsheet understands. */
function momentText(at: Date, zone: string): string {
  const { year, month, day, hour, minute, second } = wallTime(at, zone)
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function titleOf(type: string): string {
  const known = keptTypes.find((each) => each === type)
  return known === undefined ? type : handlingOf(known).title
}

function wordOf(words: Record<string, string>, code: string | null): string | null {
  return code === null ? null : (words[code] ?? code)
}
