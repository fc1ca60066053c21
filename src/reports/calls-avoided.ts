import { answerKinds } from '../journal/bot-answers.ts'
import type { Report, Value } from './report.ts'
import { readCounts } from './store/counts.ts'

export const callsAvoided: Report = {
  name: 'calls-avoided',
  title: 'Звонки, которых не было',
  about:
    'Сколько раз бот сам ответил клиенту и по каким вопросам. «Без звонка» — ответы, после которых звонить незачем; вопрос, переданный ' +
    'площадке, звонка не отменяет.',
  caution:
    'Верхняя граница, а не доказанная экономия: не каждый, кто спросил бота, стал бы звонить, и один человек может спросить несколько раз.',
  by: ['kind', 'day', 'branch', 'channel'],
  narrows: ['branch', 'channel'],
  columns: [
    { key: 'answers', title: 'Ответов бота', unit: 'count' },
    { key: 'spared', title: 'Без звонка', unit: 'count' },
  ],
  chart: {
    kind: 'grouped',
    series: [
      { key: 'answers', tone: 'calm' },
      { key: 'spared', tone: 'good' },
    ],
  },
  read: async (db, slice) => {
    const counts = await readCounts(db, slice, 'answer')
    const rowOf = (own: typeof counts): Record<string, Value> => ({
      answers: own.reduce((sum, each) => sum + each.count, 0),
      spared: own.filter((each) => sparing.has(each.kind)).reduce((sum, each) => sum + each.count, 0),
    })
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

const sparing: ReadonlySet<string> = new Set(
  Object.entries(answerKinds).flatMap(([kind, { spares }]) => (spares ? [kind] : [])),
)
