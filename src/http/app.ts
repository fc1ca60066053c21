import helmet from '@fastify/helmet'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import { isUnavailable } from '../db/database.ts'
import { BatcherFull } from '../lib/batcher.ts'
import { errorTable, RequestError } from '../lib/errors.ts'
import { faultOf } from '../lib/fault.ts'
import { tracedEvents } from '../lib/trace.ts'
import { answerBroken } from './broken.ts'
import type { Metrics } from './metrics.ts'

export type AppNeeds = {
  log: Logger
  metrics: Metrics
  /** Adds the routes of this process's roles. */
  routes: readonly FastifyPluginAsync[]
  /** How long a client may take; shorter in tests. */
  patience?: Patience
}

/**
 * What a slow or broken client may cost: its headers, its whole request, and how often both are looked at (Node's own is 30 s,
 * so that a limit of 20 s would end a request after up to 50).
 */
export type Patience = { headersMs: number; requestMs: number; lookEveryMs: number }

const usualPatience: Patience = { headersMs: 10_000, requestMs: 20_000, lookEveryMs: 2_000 }

/** The HTTP side, without listening: limits, headers, one error shape, one wide log line a request. */
export async function createApp(needs: AppNeeds): Promise<FastifyInstance> {
  const { headersMs, requestMs, lookEveryMs } = needs.patience ?? usualPatience
  const app = Fastify({
    logger: false,
    trustProxy: 'loopback, linklocal, uniquelocal',
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: lookEveryMs, maxHeaderSize: 16_384 },
    connectionTimeout: 30_000,
    keepAliveTimeout: 75_000,
    bodyLimit: 1024 * 1024,
    // Fastify's own 503 has no Retry-After: what a kept-alive connection still brings is worked, and the connection ends.
    return503OnClosing: false,
    genReqId: () => `req_${Math.random().toString(36).slice(2, 12)}`,
    clientErrorHandler: answerBroken,
    // A path that cannot be decoded never reaches the error handler.
    frameworkErrors: (_error, _request, reply) => sendError(reply, new RequestError('not_found')),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  })
  await app.register(helmet, { contentSecurityPolicy: { directives: contentPolicy } })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => logRequest(needs, request, reply))
  app.setErrorHandler((error: FastifyError | RequestError, request, reply) =>
    answerError(needs.log, error, request, reply),
  )
  app.setNotFoundHandler((_request, reply) => sendError(reply, new RequestError('not_found')))
  for (const routes of needs.routes) await app.register(routes)
  return app
}

/** Nothing is loaded from outside; styles and scripts are our own files. */
const contentPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}

/** The path is the route's pattern and the query is left out: both can hold a phone. */
function logRequest({ log, metrics }: AppNeeds, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? 'unknown'
  const durationMs = Math.round(reply.elapsedTime)
  metrics.httpRequests.observe(
    { method: request.method, route, status: String(reply.statusCode) },
    reply.elapsedTime / 1000,
  )
  const level =
    reply.statusCode >= 500
      ? 'error'
      : route === '/healthz' || route === '/metrics' || route === '/readyz'
        ? 'debug'
        : 'info'
  log[level]({
    msg: 'request.answered',
    request: request.id,
    method: request.method,
    route,
    status: reply.statusCode,
    durationMs,
    ...tracedEvents(request),
  })
}

function answerError(
  log: Logger,
  error: FastifyError | RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = requestErrorOf(error)
  if (known.status >= 500) {
    log.error({ msg: 'request.failed', request: request.id, route: request.routeOptions.url, ...faultOf(error) })
  }
  return sendError(reply, known)
}

function requestErrorOf(error: FastifyError | RequestError): RequestError {
  if (error instanceof RequestError) return error
  if (error instanceof BatcherFull) return new RequestError('unavailable', undefined, { retryAfterS: 2 })
  if (isUnavailable(error)) return new RequestError('unavailable', undefined, { retryAfterS: 5 })
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RequestError('batch_too_large', 'Тело запроса больше 1 МиБ. Разделите пакет на части.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new RequestError('content_type_unsupported')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new RequestError('body_empty')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new RequestError('json_invalid')
  }
  if (error.validation)
    return new RequestError('field_invalid', `Поле ${error.validation[0]?.instancePath ?? ''}: ${error.message}`)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new RequestError('field_invalid')
  return new RequestError('internal')
}

export function sendError(reply: FastifyReply, error: RequestError): FastifyReply {
  const retryAfter = error.retryAfterS ?? (error.status === 503 ? 5 : undefined)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  const message = error.status === 500 ? errorTable.internal.text : error.message
  return reply
    .code(error.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ code: error.code, message, errors: error.errors }))
}
