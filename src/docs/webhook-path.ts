import { z } from 'zod'
import { type ErrorCode, errorCodes, errorTable } from '../lib/errors.ts'
import { profiles } from '../webhooks/sources.ts'
import { errorResponses, fieldErrorShape, requestIdHeader } from './errors.ts'
import { canonicalExamples } from './event-schemas.ts'
import { senderExamples } from './examples.ts'
import { type Operation, type Parameter, type PathItem, type Ref, refTo, type Schema } from './openapi.ts'
import { schemaOf } from './schema.ts'

/** `POST /webhooks/:source` (contract §3.1). */
export function webhookPaths(): Record<string, PathItem> {
  return { '/webhooks/{source}': { post: operation() } }
}

export const webhookTag = { name: 'Вебхуки', description: 'Учётная система сообщает, что произошло.' }

export const senderSchemes = ['SenderBearer', 'SenderBasic', 'SenderApiKey'] as const

const warningShape = z
  .object({ code: z.string(), field: z.string().optional(), message: z.string() })
  .describe('Событие принято, но отправителю стоит это знать')

const itemShape = z.discriminatedUnion('status', [
  z.object({
    index: z.int().describe('Место события в пакете, с нуля'),
    id: z.string().describe('Идентификатор события в сервисе: по нему его находит GET /api/v1/events/{id}'),
    status: z.enum(['accepted', 'duplicate']).describe('Принято или уже было принято раньше'),
    warnings: z.array(warningShape),
  }),
  z.object({ index: z.int(), status: z.literal('rejected'), errors: z.array(fieldErrorShape) }),
])

const acceptedShape = z.object({ message: z.string(), results: z.array(itemShape) })

/** What only `/api/v1` answers. */
const foreignCodes: readonly ErrorCode[] = ['forbidden', 'method_not_allowed']

function operation(): Operation {
  return {
    operationId: 'postWebhook',
    tags: [webhookTag.name],
    summary: 'Передать событие или пакет событий',
    description:
      'Ответ 200 значит, что событие записано на диск. Сообщение клиенту уходит потом, ответ его не ждёт. Повторять запрос ' +
      'с тем же `id` безопасно: сервис ответит `duplicate` и второго сообщения не отправит.\n\n' +
      'Тело — одно событие, массив событий или объект с массивом «События». Кодировка UTF-8 (с BOM или без) или ' +
      'windows-1251, сжатие gzip; Content-Type можно не указывать. Из пакета принимается всё, что понято; остальное ' +
      'отклоняется поимённо. Если не понято ничего — 422.',
    security: senderSchemes.map((name) => ({ [name]: [] })),
    parameters,
    requestBody: {
      required: true,
      description: 'Событие в канонической форме, событие как его пишет 1С, или массив таких событий.',
      content: {
        'application/json': {
          schema: bodySchema,
          examples: { ...canonicalExamples(), ...senderExamples },
        },
      },
    },
    responses: {
      '200': {
        description: 'Принято; в пакете могут быть и отклонённые события.',
        headers: requestIdHeader,
        content: { 'application/json': { schema: schemaOf(acceptedShape, 'output'), examples: answerExamples } },
      },
      ...errorResponses(
        errorCodes.filter((code) => !foreignCodes.includes(code)),
        { results: { type: 'array', items: schemaOf(itemShape, 'output'), description: 'Только у пакета' } },
      ),
    },
  }
}

const event: { anyOf: Ref[] } = { anyOf: [refTo('schemas', 'CanonicalEvent'), refTo('schemas', 'SenderEvent')] }
const bodySchema: Schema = { anyOf: [...event.anyOf, { type: 'array', items: event, minItems: 1, maxItems: 1000 }] }

const parameters: Parameter[] = [
  {
    name: 'source',
    in: 'path',
    required: true,
    description: Object.values(profiles)
      .map(({ source, title }) => `\`${source}\` — ${title}`)
      .join(', '),
    schema: { type: 'string', enum: Object.keys(profiles) },
  },
  header(
    'X-Test',
    '`1` — тестовое событие: сохраняется, видно в журнале, клиенту не отправляется. То же делает тестовый ключ.',
  ),
  header(
    'X-Signature',
    'Нужна, если на сервере задан секрет: `sha256=` и HMAC-SHA256 тела в hex. Подпись тела без BOM тоже подходит, base64 — тоже.',
  ),
  header('Webhook-Id', 'Вместо X-Signature: подпись Standard Webhooks.'),
  header('Webhook-Timestamp', 'Секунды Unix; расходиться с часами сервера можно на 5 минут.'),
  header('Webhook-Signature', '`v1,` и HMAC-SHA256 строки «id.timestamp.тело» в base64.'),
]

function header(name: string, description: string): Parameter {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}

const answerExamples = {
  accepted: {
    summary: 'Принято',
    value: {
      message: 'Событие принято.',
      results: [{ index: 0, id: 'evt_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b', status: 'accepted', warnings: [] }],
    },
  },
  mixed: {
    summary: 'Пакет, в котором одно событие отклонено',
    value: {
      message: 'Принято: 1; отклонено: 1, см. errors в results.',
      results: [
        { index: 0, id: 'evt_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b', status: 'duplicate', warnings: [] },
        {
          index: 1,
          status: 'rejected',
          errors: [{ code: 'amount_missing', message: errorTable.amount_missing.text }],
        },
      ],
    },
  },
}
