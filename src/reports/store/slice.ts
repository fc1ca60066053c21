import { z } from 'zod'
import { and, type Sql, sql } from '../../db/sql.ts'
import type { Dimension, Numbers, Row, Slice } from '../report.ts'

/**
 * What every report on the daily tables is made of: the table is called `f`. `grouping sets` give the rows and the total
 * over all of them in one reading.
 */
export function conditionsOf(slice: Slice): Sql {
  const { from, to, branches, channel, type, source } = slice
  return and([
    sql`f.day between ${from}::date and ${to}::date`,
    ...(branches === undefined ? [] : [sql`f.branch_code = any(${branches}::text[])`]),
    ...(channel === undefined ? [] : [sql`f.channel = ${channel}`]),
    ...(type === undefined ? [] : [sql`f.type = ${type}`]),
    ...(source === undefined ? [] : [sql`f.source = ${source}`]),
  ])
}

/** The column of the daily tables that a breakdown goes by. */
export function keyOf(by: Dimension): Sql {
  switch (by) {
    case 'day':
      return sql`f.day::text`
    case 'branch':
      return sql`f.branch_code`
    case 'channel':
      return sql`f.channel`
    case 'type':
      return sql`f.type`
    case 'source':
      return sql`f.source`
    case 'reason':
      return sql`f.reason`
    case 'kind':
      return sql`f.kind`
  }
}

/** The part of a row that every query of a report selects first. */
export const head = { key: z.string().nullable(), is_total: z.boolean() }

/** @param make the columns of the report, by their names. */
export function numbersOf<R extends { key: string | null; is_total: boolean }>(
  found: readonly R[],
  make: (row: R) => Record<string, Row[string]>,
): Numbers {
  const rows = found.map((row) => ({ isTotal: row.is_total, row: { ...make(row), key: row.key } }))
  return {
    rows: rows.filter((each) => !each.isTotal).map((each) => each.row),
    total: rows.find((each) => each.isTotal)?.row,
  }
}

/** Null where there is nothing to take a share of. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** Counts of Postgres come as bigint; no report counts beyond what a number holds. */
export const count = z.bigint().nullable().transform(Number)
