import { narrowings, type Report } from './report.ts'
import { readFunnel } from './store/funnel.ts'

export const funnel: Report = {
  name: 'funnel',
  title: 'Воронка: принято, доставлено, прочитано, нажато',
  about:
    'Путь сообщения после мессенджера. Каждая доля считается только по сообщениям, о которых мессенджер мог это сообщить; ' +
    'рядом стоит, сколько их было.',
  caution:
    'Telegram и MAX не сообщают о доставке и прочтении, ВКонтакте — о доставке: там стоит «не сообщает», и это не ноль. «Нажато» — ' +
    'только среди сообщений с кнопкой ответа или нашей ссылкой; нажатия на обычные ссылки никто не видит. Доли разных столбцов ' +
    'взяты от разных сообщений, делить их друг на друга нельзя.',
  by: ['channel', 'day', 'branch', 'type', 'source'],
  narrows: narrowings,
  columns: [
    { key: 'taken', title: 'Принято мессенджером', unit: 'count' },
    { key: 'deliveredShare', title: 'Доставлено', unit: 'share', absent: 'не сообщает' },
    { key: 'delivered', title: 'Доставлено, сообщений', unit: 'count', absent: 'не сообщает' },
    { key: 'deliveredOf', title: 'Могли сообщить о доставке', unit: 'count' },
    { key: 'readShare', title: 'Прочитано', unit: 'share', absent: 'не сообщает' },
    { key: 'read', title: 'Прочитано, сообщений', unit: 'count', absent: 'не сообщает' },
    { key: 'readOf', title: 'Могли сообщить о прочтении', unit: 'count' },
    { key: 'tappedShare', title: 'Нажато', unit: 'share' },
    { key: 'tapped', title: 'Нажато, сообщений', unit: 'count' },
    { key: 'tappedOf', title: 'С кнопкой или нашей ссылкой', unit: 'count' },
  ],
  chart: {
    kind: 'grouped',
    series: [
      { key: 'deliveredShare', tone: 'accent' },
      { key: 'readShare', tone: 'good' },
      { key: 'tappedShare', tone: 'busy' },
    ],
  },
  read: readFunnel,
}
