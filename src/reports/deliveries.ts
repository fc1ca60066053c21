import { narrowings, type Report } from './report.ts'
import { readDeliveries } from './store/deliveries.ts'

export const deliveries: Report = {
  name: 'deliveries',
  title: 'Сообщения по состояниям',
  about:
    'Сколько сообщений запланировано и что с каждым из них стало. День — тот, в который сообщение принято к отправке.',
  caution:
    '«Отправлено» значит, что мессенджер принял сообщение; прочитал ли его клиент, этот отчёт не знает. Сообщение, которое отправлено ' +
    'снова, другим каналом или позже, стоит дважды: сначала — «ушло другим каналом или позже», потом — своим состоянием.',
  by: ['day', 'branch', 'channel', 'type', 'source'],
  narrows: narrowings,
  columns: [
    { key: 'total', title: 'Всего', unit: 'count' },
    { key: 'sent', title: 'Отправлено', unit: 'count' },
    { key: 'delivered', title: 'Доставлено', unit: 'count' },
    { key: 'pending', title: 'Ещё в пути', unit: 'count' },
    { key: 'unknown', title: 'Неизвестно', unit: 'count' },
    { key: 'moved', title: 'Ушло другим каналом или позже', unit: 'count' },
    { key: 'failed', title: 'Не дошло', unit: 'count' },
    { key: 'skipped', title: 'Не отправлялось', unit: 'count' },
  ],
  chart: {
    kind: 'stacked',
    series: [
      { key: 'sent', tone: 'good' },
      { key: 'delivered', tone: 'accent' },
      { key: 'pending', tone: 'busy' },
      { key: 'unknown', tone: 'doubt' },
      { key: 'failed', tone: 'bad' },
      { key: 'skipped', tone: 'calm' },
    ],
  },
  read: readDeliveries,
}
