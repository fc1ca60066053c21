import type { Report } from './report.ts'
import { readSpreads, type Spread } from './store/times.ts'

export const processing: Report = {
  name: 'processing',
  title: 'Время обработки сделки: от приёмки до выплаты',
  about:
    'Сколько прошло от приёмки лома (operation.accepted) до зачисления денег (payout.paid) по той же операции. День — тот, в который ' +
    'принято сообщение о зачислении. Медиана: половина сделок быстрее; 95 %: медленнее только каждая двадцатая.',
  caution:
    'Учитываются операции, о которых пришли оба события со временем факта. Рассрочка (payout.partial) не учитывается, повторное ' +
    'зачисление по той же операции — тоже. Отчёт говорит о скорости расчётов, а не о работе вестника.',
  by: ['day', 'branch', 'source'],
  narrows: ['branch', 'source'],
  columns: [
    { key: 'deals', title: 'Сделок', unit: 'count' },
    { key: 'medianMs', title: 'Медиана', unit: 'ms' },
    { key: 'p95Ms', title: '95 %', unit: 'ms' },
  ],
  chart: {
    kind: 'grouped',
    series: [
      { key: 'medianMs', tone: 'accent' },
      { key: 'p95Ms', tone: 'busy' },
    ],
  },
  read: async (db, slice) => {
    const spreads = await readSpreads(db, slice, 'accepted_to_paid')
    const rowOf = ({ count, medianMs, p95Ms }: Spread) => ({ deals: count, medianMs, p95Ms })
    const total = spreads.find((each) => each.isTotal)
    return {
      rows: spreads.filter((each) => !each.isTotal).map((each) => ({ ...rowOf(each), key: each.key })),
      total: total && { ...rowOf(total), key: null },
    }
  },
}
