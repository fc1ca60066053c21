import type { Report, Value } from './report.ts'
import { readTaken } from './store/channels.ts'
import { readCounts } from './store/counts.ts'

export const optOuts: Report = {
  name: 'opt-outs',
  title: 'Отказы от сообщений',
  about:
    'Сколько клиентов отказались от сообщений о выплатах, от рекламы или заблокировали бота, и сколько это на тысячу принятых ' +
    'мессенджерами сообщений. Площадка — та, к которой клиент приписан.',
  caution:
    'Слово «стоп» в боте — отказ и от того, и от другого, поэтому столбцы нельзя складывать. Кто заблокировал бота и потом вернулся, из ' +
    'счёта уходит. О блокировке узнаём, только когда мессенджер о ней скажет или не примет сообщение. Почему клиент ушёл, отчёт не знает.',
  by: ['day', 'branch', 'channel'],
  narrows: ['branch', 'channel'],
  columns: [
    { key: 'service', title: 'От сообщений о выплатах', unit: 'count' },
    { key: 'advertising', title: 'От рекламы', unit: 'count' },
    { key: 'blocked', title: 'Заблокировали бота', unit: 'count' },
    { key: 'taken', title: 'Сообщений принято', unit: 'count' },
    { key: 'perThousand', title: 'Отказов и блокировок на 1000 сообщений', unit: 'rate' },
  ],
  chart: {
    kind: 'grouped',
    series: [
      { key: 'service', tone: 'bad' },
      { key: 'advertising', tone: 'doubt' },
      { key: 'blocked', tone: 'calm' },
    ],
  },
  read: async (db, slice) => {
    const counts = await readCounts(db, slice, 'opt_out')
    const messages = await readTaken(db, slice)
    const rowOf = (key: string | null, isTotal: boolean): Record<string, Value> => {
      const of = (kind: string) =>
        counts.find((each) => each.is_total === isTotal && each.key === key && each.kind === kind)?.count ?? 0
      const taken = messages
        .filter((each) => each.is_total === isTotal && each.key === key)
        .reduce((sum, each) => sum + each.taken, 0)
      const lost = of('service') + of('blocked')
      return {
        service: of('service'),
        advertising: of('advertising'),
        blocked: of('blocked'),
        taken,
        perThousand: taken === 0 ? null : (lost * 1000) / taken,
      }
    }
    const keys = new Set([...counts, ...messages].filter((each) => !each.is_total).map((each) => each.key))
    return {
      rows: [...keys].sort().map((key) => ({ ...rowOf(key, false), key })),
      total: keys.size === 0 ? undefined : { ...rowOf(null, true), key: null },
    }
  },
}
