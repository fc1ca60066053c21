import { z } from 'zod'
import { channelNames, wayNames } from '../channels/channel.ts'
import { answerWords } from '../channels/message.ts'
import { consentActs, purposes } from '../clients/client.ts'
import { deliveryStates, engagements, reasons } from '../deliveries/delivery.ts'
import { quietRulesSchema, remindersSchema } from '../events/branch-rules.ts'
import { catalog } from '../events/catalog.ts'
import { keptTypes } from '../events/kept.ts'
import { infobaseStates } from '../events/store/infobases.ts'
import { keyKinds } from '../keys/key.ts'

/** What the API answers, for /docs; the tests hold every answer against these. */

export const momentShape = z.iso.datetime({ offset: true }).describe('Момент, ISO 8601 со смещением')
/** An id as it looks, for the examples of /docs. */
const idShape = (prefix: string) => z.string().meta({ examples: [`${prefix}_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b`] })
export const warningShape = z.object({ code: z.string(), field: z.string().optional(), message: z.string() })

export const errorShape = z.object({
  code: z.string(),
  field: z.string().optional().describe('Имя поля, как его назвал отправитель'),
  value: z.string().optional(),
  message: z.string(),
})

const clientOfItem = z.object({
  externalId: z.string().optional(),
  phone: z.string().optional(),
  fullName: z.string().optional(),
})
const templateOfItem = z
  .string()
  .optional()
  .describe('Версия шаблона: tpl_… из /templates, shipped:… — текст из поставки')
const operationOfItem = z.object({ id: z.string().optional(), number: z.string().optional() })

export const consentShape = z.object({
  id: z.string().optional(),
  purpose: z.enum(purposes),
  granted: z.boolean(),
  at: momentShape,
  givenBy: z.enum(['api', 'bot', 'event']),
  act: z
    .enum(consentActs)
    .optional()
    .describe(
      'Каким действием: button — кнопка в чате, stop — команда, api — учётная система через API, event — поле события, ' +
        'import — загрузка файла, block — блокировка бота, operator — оператор',
    ),
  channel: z.enum(channelNames).optional(),
  chat: z.string().optional().describe('Отпечаток чата: у одного чата всегда один, адрес по нему не узнать'),
  text: z.string().optional(),
  textHash: z.string().optional().describe('SHA-256 показанного текста'),
})

export const journalItemShape = z.object({
  id: idShape('dlv'),
  eventId: idShape('evt'),
  notificationId: idShape('ntf'),
  at: momentShape,
  source: z.string(),
  branch: z.string().optional(),
  client: clientOfItem,
  type: z.enum(keptTypes),
  operation: operationOfItem,
  channel: z
    .enum(wayNames)
    .optional()
    .describe('Нет, если сообщение не дошло до выбора канала; sandbox — тестовый телефон'),
  state: z.enum(deliveryStates),
  reason: z.enum(reasons).optional(),
  engagement: z.enum(engagements).optional(),
  attempts: z.int(),
  repeat: z.boolean().describe('Повтор после потерянного ответа мессенджера'),
  providerMessageId: z.string().optional(),
  text: z.string().optional().describe('Текст, как он ушёл'),
  test: z.boolean(),
})

export const deliveryShape = z.object({
  id: idShape('dlv'),
  channel: z.enum(wayNames),
  state: z.enum(deliveryStates),
  reason: z.enum(reasons).optional(),
  engagement: z.enum(engagements).optional(),
  repeat: z.boolean(),
  text: z.string().optional(),
  template: templateOfItem,
  permittedBy: consentShape.optional().describe('Согласие, по которому сообщение ушло, каким оно было в этот момент'),
  providerMessageId: z.string().optional(),
  attempts: z.array(
    z.object({
      number: z.int(),
      at: momentShape,
      outcome: z.string().optional(),
      code: z.string().optional(),
      description: z.string().optional(),
      durationMs: z.number().optional(),
    }),
  ),
  receipts: z.array(z.object({ at: momentShape, state: z.string() })),
})

export const eventShape = z.object({
  id: idShape('evt'),
  source: z.string(),
  receivedAt: momentShape,
  test: z.boolean(),
  event: z
    .looseObject({ type: z.enum(keptTypes) })
    .describe('Событие в канонической форме')
    .meta({ examples: [catalog['payout.paid'].sample] }),
  warnings: z.array(warningShape),
  notifications: z.array(
    z.object({
      id: idShape('ntf'),
      state: z.enum(deliveryStates),
      reason: z.enum(reasons).optional(),
      deliveries: z.array(deliveryShape),
    }),
  ),
})

export const clientShape = z.object({
  id: idShape('cli'),
  externalId: z.string().optional(),
  aliases: z.array(z.string()).optional().describe('Идентификаторы двойников, объединённых с ним'),
  phone: z.string().optional(),
  fullName: z.string().optional(),
  branch: z.string().optional(),
  createdAt: momentShape,
  contacts: z.array(
    z.object({
      channel: z.enum(channelNames),
      address: z.string(),
      team: z.boolean(),
      linkedBy: z.string(),
      linkedAt: momentShape,
      blocked: z.string().optional(),
      needsConfirmation: z.boolean().optional(),
    }),
  ),
  consents: z.array(consentShape),
})

export const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(keyKinds),
  source: z.string().optional().describe('Нет у ключа, который только читает и меняет через /api/v1'),
  branch: z.string().optional(),
  scopes: z.array(z.string()),
  hint: z.string().describe('Последние 4 знака ключа'),
  ratePerMinute: z.int().optional(),
  createdAt: momentShape,
  createdBy: z.string().describe('admin или идентификатор ключа'),
  lastUsedAt: momentShape.optional().describe('С точностью до минуты'),
  expiresAt: momentShape.optional(),
  state: z.enum(['valid', 'expired', 'revoked']),
})

export const infobaseShape = z.object({
  source: z.string(),
  keyId: z.string().describe('Ключ, с которым база пишет: env — ключ из окружения'),
  infobase: z.string(),
  state: z.enum(infobaseStates),
  firstSeenAt: momentShape,
  decidedAt: momentShape.optional(),
  decidedBy: z.string().optional(),
  held: z.int().describe('Сохранённые и не отправленные события'),
})

export const branchShape = z.object({
  code: z.string(),
  name: z.string().optional(),
  timezone: z.string().optional(),
  branding: z
    .object({
      name: z.string().optional(),
      site: z.string().optional(),
      feedbackUrl: z.string().optional(),
      logoUrl: z.string().optional(),
      phone: z.string().optional(),
      signature: z.string().optional(),
      greeting: z.boolean().optional(),
      buttons: z.array(z.enum(answerWords)).optional(),
    })
    .optional()
    .describe('Чего здесь нет, то общее, из настроек компании'),
  quietHours: quietRulesSchema.optional().describe('Нет — как у всех: 21–9, деньги уходят сразу'),
  alsoIfUnreadMinutes: z.int().optional().describe('Нет — сообщение уходит одним каналом'),
  reminders: remindersSchema.optional().describe('Нет — как у всех: за день, в 10 часов'),
  updatedAt: momentShape,
  updatedBy: z.string().optional().describe('Нет, пока о площадке известно только из событий'),
})
