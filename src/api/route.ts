import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Act } from '../audit/acts.ts'
import type { Looks } from '../journal/looks.ts'
import type { KeyKind } from '../keys/key.ts'
import { type ErrorCode, RequestError } from '../lib/errors.ts'
import { beyondLimits, maxDepth, maxValues } from '../lib/json-limits.ts'
import { saysTest } from '../lib/test-header.ts'
import { parseInput } from './input.ts'

/** What a key of the database may do; the administrator's key of the environment may do everything. */
export const scopes = {
  'clients:read': 'читать клиентов',
  'clients:write': 'создавать и изменять клиентов',
  'clients:erase': 'уничтожать данные клиентов',
  'privacy:read': 'смотреть журнал доступа и сроки хранения',
  'privacy:write': 'менять сроки хранения',
  'events:read': 'читать события',
  'journal:read': 'читать журнал, изменения и отчёты',
  'questions:read': 'читать вопросы клиентов',
  'questions:write': 'отвечать клиентам',
  reconcile: 'сверять события',
  sms: 'отправлять готовые тексты',
  preview: 'смотреть, каким будет сообщение',
  'templates:read': 'смотреть шаблоны и пробовать черновики',
  'templates:write': 'менять и публиковать шаблоны',
  'sources:read': 'читать настройки источников',
  'sources:write': 'менять настройки источников и подтверждать базы',
  'keys:write': 'выпускать и отзывать ключи',
  'alerts:write': 'назначать, кому сообщать об остановке канала и слать сводку',
  'webhooks:write': 'настраивать исходящие вебхуки',
  'deliveries:write': 'отправлять сообщения снова',
  'queues:write': 'останавливать и пускать очереди',
  'audit:read': 'читать журнал действий',
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
  /** The body comes to `handle` as it was posted, of whatever type; `body` is then only for /docs. */
  takesBytes?: true
  /** An example body for /docs; a test posts it to the schema. */
  bodyExample?: unknown
  answer: z.ZodType
  /** What the answer is, when it is no JSON: `answer` then says nothing. */
  answerType?: string
  /** What the audit log calls it; `object` names what it was done to, unless `handle` has noted it: by default the first parameter. */
  audit?: { act: Act; object?(input: { params: Record<string, unknown>; body: unknown }): string | undefined }
  /** Of a success; 200 when not said. */
  status?: 201
  /** Codes beyond those that every such call can meet (docs/api-paths.ts); the tests find what is missing. */
  errors?: readonly ErrorCode[]
  handle(input: RouteInput, reply: FastifyReply): Promise<unknown>
}

export type RouteInput = {
  params: Record<string, unknown>
  query: Record<string, unknown>
  body: unknown
  posted: Posted
  key: KeyInUse
  /** The request bears `X-Test`. */
  isTest: boolean
  look: NoteLook
  noted: Noted
}

/** What the audit log will say that the act was done to: an id of ours, known only when it was looked up. */
export type Noted = { object?: string }

/** To be called with whatever shows personal data: whose, or of how many by what filter. */
export type NoteLook = (what: Iterable<string> | { filter: Record<string, string | number>; shown: number }) => void

/** Empty, unless the route takes bytes. */
export type Posted = { bytes: Buffer; contentType?: string | undefined; contentEncoding?: string | undefined }

/**
 * Who calls: the id of a key of the database, or `admin`. A key of one source or one branch sees and does only what
 * belongs to it; null means all.
 */
export type KeyInUse = {
  id: string
  /** A person of the dashboard, and no key at all. */
  user?: string
  /** The same for all keys that were exchanged for one another: it names the sender. */
  line: string
  source: string | null
  branchCode: string | null
  kind: KeyKind
  scopes: readonly string[]
}

/** @throws RequestError 403 for a key of one branch, when it asks for what belongs to others as well. */
export function refuseBranchKey(key: KeyInUse, why: string): void {
  if (key.branchCode === null) return
  throw new RequestError('forbidden', `Этот ключ выдан площадке «${key.branchCode}», а ${why}. Возьмите общий ключ.`)
}

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: Scope
    takesBytes?: boolean
  }
}

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
      input: {
        params: z.output<P>
        query: z.output<Q>
        body: z.output<B>
        posted: Posted
        key: KeyInUse
        isTest: boolean
        look: NoteLook
        noted: Noted
      },
      reply: FastifyReply,
    ): Promise<unknown>
  },
): ApiRoute {
  return definition as unknown as ApiRoute
}

export type RegisterNeeds = {
  keyOf(request: FastifyRequest): KeyInUse | undefined
  /** Notes in the audit log what an act came to. */
  onAct(route: ApiRoute, input: RouteInput, fault: unknown): Promise<void>
  looks: Pick<Looks, 'note'>
}

export function register(app: FastifyInstance, routes: readonly ApiRoute[], needs: RegisterNeeds): void {
  acceptBytes(app)
  for (const each of routes) {
    app.route({
      method: each.method,
      url: each.path,
      // A file would be made and read through for its headers alone.
      exposeHeadRoute: each.answerType === undefined,
      config: { scope: each.scope, takesBytes: each.takesBytes ?? false },
      handler: async (request, reply) => {
        const key = needs.keyOf(request)
        if (!key) throw new RequestError('unauthorized')
        const { params, body } = request
        const asked = { params, query: withoutEmpty(request.query), body, posted: postedIn(request) }
        const look = lookOf(needs.looks, `${each.method} ${each.path}`, key)
        const answer = await performed(
          each,
          { ...asked, key, isTest: saysTest(request.headers), look },
          reply,
          needs.onAct,
        )
        if (reply.sent) return reply
        if (each.status !== undefined) reply.code(each.status)
        return answer
      },
    })
  }
}

export function lookOf(looks: Pick<Looks, 'note'>, place: string, key: KeyInUse): NoteLook {
  const who = callerOf(key)
  return (what) => looks.note({ who, place, ...(Symbol.iterator in what ? { clients: what } : what) })
}

/** How a key is named where it is remembered who did something. */
export function callerOf(key: KeyInUse): string {
  if (key.user !== undefined) return `user:${key.user}`
  return key.id === 'admin' ? 'admin-key' : `key:${key.id}`
}

export type RawInput = Omit<RouteInput, 'params' | 'query' | 'noted'> & { params: unknown; query: unknown }

/** Reads the input by the schemas of the route and does what it says; whatever an act came to is noted. */
export async function performed(
  route: ApiRoute,
  raw: RawInput,
  reply: FastifyReply,
  onAct: RegisterNeeds['onAct'],
): Promise<unknown> {
  const input = {
    ...raw,
    noted: {},
    params: route.params ? parseInput(route.params, raw.params) : {},
    query: route.query ? parseInput(route.query, raw.query) : {},
    body: route.body && !route.takesBytes ? parseInput(route.body, raw.body ?? {}) : undefined,
  }
  try {
    const answer = await route.handle(input, reply)
    await onAct(route, input, undefined)
    return answer
  } catch (error) {
    await onAct(route, input, error)
    throw error
  }
}

const tooDeep = `JSON вложен глубже ${maxDepth} уровней или в нём больше ${maxValues} значений.`

/** 1C's encodings, its BOM and the digits of its numbers do not survive a parser: some calls want the bytes. */
function acceptBytes(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.routeOptions.config.takesBytes) return done(null, body)
    if (isBodiless(request, body)) return done(null, undefined)
    const text = body.toString()
    if (beyondLimits(text) !== undefined) return done(new RequestError('json_invalid', tooDeep))
    void parseJson(request, text, done)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.takesBytes) done(null, body)
    else if (isBodiless(request, body)) done(null, undefined)
    else done(new RequestError('content_type_unsupported'))
  })
}

/** What 1C posts through always bears a type, a body or none; a PUT without one would empty what it sets. */
function isBodiless({ method }: FastifyRequest, body: unknown): boolean {
  return method !== 'PUT' && Buffer.isBuffer(body) && body.length === 0
}

function postedIn({ body, headers }: FastifyRequest): Posted {
  return {
    bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
  }
}

/** 1C adds empty parameters; they mean that nothing was chosen. */
function withoutEmpty(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}
