import { differenceOf } from './proportions.ts'
import type { ChartPlan, Column, Numbers, Value } from './report.ts'
import { share } from './store/slice.ts'

/** How long a client is watched for his next visit. */
export const watchDays = 30

export type GroupRow = {
  key: string | null
  is_total: boolean
  isFirst: boolean
  clients: number
  returned: number
  early: number
}

export const groupChart: ChartPlan = {
  kind: 'grouped',
  series: [
    { key: 'firstShare', tone: 'accent' },
    { key: 'secondShare', tone: 'calm' },
  ],
}

/** The columns of a report that compares two groups by who came again. */
export function groupColumns(first: string, second: string): Column[] {
  return [
    { key: 'firstClients', title: first, unit: 'count' },
    { key: 'firstReturned', title: `${first}: пришли снова`, unit: 'count' },
    { key: 'firstShare', title: `${first}: доля`, unit: 'share' },
    { key: 'secondClients', title: second, unit: 'count' },
    { key: 'secondReturned', title: `${second}: пришли снова`, unit: 'count' },
    { key: 'secondShare', title: `${second}: доля`, unit: 'share' },
    { key: 'difference', title: 'Разница', unit: 'points' },
    { key: 'low', title: 'от (95 %)', unit: 'points' },
    { key: 'high', title: 'до (95 %)', unit: 'points' },
    { key: 'early', title: 'Рано судить', unit: 'count' },
  ]
}

export function compared(rows: readonly GroupRow[]): Numbers {
  const rowOf = (own: readonly GroupRow[]): Record<string, Value> => {
    const first = partOf(own.find((each) => each.isFirst))
    const second = partOf(own.find((each) => !each.isFirst))
    const found = differenceOf(first, second)
    return {
      firstClients: first.of,
      firstReturned: first.came,
      firstShare: share(first.came, first.of),
      secondClients: second.of,
      secondReturned: second.came,
      secondShare: share(second.came, second.of),
      difference: found?.difference ?? null,
      low: found?.low ?? null,
      high: found?.high ?? null,
      early: own.reduce((sum, each) => sum + each.early, 0),
    }
  }
  const parts = rows.filter((each) => !each.is_total)
  const totals = rows.filter((each) => each.is_total)
  return {
    rows: [...new Set(parts.map((each) => each.key))].map((key) => ({
      ...rowOf(parts.filter((each) => each.key === key)),
      key,
    })),
    total: totals.length === 0 ? undefined : { ...rowOf(totals), key: null },
  }
}

function partOf(row: GroupRow | undefined) {
  return { of: row?.clients ?? 0, came: row?.returned ?? 0 }
}
