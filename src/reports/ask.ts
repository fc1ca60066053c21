import type { Queryable } from '../db/database.ts'
import { reasonSchema } from '../deliveries/delivery.ts'
import { reasonWords } from '../deliveries/words.ts'
import { handlingOf } from '../events/catalog.ts'
import { keptTypes } from '../events/kept.ts'
import { listBranches } from '../events/store/branches.ts'
import { answerKinds } from '../journal/bot-answers.ts'
import { channelTitles, wayNames } from '../lib/channel-name.ts'
import { RequestError } from '../lib/errors.ts'
import { dayOf } from '../lib/moment.ts'
import { parseDay } from '../lib/russian/time.ts'
import { sourceTitle } from '../lib/source-title.ts'
import { daysBetween, shifted } from './facts.ts'
import {
  type Column,
  type Dimension,
  dimensionTitles,
  narrowings,
  type Report,
  type Row,
  type Slice,
} from './report.ts'
import { computedDays } from './store/facts.ts'

/** What somebody asks of a report; what is missing has its default. */
export type Asked = { [K in keyof Slice]?: Slice[K] | undefined }

export type TitledRow = Row & { title: string }

export type ReportAnswer = {
  report: Report
  slice: Slice
  /** Days without a zone of their branch are those of this one. */
  zone: string
  columns: readonly Column[]
  rows: TitledRow[]
  total: Row | undefined
  /** When the latest of its days was computed; undefined while none was. */
  computedAt: Date | undefined
}

const usualDays = 30
const mostDays = 1100

/**
 * The slice that is meant: by default the last thirty days, today included.
 * @throws RequestError 422 in Russian for dates of no year that we know or that stand backwards, too long a span, or a breakdown the report has not.
 */
export function sliceOf(report: Report, asked: Asked, zone: string, now = new Date()): Slice {
  const today = dayOf(now.getTime(), zone)
  const to = asked.to ?? (asked.from !== undefined && asked.from > today ? asked.from : today)
  const from = asked.from ?? shifted(to, 1 - usualDays)
  if (!parseDay(from) || !parseDay(to)) {
    throw new RequestError('date_invalid', `Даты «с» (${from}) и «по» (${to}) должны быть не раньше 1971 года.`)
  }
  if (from > to) {
    throw new RequestError('date_invalid', `Дата «с» (${from}) позже даты «по» (${to}). Поменяйте их местами.`)
  }
  if (shifted(from, mostDays) < to) {
    throw new RequestError('date_invalid', 'Период длиннее трёх лет. Разделите его на части.')
  }
  refuseOthers(report, asked)
  return { ...asked, from, to, by: breakdownOf(report, asked.by) }
}

/** A filter that is passed over in silence would make the numbers look narrower than they are. */
function refuseOthers({ title, narrows }: Report, asked: Asked): void {
  const given = { branch: asked.branches, channel: asked.channel, type: asked.type, source: asked.source }
  const strange = narrowings.find((name) => given[name] !== undefined && !narrows.includes(name))
  if (strange === undefined) return
  throw new RequestError(
    'field_invalid',
    `Отчёт «${title}» не отбирается по полю «${strange}» (${dimensionTitles[strange].toLowerCase()}). Уберите его.`,
  )
}

function breakdownOf(report: Report, asked: Dimension | undefined): Dimension {
  if (asked === undefined) return report.by[0]
  if (report.by.includes(asked)) return asked
  throw new RequestError(
    'field_invalid',
    `Отчёт «${report.title}» не делится так. Поле «by»: ожидается ${report.by.map((each) => `${each} (${dimensionTitles[each].toLowerCase()})`).join(', ')}.`,
  )
}

export async function askReport(
  needs: { db: Queryable; timezone: string },
  report: Report,
  slice: Slice,
): Promise<ReportAnswer> {
  const { db, timezone } = needs
  const { rows, total } = await report.read(db, slice)
  const titleOf = await titles(db, slice.by)
  const computed = await computedDays(db, slice.from, slice.to)
  return {
    report,
    slice,
    zone: timezone,
    columns: report.columns.filter((each) => each.only === undefined || each.only === slice.by),
    rows: (slice.by === 'day' && rows.length > 0 ? everyDay(report, slice, rows) : rows).map((row) => ({
      ...row,
      title: titleOf(row.key),
    })),
    total: rows.length === 0 ? undefined : total,
    computedAt: computed.at(-1)?.computedAt,
  }
}

/** A day on which nothing happened is a day too. */
function everyDay(report: Report, { from, to }: Slice, rows: readonly Row[]): Row[] {
  const known = new Map(rows.map((row) => [row.key, row]))
  const empty = Object.fromEntries(report.columns.map(({ key, unit }) => [key, unit === 'count' ? 0 : null]))
  return daysBetween(from, to).map((day) => known.get(day) ?? { ...empty, key: day })
}

async function titles(db: Queryable, by: Dimension): Promise<(key: string | null) => string> {
  const branches = by === 'branch' ? new Map((await listBranches(db)).map((each) => [each.code, each.name])) : undefined
  return (key) => (key === null ? without[by] : (branches?.get(key) ?? titleOf(by, key)))
}

const without: Record<Dimension, string> = {
  day: '—',
  branch: 'без площадки',
  channel: 'без канала',
  type: '—',
  source: '—',
  reason: 'получено или ещё в пути',
  kind: '—',
}

/** The Russian name of a code, or the code itself when an older version of the program wrote it. */
function titleOf(by: Dimension, key: string): string {
  switch (by) {
    case 'channel': {
      const way = wayNames.find((each) => each === key)
      return way === undefined ? key : channelTitles[way]
    }
    case 'type': {
      const type = keptTypes.find((each) => each === key)
      return type === undefined ? key : handlingOf(type).title
    }
    case 'source':
      return sourceTitle(key)
    case 'reason': {
      const reason = reasonSchema.safeParse(key)
      return reason.success ? reasonWords[reason.data] : key
    }
    case 'kind':
      return Object.entries(answerKinds).find(([kind]) => kind === key)?.[1].title ?? key
    case 'day':
    case 'branch':
      return key
  }
}
