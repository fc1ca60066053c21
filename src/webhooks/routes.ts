import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { catalog } from '../events/catalog.ts'
import { eventTypes } from '../events/event.ts'
import type { Receive } from '../events/receive.ts'
import type { Incoming, Kept } from '../events/store.ts'
import { BatcherFull } from '../lib/batcher.ts'
import { type FieldError, RequestError } from '../lib/errors.ts'
import { answerFor, type ItemResult } from './answers.ts'
import { checkKey, checkSignature, type Sender } from './auth.ts'
import { readBody } from './body/read-body.ts'
import { mapEvent } from './mapping/map-event.ts'
import { profiles, type SourceName } from './sources.ts'

export type WebhookNeeds = {
  senders: Record<SourceName, Sender>
  receive: Receive
  timezone: string
  onEvents(source: string, results: readonly ItemResult[]): void
}

export const bodyLimitBytes = 1024 * 1024
const batchLimit = 1000

const requirements = Object.fromEntries(eventTypes.map((type) => [type, catalog[type].requires]))

/** `POST /webhooks/:source` (contract §3.1): bytes → key and signature → JSON → events → committed → 200. */
export function webhookRoutes(app: FastifyInstance, needs: WebhookNeeds): void {
  app.removeAllContentTypeParsers()
  // The signature is that of the raw bytes, and 1C forgets the Content-Type: one parser takes everything as it is.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const path of ['/webhooks/:source']) {
    app.route({
      method: 'POST',
      url: path,
      bodyLimit: bodyLimitBytes,
      // A stranger's body is not even read.
      onRequest: async (request) => checkKey(request.headers, senderOf(needs, request).key),
      handler: async (request, reply) => await handle(needs, request, reply),
    })
  }
}

async function handle(needs: WebhookNeeds, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const sender = senderOf(needs, request)
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const now = new Date()
  if (sender.secret !== undefined) checkSignature(request.headers, raw, sender.secret, now)
  const { items, isBatch, warnings } = itemsOf(raw, request)
  const mapped = items.map((item) =>
    mapEvent(profiles[sender.source], item, { timezone: needs.timezone, now, requirements }),
  )
  const incoming = mapped.flatMap((each): Incoming[] =>
    each.ok
      ? [
          {
            source: sender.source,
            test: isTest(request),
            event: each.event,
            warnings: [...warnings, ...each.warnings],
            receivedAt: now,
          },
        ]
      : [],
  )
  const kept = incoming.length > 0 ? await keep(needs.receive, incoming) : []
  const results = resultsOf(mapped, incoming, kept)
  needs.onEvents(sender.source, results)
  const answer = answerFor(results, isBatch)
  await reply
    .code(answer.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(answer.body))
}

function senderOf(
  needs: WebhookNeeds,
  request: FastifyRequest,
): { source: SourceName; key: string; secret: string | undefined } {
  const { source } = request.params as { source: string }
  const name = Object.keys(profiles).find((each): each is SourceName => each === source)
  const sender = name === undefined ? undefined : needs.senders[name]
  if (name === undefined || sender?.key === undefined) {
    throw new RequestError(
      'not_found',
      'Такого источника нет или для него не задан ключ. Известные адреса: /webhooks/1c, /webhooks/vtorium.',
    )
  }
  return { source: name, key: sender.key, secret: sender.secret }
}

function itemsOf(raw: Buffer, request: FastifyRequest) {
  const body = readBody(raw, {
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
  })
  if (!body.ok) {
    const { code, message, line, column } = body
    throw new RequestError(code, message, { errors: [{ code, message, ...(line && column ? { line, column } : {}) }] })
  }
  const isBatch = Array.isArray(body.value)
  const items: unknown[] = Array.isArray(body.value) ? body.value : [body.value]
  if (items.length === 0) throw new RequestError('body_empty', 'Пакет пустой: в массиве нет ни одного события.')
  if (items.length > batchLimit) {
    throw new RequestError(
      'batch_too_large',
      `В пакете ${items.length} событий, можно до ${batchLimit}. Разделите пакет на части.`,
    )
  }
  return { items, isBatch, warnings: body.warnings }
}

function isTest(request: FastifyRequest): boolean {
  const header = request.headers['x-test']
  return header !== undefined && header !== '' && header !== '0' && header !== 'false'
}

async function keep(receive: Receive, incoming: readonly Incoming[]): Promise<Kept[]> {
  try {
    return await receive(incoming)
  } catch (error) {
    if (error instanceof BatcherFull) throw new RequestError('unavailable', undefined, { retryAfterS: 2 })
    throw error
  }
}

type Mapped = ReturnType<typeof mapEvent>

function resultsOf(mapped: readonly Mapped[], incoming: readonly Incoming[], kept: readonly Kept[]): ItemResult[] {
  let next = 0
  return mapped.map((each, index): ItemResult => {
    if (!each.ok) return { index, status: 'rejected', errors: each.errors }
    const { id, status } = kept[next] ?? { id: '', status: 'reused' }
    const warnings = incoming[next]?.warnings ?? []
    next++
    if (status === 'reused') return { index, status: 'rejected', errors: [reused(each.event.id)] }
    return { index, id, status, warnings }
  })
}

function reused(id: string | undefined): FieldError {
  return {
    code: 'id_reused',
    ...(id === undefined ? {} : { field: 'id', value: id }),
    message:
      'Событие с таким идентификатором уже принято с другим содержанием. Для нового факта передайте новый идентификатор; исправленный факт передайте с новым идентификатором или версией.',
  }
}
