import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import { parseInput } from './input.ts'

/** What a key of the database may do; the administrator's key of the environment may do everything. */
export const scopes = {
  'clients:read': 'читать клиентов',
  'clients:write': 'создавать и изменять клиентов',
  'events:read': 'читать события',
  'journal:read': 'читать журнал, изменения и отчёты',
  reconcile: 'сверять события',
  preview: 'смотреть, каким будет сообщение',
  'sources:read': 'читать настройки источников',
  'sources:write': 'менять настройки источников и подтверждать базы',
  'keys:write': 'выпускать и отзывать ключи',
  'webhooks:write': 'настраивать исходящие вебхуки',
} as const
export type Scope = keyof typeof scopes

/** One call of `/api/v1`: what it takes, what it answers, in Russian for /docs; and what it does. */
export type ApiRoute = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: string
  scope: Scope
  summary: string
  description?: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** An example body for /docs; a test posts it to the schema. */
  bodyExample?: unknown
  answer: z.ZodType
  handle(input: RouteInput, reply: FastifyReply): Promise<unknown>
}

export type RouteInput = {
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
  key: KeyInUse
}

/** Who calls: the id of a key of the database, or `admin`. */
export type KeyInUse = { id: string; name: string }

/**
 * Ties the types of a route's schemas to its handler. Guarantee: `register` parses params, query and body with these very
 * schemas before `handle` is called.
 */
export function route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
>(
  definition: Omit<ApiRoute, 'params' | 'query' | 'body' | 'handle'> & {
    params?: P
    query?: Q
    body?: B
    handle(
      input: { params: z.output<P>; query: z.output<Q>; body: z.output<B>; key: KeyInUse },
      reply: FastifyReply,
    ): Promise<unknown>
  },
): ApiRoute {
  return definition as unknown as ApiRoute
}

export function register(
  app: FastifyInstance,
  routes: readonly ApiRoute[],
  keyOf: (request: unknown) => KeyInUse,
): void {
  for (const each of routes) {
    app.route({
      method: each.method,
      url: each.path,
      handler: async (request, reply) => {
        const answer = await each.handle(
          {
            params: stringsOf(each.params ? parseInput(each.params, request.params) : {}),
            query: each.query ? parseInput(each.query, withoutEmpty(request.query)) : {},
            body: each.body ? parseInput(each.body, request.body ?? {}) : undefined,
            key: keyOf(request),
          },
          reply,
        )
        return reply.sent ? reply : answer
      },
    })
  }
}

function stringsOf(params: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]))
}

/** 1C adds empty parameters; they mean that nothing was chosen. */
function withoutEmpty(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}
