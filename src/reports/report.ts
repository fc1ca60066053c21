import type { Queryable } from '../db/database.ts'

/** By what a report can be broken down. */
export const dimensions = ['day', 'branch', 'channel', 'type', 'source', 'reason', 'kind'] as const
export type Dimension = (typeof dimensions)[number]

export const dimensionTitles: Record<Dimension, string> = {
  day: 'День',
  branch: 'Площадка',
  channel: 'Канал',
  type: 'Событие',
  source: 'Источник',
  reason: 'Причина',
  kind: 'Вопрос',
}

/**
 * In what a number is said. `share`: from 0 to 1, null where nobody can tell. `ms`: milliseconds. `points`: a difference of
 * two shares.
 */
export const units = ['count', 'share', 'ms', 'points', 'rate', 'text'] as const
export type Unit = (typeof units)[number]

export type Column = {
  /** The name in JSON, an identifier that 1C can read into a Структура. */
  key: string
  title: string
  unit: Unit
  /** Shown only in this breakdown. */
  only?: Dimension
  /** What stands in place of a number that cannot be known. */
  absent?: string
}

/** What a report can be narrowed down to. */
export const narrowings = ['branch', 'channel', 'type', 'source'] as const
export type Narrowing = (typeof narrowings)[number]

export type Tone = 'good' | 'busy' | 'doubt' | 'bad' | 'calm' | 'accent'

/** What stands above the table: some of its columns, drawn. */
export type ChartPlan = {
  kind: 'stacked' | 'grouped'
  series: readonly { key: string; tone: Tone }[]
}

export type Value = string | number | null
/** `key` is the code of the breakdown, null where there is none («без площадки»); the columns follow under their own names. */
export type Row = { key: string | null } & Record<string, Value>

/** Days as YYYY-MM-DD, both included. */
export type Period = { from: string; to: string }

export type Slice = Period & {
  by: Dimension
  /** Undefined: all of them. */
  branches?: readonly string[] | undefined
  channel?: string | undefined
  type?: string | undefined
  source?: string | undefined
}

/** `total` is computed over the whole slice, never summed from the rows: shares and medians cannot be added. */
export type Numbers = { rows: Row[]; total: Row | undefined }

/** One report: what it counts, in whose words, and how it is shown. Listed in catalog.ts. */
export type Report = {
  /** Its address: /reports/:name. */
  name: string
  title: string
  /** What it counts. */
  about: string
  /** What it does not prove. */
  caution: string
  /** The first is taken when nobody says. */
  by: readonly [Dimension, ...Dimension[]]
  narrows: readonly Narrowing[]
  columns: readonly Column[]
  chart: ChartPlan
  read(db: Queryable, slice: Slice): Promise<Numbers>
}
