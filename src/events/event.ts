import { z } from 'zod'

/**
 * The canonical event of the public contract (§3.2), after normalisation: phones are E.164, sums are decimal
 * strings with two digits, weights and percents decimal strings, moments are ISO 8601 with an offset, days are YYYY-MM-DD.
 */

const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/)
const sum = z.string().regex(/^\d{1,13}\.\d{2}$/)
const moment = z.iso.datetime({ offset: true })
const day = z.iso.date()
const text = (max: number) => z.string().trim().min(1).max(max)

export const eventTypes = [
  'operation.accepted',
  'payout.sent',
  'payout.paid',
  'payout.partial',
  'payout.delayed',
  'payout.failed',
  'installment.reminder',
  'bonus.granted',
  'greeting',
] as const

export const eventTypeSchema = z.enum(eventTypes)
export type EventType = z.infer<typeof eventTypeSchema>

export const itemSchema = z.object({
  material: text(200).optional().describe('Вид лома в именительном падеже'),
  materialGenitive: text(200).optional().describe('Он же в родительном: «за лом меди»'),
  grossKg: decimal.optional().describe('Брутто, кг'),
  tareKg: decimal.optional().describe('Тара, кг'),
  contaminationPct: decimal.optional().describe('Засор, %'),
  netKg: decimal.optional().describe('Нетто, кг'),
  pricePerKg: decimal.optional().describe('Цена за килограмм, ₽'),
  amount: sum.optional().describe('Стоимость позиции, ₽'),
})

export const paymentMethods = ['card', 'sbp', 'account', 'cash', 'other'] as const

export const eventSchema = z.object({
  id: text(200).optional().describe('Идентификатор факта у отправителя: по нему узнаются повторы'),
  type: eventTypeSchema.describe('Что произошло'),
  occurredAt: moment.optional().describe('Когда это произошло; без него сообщение не называет времени'),
  infobase: text(100).optional().describe('Имя базы 1С: по нему узнаются её копии'),
  branch: z
    .object({
      code: text(50).optional().describe('Код площадки'),
      name: text(200).optional().describe('Название площадки'),
      timezone: text(60).optional().describe('Часовой пояс площадки, например Europe/Samara'),
    })
    .optional()
    .describe('Площадка'),
  client: z
    .object({
      id: text(100).optional().describe('Ваш идентификатор клиента: GUID контрагента или физлица'),
      phone: z
        .string()
        .regex(/^\+\d{8,15}$/)
        .optional()
        .describe('Телефон'),
      fullName: text(200).optional().describe('Фамилия, имя и отчество'),
    })
    .describe('Кому сообщить: нужен телефон или идентификатор'),
  operation: z
    .object({
      id: text(100).optional().describe('GUID документа'),
      number: text(100).optional().describe('Номер документа, например ПСА'),
      date: moment.optional().describe('Дата документа'),
      items: z.array(itemSchema).max(100).optional().describe('Позиции лома'),
      amount: sum.optional().describe('Сумма документа, ₽'),
    })
    .optional()
    .describe('Документ: приём лома, договор рассрочки'),
  payment: z
    .object({
      amount: sum.optional().describe('Сумма выплаты, ₽'),
      currency: z.string().length(3).optional().describe('Валюта; нет — значит RUB'),
      method: z.enum(paymentMethods).optional().describe('Способ: карта, СБП, счёт, наличные, иное'),
      last4: z
        .string()
        .regex(/^\d{4}$/)
        .optional()
        .describe('Последние четыре цифры карты; полный номер сервис не примет'),
      stage: z.int().min(1).max(1000).optional().describe('Номер этапа рассрочки'),
      stages: z.int().min(1).max(1000).optional().describe('Всего этапов'),
      remaining: sum.optional().describe('Осталось выплатить, ₽'),
      nextDate: day.optional().describe('Дата следующей выплаты'),
      dueDate: day.optional().describe('Плановая дата задержанной выплаты'),
    })
    .optional()
    .describe('Выплата'),
  bonus: z
    .object({
      points: decimal.optional().describe('Сколько начислено баллов'),
      balance: decimal.optional().describe('Сколько баллов стало'),
      expiresAt: day.optional().describe('До какого дня они действуют'),
    })
    .optional()
    .describe('Бонусы'),
  occasion: text(200).optional().describe('Повод поздравления'),
  reason: text(500).optional().describe('Причина задержки или отказа, словами для клиента'),
  consent: z
    .object({
      advertising: z.boolean().optional().describe('Согласие на рекламу: без него бонусы и поздравления не уходят'),
    })
    .optional(),
  /** The sender's own status word and document version: parts of the content key when there is no event id. */
  status: text(100).optional().describe('Статус словами отправителя'),
  version: text(50).optional().describe('Версия документа: новая версия — новый факт'),
})

export type Event = z.infer<typeof eventSchema>
export type ScrapItem = z.infer<typeof itemSchema>
