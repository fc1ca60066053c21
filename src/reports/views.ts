import { compact } from '../lib/compact.ts'
import { csvText } from '../lib/csv.ts'
import type { ReportAnswer } from './ask.ts'
import { type Column, dimensionTitles, type Row, type Unit, type Value } from './report.ts'

/** A report for machines; a number that cannot be known is absent. */
export function reportView({ report, slice, zone, columns, rows, total, computedAt }: ReportAnswer) {
  const numbersOf = (row: Row) =>
    compact(Object.fromEntries(columns.map(({ key }) => [key, rounded(row[key] ?? null)])))
  return compact({
    name: report.name,
    title: report.title,
    about: report.about,
    caution: report.caution,
    from: slice.from,
    to: slice.to,
    by: slice.by,
    zone,
    computedAt: computedAt?.toISOString(),
    columns: columns.map(({ key, title, unit }) => ({ key, title, unit })),
    rows: rows.map((row) => ({ ...compact({ key: row.key }), title: row.title, ...numbersOf(row) })),
    total: total && numbersOf(total),
  })
}

export function reportCsv({ slice, columns, rows, total }: ReportAnswer): string {
  const cellsOf = (row: Row) => columns.map((column) => cellOf(column, row[column.key] ?? null))
  return csvText([
    [dimensionTitles[slice.by], ...columns.map(({ title, unit }) => `${title}${unitTitles[unit]}`)],
    ...rows.map((row) => [row.title, ...cellsOf(row)]),
    ...(total ? [['Итого', ...cellsOf(total)]] : []),
  ])
}

const unitTitles: Record<Unit, string> = { count: '', share: '', ms: ', мс', points: '', rate: '', text: '' }

function cellOf({ absent = '' }: Column, value: Value): string | number {
  return rounded(value) ?? absent
}

function rounded(value: Value): Value {
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value
}
