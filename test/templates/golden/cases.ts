import type { Event, EventType, ScrapItem } from '../../../src/events/event.ts'

/** Five clients on three branches; what else a message tells turns with them, so that each word meets each form. */
export type Case = { title: string; event: Event; now: Date }

const clients = [
  'Иванов Иван Петрович',
  'АЛИЕВ РУСЛАН МАМЕД ОГЛЫ',
  'Магомед',
  'ООО «Ромашка»',
  'Салтыкова-Щедрина Любовь Никитична',
]
const branches = [
  { name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
  { name: 'Екатеринбург', timezone: 'Asia/Yekaterinburg' },
  { name: 'Петропавловск-Камчатский', timezone: 'Asia/Kamchatka' },
]
const amounts = ['14500.00', '14500.50', '1.00', '21000.01', '999999.99']
/** By the stage: the last one leaves nothing. */
const remains = ['10000.00', '1.50', '0.00', undefined, '1234567.89']
const methods = ['card', 'sbp', 'account', 'cash', undefined] as const
const points = ['1', '2', '5', '21', '1.5']
const balances = ['1750', '21', '1.5', undefined, '102']
const stages = [[1, 4], [2, 4], [4, 4], [5, undefined], []] as const
const days = ['2025-11-25', '2025-12-01', undefined, '2026-01-12', '2025-12-31']
const reasons = [
  'Технические работы в банке',
  'Карта закрыта.\nУточните реквизиты "Мир"',
  'Отказ <b>банка</b> & код *05*, _сбой_ [id1|x]',
  undefined,
  'Верны ли реквизиты?',
]
const occasions = ['День металлурга', 'Новый год', 'Юбилей площадки', undefined, 'Навстречу весне!']
const numbers = ['ПСА-000457', 'НН00-000123', undefined, 'Р-14/25', '21']
const scrap: readonly ScrapItem[][] = [
  [{ material: 'Медь', materialGenitive: 'меди', netKg: '1' }],
  [
    { material: 'Черный металл', netKg: '2' },
    { material: 'ЛАТУНЬ', netKg: '5' },
    { material: 'Лом меди', netKg: '1234.567' },
  ],
  [{ material: 'АКБ', netKg: '21' }],
  [{ material: 'Медь «кусок» *А*', netKg: '1.5' }, { material: 'цинк' }],
  [{ material: 'Кабель ВВГ', materialGenitive: 'Кабеля ВВГ', netKg: '0.5' }],
]
/** Two hours old, of last night, of the day before yesterday, without a time, unknown. */
const moments = [
  '2025-11-23T12:43:00+03:00',
  '2025-11-22T23:30:00+03:00',
  '2025-11-21T18:05:00+03:00',
  '2025-11-22T00:00:00+03:00',
  undefined,
]
const now = new Date('2025-11-23T15:00:00+03:00')

export function casesOf(type: EventType): Case[] {
  return branches.flatMap((branch, place) =>
    clients.map((fullName, who) => {
      const turn = who + place
      const event = eventFor(type, fullName, branch, who, turn, place)
      return { title: titleOf(event), event, now }
    }),
  )
}

function eventFor(
  type: EventType,
  fullName: string,
  branch: { name: string; timezone: string },
  who: number,
  turn: number,
  place: number,
): Event {
  const [stage, total] = at(stages, turn) ?? []
  return {
    type,
    // The three fresh ones first: each client is told each of them on some branch.
    occurredAt: who < 3 ? at(moments.slice(0, 3), turn) : at(moments, who + (place % 2)),
    branch,
    client: { phone: '+79031234567', fullName },
    operation: { number: at(numbers, turn), items: at(scrap, who + 2 * place), amount: at(amounts, turn) },
    payment: {
      amount: at(amounts, turn),
      method: at(methods, who + 3 * place),
      last4: '4321',
      stage,
      stages: total,
      remaining: at(remains, turn),
      nextDate: stage === total && stage !== undefined ? undefined : at(days, who + 4 * place),
      dueDate: at(days, turn),
    },
    bonus: { points: at(points, turn), balance: at(balances, who + 3 * place), expiresAt: at(days, turn) },
    reason: at(reasons, turn),
    occasion: at(occasions, turn),
  }
}

function at<T>(list: readonly T[], turn: number): T | undefined {
  return list[turn % list.length]
}

/** What the message is made of, as far as its type can tell it. */
function titleOf(event: Event): string {
  const { client, branch, occurredAt, payment, operation, bonus } = event
  const common = [client.fullName, branch?.timezone, occurredAt ?? 'без времени']
  const items = operation?.items?.map(({ material, netKg }) => (netKg ? `${material} ${netKg}` : material)).join(', ')
  const money = [payment?.amount, payment?.method ?? 'способ неизвестен']
  const stage = payment?.stage === undefined ? [] : [`этап ${payment.stage}/${payment.stages ?? '—'}`]
  const own: Record<EventType, (string | undefined)[]> = {
    'operation.accepted': [operation?.number, items, operation?.amount],
    'payout.sent': [...money, items],
    'payout.paid': [...money, items],
    'payout.partial': [...money, items, ...stage, `остаток ${payment?.remaining ?? '—'}`, payment?.nextDate],
    'payout.delayed': [payment?.amount, items, event.reason, payment?.dueDate],
    'payout.failed': [payment?.amount, items, event.reason],
    'installment.reminder': [operation?.number, payment?.amount, payment?.nextDate ?? payment?.dueDate, ...stage],
    'bonus.granted': [bonus?.points, `баланс ${bonus?.balance ?? '—'}`, bonus?.expiresAt],
    greeting: [event.occasion],
  }
  return [...common, ...own[event.type]].map((part) => (part ?? '—').replaceAll('\n', '⏎')).join(' · ')
}
