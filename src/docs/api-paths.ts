import { type ApiRoute, type Scope, scopes } from '../api/route.ts'
import { type ErrorCode, errorCodes, errorTable } from '../lib/errors.ts'
import { errorResponses, requestIdHeader } from './errors.ts'
import { exampleOf } from './example.ts'
import type { Method, Operation, Parameter, PathItem } from './openapi.ts'
import { propertiesOf, schemaOf } from './schema.ts'

export const apiTag = { name: 'API', description: 'Машина спрашивает, что стало с сообщениями, и правит реестр.' }

/** The calls of `/api/v1` as its own table tells them. */
export function apiPaths(prefix: string, routes: readonly ApiRoute[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const route of routes) {
    const path = `${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [methodOf(route)]: operationOf(route) }
  }
  return paths
}

function methodOf({ method }: ApiRoute): Method {
  switch (method) {
    case 'GET':
      return 'get'
    case 'PUT':
      return 'put'
    case 'POST':
      return 'post'
    case 'DELETE':
      return 'delete'
  }
}

function operationOf(route: ApiRoute): Operation {
  const answer = schemaOf(route.answer, 'output')
  return {
    operationId: operationIdOf(route),
    tags: [apiTag.name],
    summary: route.summary,
    description: [route.description, scopeText(route.scope)].filter(Boolean).join('\n\n'),
    security: [{ ApiKey: [route.scope] }],
    parameters: [...parametersOf(route, 'path'), ...parametersOf(route, 'query')],
    ...(route.body === undefined ? {} : { requestBody: requestBodyOf(route.body, route.bodyExample) }),
    responses: {
      [String(statusOf(route))]: {
        description: 'Выполнено',
        headers: requestIdHeader,
        content:
          route.answerType === undefined
            ? {
                'application/json': {
                  schema: answer,
                  examples: { answer: { summary: 'Ответ', value: exampleOf(answer) } },
                },
              }
            : { [route.answerType]: { schema: { type: 'string', format: 'binary' } } },
      },
      ...errorResponses(codesOf(route)),
    },
  }
}

/** A route may say another status of its success. */
function statusOf(route: ApiRoute): number {
  return 'status' in route && typeof route.status === 'number' ? route.status : 200
}

function scopeText(scope: Scope): string {
  return `Право ключа: \`${scope}\` (${scopes[scope]}).`
}

function parametersOf(route: ApiRoute, place: 'path' | 'query'): Parameter[] {
  const shape = place === 'path' ? route.params : route.query
  if (shape === undefined) return []
  return propertiesOf(schemaOf(shape, 'input')).map(([name, property, isRequired]) => {
    const { description, ...schema } = property
    return {
      name,
      in: place,
      required: place === 'path' || isRequired,
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}

function requestBodyOf(body: NonNullable<ApiRoute['body']>, example: unknown): NonNullable<Operation['requestBody']> {
  const schema = schemaOf(body, 'input')
  return {
    required: (schema.required ?? []).length > 0,
    content: {
      'application/json': {
        schema,
        ...(example === undefined ? {} : { examples: { body: { summary: 'Тело', value: example } } }),
      },
    },
  }
}

/** A call that reads a body as `/webhooks` does finds the same wrong in it. */
const bodyCodes = errorCodes.filter((code) => [400, 413, 415, 422].includes(errorTable[code].status))

function codesOf(route: ApiRoute): ErrorCode[] {
  const codes = new Set<ErrorCode>([
    'http_invalid',
    'unauthorized',
    'forbidden',
    'rate_limited',
    'internal',
    'unavailable',
  ])
  const add = (...more: readonly ErrorCode[]) => {
    for (const each of more) codes.add(each)
  }
  // What a call is about is named in its address or in its body.
  if (route.params || route.body) add('not_found')
  if (route.params || route.query || route.body) add('field_invalid')
  // A body that cannot be read is refused before the route is asked whether it wants one.
  if (route.method === 'PUT') add('body_empty')
  if (route.method !== 'GET') add('json_invalid', 'content_type_unsupported', 'batch_too_large')
  if ('takesBytes' in route && route.takesBytes === true) add(...bodyCodes)
  add(...(route.errors ?? []))
  return [...codes]
}

function operationIdOf({ method, path }: ApiRoute): string {
  const words = path.split(/[/:.-]+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
