import type { ReportAnswer } from '../ask.ts'
import type { Tone, Unit } from '../report.ts'

export type Point = { x: string; series: string; value: number }

/** What is drawn: titles on one axis, numbers of one unit on the other. */
export type Drawing = {
  kind: 'stacked' | 'grouped'
  isByDay: boolean
  /** In the order in which they stand. */
  xs: readonly string[]
  series: readonly { title: string; tone: Tone }[]
  points: readonly Point[]
  /** What the axis of numbers says. */
  axis: string
  isShare: boolean
  /** How many rows did not fit. */
  left: number
}

/** A list of branches or causes is drawn only so far; the table has them all. */
const mostBars = 16

/** Undefined when there is nothing to draw. */
export function drawingOf({ report, rows, slice }: ReportAnswer): Drawing | undefined {
  const isByDay = slice.by === 'day'
  const shown = isByDay ? rows : rows.slice(0, mostBars)
  const series = report.chart.series.map(({ key, tone }) => ({ key, tone, ...titled(report.columns, key) }))
  const unit = series[0]?.unit ?? 'count'
  const most = Math.max(0, ...shown.flatMap((row) => series.map(({ key }) => Number(row[key] ?? 0))))
  const scale = scaleOf(unit, most)
  const points = shown.flatMap((row) =>
    series.flatMap(({ key, title }) => {
      const value = row[key]
      if (typeof value !== 'number') return []
      return [
        { x: isByDay ? dayLabel(row.title, slice.from, slice.to) : row.title, series: title, value: value / scale.by },
      ]
    }),
  )
  if (!points.some((each) => each.value !== 0)) return undefined
  return {
    kind: report.chart.kind,
    isByDay,
    xs: shown.map((row) => (isByDay ? dayLabel(row.title, slice.from, slice.to) : row.title)),
    series: series.map(({ title, tone }) => ({ title, tone })),
    points,
    axis: scale.title,
    isShare: unit === 'share',
    left: rows.length - shown.length,
  }
}

function titled(columns: ReportAnswer['report']['columns'], key: string): { title: string; unit: Unit } {
  const column = columns.find((each) => each.key === key)
  if (!column) throw new Error(`the chart names a column that is not there: ${key}`)
  return column
}

function scaleOf(unit: Unit, most: number): { by: number; title: string } {
  if (unit === 'share') return { by: 1, title: 'доля' }
  if (unit !== 'ms') return { by: 1, title: '' }
  if (most < 120_000) return { by: 1_000, title: 'секунды' }
  if (most < 120 * 60_000) return { by: 60_000, title: 'минуты' }
  if (most < 72 * 3_600_000) return { by: 3_600_000, title: 'часы' }
  return { by: 86_400_000, title: 'дни' }
}

/** «23.11», with the year where the span reaches over one. */
function dayLabel(day: string, from: string, to: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return from.slice(0, 4) === to.slice(0, 4) ? `${date}.${month}` : `${date}.${month}.${year.slice(2)}`
}
