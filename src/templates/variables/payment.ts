import { cardTail } from '../../lib/russian/masks.ts'
import { congratulation } from '../../lib/russian/occasions.ts'
import { oneLine, withoutFullStop } from '../../lib/russian/text.ts'
import type { Variable } from './variable.ts'

export const paymentVariables: readonly Variable[] = [
  {
    names: ['способ', 'method'],
    description: 'Как выплачено: «на карту», «по СБП», «на счёт», «наличными»',
    example: 'на карту',
    fields: ['payment.method'],
    personal: false,
    read: ({ event }) => (event.payment?.method === undefined ? null : (methods[event.payment.method] ?? null)),
  },
  {
    names: ['куда', 'destination'],
    description: 'Как «способ», но без наличных: после слов «зачислена», «отправлена»',
    example: 'на карту',
    fields: ['payment.method'],
    personal: false,
    read: ({ event }) =>
      event.payment?.method === undefined || event.payment.method === 'cash'
        ? null
        : (methods[event.payment.method] ?? null),
  },
  {
    names: ['карта', 'card'],
    description: 'Последние цифры карты',
    example: '•••• 4321',
    fields: ['payment.last4'],
    personal: true,
    read: ({ event }) => (event.payment?.last4 === undefined ? null : cardTail(event.payment.last4)),
  },
  {
    names: ['этап', 'stage'],
    description: 'Номер этапа рассрочки',
    example: '2',
    fields: ['payment.stage'],
    personal: false,
    read: ({ event }) => event.payment?.stage ?? null,
  },
  {
    names: ['этапов', 'stages'],
    description: 'Сколько всего этапов',
    example: '4',
    fields: ['payment.stages'],
    personal: false,
    read: ({ event }) => event.payment?.stages ?? null,
  },
  {
    names: ['номер_ПСА', 'act_number', 'номер_документа', 'document_number'],
    description: 'Номер акта или договора',
    example: 'ПСА-000457',
    fields: ['operation.number'],
    personal: true,
    read: ({ event }) => line(event.operation?.number),
  },
  {
    names: ['причина', 'reason'],
    description: 'Причина, как её передала база, без точки в конце: точку ставит шаблон или фильтр «с_точкой»',
    example: 'Технические работы в банке',
    fields: ['reason'],
    personal: true,
    read: ({ event }) => withoutStop(event.reason),
  },
  {
    names: ['повод', 'occasion'],
    description: 'Повод поздравления',
    example: 'День металлурга',
    fields: ['occasion'],
    personal: true,
    read: ({ event }) => withoutMark(event.occasion),
  },
  {
    names: ['с_поводом', 'with_occasion'],
    description: 'Повод после слова «поздравляем»: «с Днём металлурга»; пусто, если падеж не известен',
    example: 'с Днём металлурга',
    fields: ['occasion'],
    personal: true,
    read: ({ event }) => congratulation(withoutMark(event.occasion) ?? '') ?? null,
  },
]

const methods: Record<string, string> = {
  card: 'на карту',
  sbp: 'по СБП',
  account: 'на счёт',
  cash: 'наличными',
}

function line(text: string | undefined): string | null {
  return (text === undefined ? '' : oneLine(text)) || null
}

function withoutStop(text: string | undefined): string | null {
  return withoutFullStop((line(text) ?? '').replace(unfinished, '')) || null
}

/** A mark that promises more to come; but the semicolon of «&quot;» belongs to it. */
const unfinished = /(?:[\s,:–—-]|(?<!&\w+);)+$/u

/** The template brings its own exclamation mark. */
function withoutMark(text: string | undefined): string | null {
  return (line(text) ?? '').replace(/[\s.!]+$/u, '') || null
}
