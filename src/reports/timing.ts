import { narrowings, type Report, type Value } from './report.ts'
import { readSpreads, type Spread } from './store/times.ts'

export const timing: Report = {
  name: 'timing',
  title: 'Время от факта до мессенджера',
  about:
    'Сколько прошло от факта в учётной системе (occurredAt) до того, как мессенджер принял сообщение, и отдельно — от приёма события ' +
    'вестником до мессенджера. Медиана: половина сообщений быстрее. 95 %: медленнее только каждое двадцатое. Точность — 1 %.',
  caution:
    'Учитываются только принятые мессенджером сообщения. Напоминания и поздравления ждут конца тихих часов, это входит в их время. ' +
    'Событие без времени факта есть только во втором счёте. Спешащие часы 1С укорачивают первый.',
  by: ['day', 'branch', 'channel', 'type', 'source'],
  narrows: narrowings,
  columns: [
    { key: 'count', title: 'Сообщений', unit: 'count' },
    { key: 'factMedianMs', title: 'От факта, медиана', unit: 'ms' },
    { key: 'factP95Ms', title: 'От факта, 95 %', unit: 'ms' },
    { key: 'keptMedianMs', title: 'От приёма, медиана', unit: 'ms' },
    { key: 'keptP95Ms', title: 'От приёма, 95 %', unit: 'ms' },
  ],
  chart: {
    kind: 'grouped',
    series: [
      { key: 'factMedianMs', tone: 'accent' },
      { key: 'factP95Ms', tone: 'busy' },
    ],
  },
  read: async (db, slice) => {
    const facts = await readSpreads(db, slice, 'fact_to_messenger')
    const kept = await readSpreads(db, slice, 'kept_to_messenger')
    const rowOf = (each: Spread): Record<string, Value> => {
      const fact = facts.find((other) => other.isTotal === each.isTotal && other.key === each.key)
      return {
        count: each.count,
        factMedianMs: fact?.medianMs ?? null,
        factP95Ms: fact?.p95Ms ?? null,
        keptMedianMs: each.medianMs,
        keptP95Ms: each.p95Ms,
      }
    }
    const total = kept.find((each) => each.isTotal)
    return {
      rows: kept.filter((each) => !each.isTotal).map((each) => ({ ...rowOf(each), key: each.key })),
      total: total && { ...rowOf(total), key: null },
    }
  },
}
