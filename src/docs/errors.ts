import { z } from 'zod'
import { type ErrorCode, errorCodes, errorTable } from '../lib/errors.ts'
import { groupBy } from '../lib/list.ts'
import { advice } from './advice.ts'
import { type Header, type Ref, type Response, refTo, type Schema } from './openapi.ts'
import { schemaOf } from './schema.ts'

/** Errors as the document shows them: a response a status, with every code that it may carry. */

export const fieldErrorShape = z
  .object({
    code: z.enum(errorCodes),
    field: z.string().optional().describe('Имя поля, как его назвал отправитель'),
    value: z.string().optional().describe('Что пришло; без личных данных'),
    message: z.string(),
    line: z.int().optional().describe('Строка тела, где JSON испорчен'),
    column: z.int().optional(),
  })
  .describe('Одна ошибка одного поля')

export const errorSchemas: Record<string, Schema> = {
  ErrorCode: {
    type: 'string',
    enum: [...errorCodes],
    description: `Коды ошибок: ${errorCodes.map(lineOf).join('\n')}`,
  },
  FieldError: schemaOf(fieldErrorShape, 'output'),
}

export const errorHeaders: Record<string, Header> = {
  RetryAfter: { description: 'Через сколько секунд повторить тот же запрос', schema: { type: 'integer', minimum: 1 } },
  RequestId: { description: 'Номер запроса: его находят в журнале сервиса', schema: { type: 'string' } },
}

export const requestIdHeader: Record<string, Ref> = { 'X-Request-Id': refTo('headers', 'RequestId') }

/** @param more further properties that an error with a 422 may bear. */
export function errorResponses(
  codes: readonly ErrorCode[],
  more: Record<string, Schema> = {},
): Record<string, Response> {
  const groups = [...groupBy(codes, (code) => errorTable[code].status)].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    groups.map(([status, group]) => [String(status), errorResponse(status, group, status === 422 ? more : {})]),
  )
}

function errorResponse(status: number, codes: ErrorCode[], more: Record<string, Schema>): Response {
  const hasRetryAfter = status === 429 || status === 503
  return {
    description: codes.map(lineOf).join('\n'),
    headers: { ...requestIdHeader, ...(hasRetryAfter ? { 'Retry-After': refTo('headers', 'RetryAfter') } : {}) },
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            code: { type: 'string', enum: codes },
            message: { type: 'string', description: 'Одно предложение по-русски: что не так и что сделать' },
            errors: { type: 'array', items: refTo('schemas', 'FieldError') },
            ...more,
          },
          required: ['code', 'message', 'errors'],
          additionalProperties: false,
        },
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            { summary: advice[code], value: { code, message: errorTable[code].text, errors: [] } },
          ]),
        ),
      },
    },
  }
}

function lineOf(code: ErrorCode): string {
  return `- \`${code}\` (${errorTable[code].status}): ${errorTable[code].text} ${advice[code]}`
}
