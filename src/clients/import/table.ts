import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

/** A file that is no table of clients. The message says what to do, in Russian. */
export class ImportError extends Error {}

export type TableLine = { line: number; cells: Readonly<Partial<Record<Column, string>>> }
export type Table = { hash: Buffer; lines: TableLine[]; broken: { line: number; cause: string }[] }

export const columns = {
  externalId: ['externalid', 'id', 'guid', 'идентификатор', 'код', 'кодклиента', 'ссылка'],
  phone: ['phone', 'tel', 'телефон', 'номертелефона', 'мобильный', 'мобильныйтелефон'],
  fullName: ['fullname', 'name', 'фио', 'имя', 'наименование', 'клиент', 'контрагент'],
  branch: ['branch', 'branchcode', 'площадка', 'кодплощадки'],
  service: ['service', 'consentservice', 'согласие', 'согласиенасообщения', 'согласиесервис', 'сервисныесообщения'],
  serviceAt: ['serviceat', 'consentserviceat', 'датасогласия', 'датасогласиянасообщения', 'датасогласиясервис'],
  advertising: ['advertising', 'consentadvertising', 'реклама', 'согласиенарекламу', 'согласиереклама'],
  advertisingAt: ['advertisingat', 'consentadvertisingat', 'датасогласиянарекламу', 'датасогласияреклама'],
} as const
export type Column = keyof typeof columns

/**
 * The lines of a CSV as Excel and 1C write it: UTF-8 or windows-1251, «;» or «,», a first line with names. A line that
 * cannot be taken apart is told by its number, and the rest goes on.
 * @throws ImportError when it has no such first line
 */
export function readTable(bytes: Buffer): Table {
  const text = decoded(bytes)
  const head = text.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? ''
  const delimiter = head.split(';').length >= head.split(',').length ? ';' : ','
  const broken: Table['broken'] = []
  const parsed: unknown = parse(text, {
    delimiter,
    info: true,
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      broken.push({ line: Number(error?.['lines'] ?? 0), cause: 'строку не разобрать: проверьте кавычки' })
      return undefined
    },
  })
  const rows = rowsSchema.parse(parsed)
  const names = (rows[0]?.record ?? []).map(columnNamed)
  if (!names.includes('externalId') && !names.includes('phone')) {
    throw new ImportError(
      'В первой строке нужны названия столбцов, среди них «Идентификатор» или «Телефон». Разделитель — точка с запятой или запятая.',
    )
  }
  const lines = rows.slice(1).map(({ record, info }) => ({ line: info.lines, cells: cellsOf(record, names) }))
  return { hash: createHash('sha256').update(bytes).digest(), lines, broken }
}

const rowsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }))

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1251').decode(bytes)
  }
}

function columnNamed(head: string): Column | undefined {
  const plain = head
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^a-zа-я]/g, '')
  return columnNames.find((each) => columns[each].some((name) => name === plain))
}

/** Guarantee: the keys of a constant of this file. */
const columnNames = Object.keys(columns) as Column[]

function cellsOf(record: readonly string[], names: readonly (Column | undefined)[]): TableLine['cells'] {
  const cells: Partial<Record<Column, string>> = {}
  record.forEach((value, at) => {
    const name = names[at]
    if (name !== undefined && value !== '') cells[name] = value
  })
  return cells
}
