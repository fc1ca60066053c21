import type { Report } from './report.ts'
import { readReturns } from './store/returns.ts'
import { compared, groupChart, groupColumns, watchDays } from './two-groups.ts'

export const returns: Report = {
  name: 'returns',
  title: 'Повторные визиты: с сообщениями и без',
  about:
    `Первый визит клиента за период (operation.accepted) и пришёл ли он снова в следующие ${watchDays} дней. Отдельно те, кому в день визита ` +
    'или в два следующих дня дошло хоть одно сообщение, и те, кому не дошло ни одного.',
  caution:
    'Это не доказательство пользы сообщений: мессенджер подключают прежде всего постоянные клиенты, они и так возвращаются чаще. Доказать ' +
    'может только случайная контрольная группа, отчёт «Контрольная группа рекламы». «Рано судить» — клиенты, чьи ' +
    `${watchDays} дней ещё не прошли; в доли они не входят.`,
  by: ['branch', 'day', 'source'],
  narrows: ['branch', 'source'],
  columns: groupColumns('С сообщениями', 'Без сообщений'),
  chart: groupChart,
  read: async (db, slice) => {
    const rows = await readReturns(db, slice, watchDays)
    return compared(rows.map((each) => ({ ...each, isFirst: each.is_told })))
  },
}
