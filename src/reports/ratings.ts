import type { Report, Value } from './report.ts'
import { readCounts } from './store/counts.ts'
import { share } from './store/slice.ts'

const scores = [1, 2, 3, 4, 5] as const

export const ratings: Report = {
  name: 'ratings',
  title: 'Оценки выплат',
  about:
    'Как клиенты оценили выплату, от 1 до 5, когда бот спросил их об этом: сколько спросили, сколько ответили, среднее и распределение. ' +
    'День — тот, когда спросили.',
  caution:
    'Отвечают не все: доля ответивших считается только по тем, кого спросили, и недовольные могли промолчать. Не спрашивают тех, кому ' +
    'нельзя написать. Клиент может исправить оценку, считается последняя. По десятку оценок среднее ничего не говорит.',
  by: ['day', 'branch', 'channel'],
  narrows: ['branch', 'channel'],
  columns: [
    { key: 'asked', title: 'Спросили', unit: 'count' },
    { key: 'rated', title: 'Оценили', unit: 'count' },
    { key: 'ratedShare', title: 'Доля оценивших из тех, кого спросили', unit: 'share', absent: 'никого не спросили' },
    { key: 'average', title: 'Средняя оценка', unit: 'rate', absent: 'оценок нет' },
    ...scores.map((score) => ({ key: keyOf(score), title: `Оценка ${score}`, unit: 'count' as const })),
  ],
  chart: {
    kind: 'stacked',
    series: [
      { key: keyOf(1), tone: 'bad' },
      { key: keyOf(2), tone: 'doubt' },
      { key: keyOf(3), tone: 'calm' },
      { key: keyOf(4), tone: 'accent' },
      { key: keyOf(5), tone: 'good' },
    ],
  },
  read: async (db, slice) => {
    const counts = await readCounts(db, slice, 'rating')
    const parts = counts.filter((each) => !each.is_total)
    const totals = counts.filter((each) => each.is_total)
    return {
      rows: [...new Set(parts.map((each) => each.key))].map((key) => ({
        ...rowOf(parts.filter((each) => each.key === key)),
        key,
      })),
      total: totals.length === 0 ? undefined : { ...rowOf(totals), key: null },
    }
  },
}

function keyOf(score: number): string {
  return `score${score}`
}

/** The kind of a count is the mark, or `asked` for everybody who was asked. */
function rowOf(counts: readonly { kind: string; count: number }[]): Record<string, Value> {
  const of = (kind: string) => counts.find((each) => each.kind === kind)?.count ?? 0
  const rated = scores.reduce((sum, score) => sum + of(String(score)), 0)
  const points = scores.reduce((sum, score) => sum + score * of(String(score)), 0)
  return {
    asked: of('asked'),
    rated,
    ratedShare: share(rated, of('asked')),
    average: share(points, rated),
    ...Object.fromEntries(scores.map((score) => [keyOf(score), of(String(score))])),
  }
}
