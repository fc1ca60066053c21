import type { Report } from './report.ts'
import { readHoldout } from './store/holdout.ts'
import { compared, groupChart, groupColumns, watchDays } from './two-groups.ts'

export const holdout: Report = {
  name: 'holdout',
  title: 'Контрольная группа рекламы',
  about:
    `Жребий решает, кому рекламное сообщение отправить, а кому нет; отчёт сравнивает, сколько клиентов обеих групп пришло в следующие ` +
    `${watchDays} дней. Разница дана с интервалом, в котором она лежит с уверенностью 95 %.`,
  caution:
    'Если интервал включает ноль, пользы сообщения этот период не доказал. Долю контрольной группы задаёт владелец (PUT /api/v1/holdout), по ' +
    'умолчанию она нулевая и отчёт пуст. Сообщений о деньгах жребий не касается.',
  by: ['type', 'branch'],
  narrows: ['branch', 'type', 'source'],
  columns: groupColumns('Отправлено', 'Контрольная группа'),
  chart: groupChart,
  read: async (db, slice) => {
    const rows = await readHoldout(db, slice, watchDays)
    return compared(rows.map((each) => ({ ...each, isFirst: each.trial === 'told' })))
  },
}
