import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BranchZones } from '../events/branches.ts'
import type { Event } from '../events/event.ts'
import type { Receive } from '../events/receive.ts'
import type { Incoming, Kept } from '../events/store/keep.ts'
import { type FieldError, RequestError } from '../lib/errors.ts'
import { saysTest } from '../lib/test-header.ts'
import { traceEvents } from '../lib/trace.ts'
import { type AnswerWarning, answerFor, type ItemResult } from './answers.ts'
import { type AuthNeeds, authenticate, type Caller, checkSignature, noSuchSource } from './auth.ts'
import { type Read, readRequest } from './intake.ts'
import type { Profiles } from './profiles.ts'
import { isSource, type SourceName } from './sources.ts'

export type WebhookNeeds = AuthNeeds & {
  receive: Receive
  timezone: string
  profiles: Pick<Profiles, 'of'>
  branchZones: Pick<BranchZones, 'read'>
  onEvents(source: string, results: readonly ItemResult[]): void
}

export const bodyLimitBytes = 1024 * 1024

/** `POST /webhooks/:source` (contract §3.1): key → bytes → signature → JSON → events → committed → 200. */
export function webhookRoutes(app: FastifyInstance, needs: WebhookNeeds): void {
  const callers = new WeakMap<FastifyRequest, Caller>()
  app.removeAllContentTypeParsers()
  // The signature is that of the raw bytes, and 1C forgets the Content-Type: one parser takes everything as it is.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.route({
    method: 'POST',
    url: '/webhooks/:source',
    bodyLimit: bodyLimitBytes,
    // A stranger's body is not even read.
    onRequest: async (request) => {
      callers.set(request, await authenticate(needs, sourceOf(request), request.headers))
    },
    handler: async (request, reply) => {
      const caller = callers.get(request)
      if (!caller) throw new RequestError('unauthorized')
      await handle(needs, caller, request, reply)
    },
  })
}

function sourceOf(request: FastifyRequest): SourceName {
  const { params } = request
  const source = typeof params === 'object' && params !== null && 'source' in params ? params.source : undefined
  if (typeof source !== 'string' || !isSource(source)) throw noSuchSource()
  return source
}

async function handle(
  needs: WebhookNeeds,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const source = sourceOf(request)
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const now = new Date()
  const { secret } = needs.senders[source]
  if (secret !== undefined) checkSignature(request.headers, raw, secret, now)
  const profile = await needs.profiles.of(source)
  const zoneOfBranch = await needs.branchZones.read()
  const intake = { timezone: needs.timezone, profile, branchCode: caller.branchCode, zoneOfBranch }
  const { items, isBatch } = readRequest(intake, raw, request.headers, now)
  const isTest = caller.kind === 'test' || saysTest(request.headers)
  const incoming = items.flatMap((each): Incoming[] => (each.ok ? [incomingOf(each, source, caller, isTest, now)] : []))
  const kept = incoming.length > 0 ? await needs.receive(incoming) : []
  const results = resultsOf(items, kept)
  needs.onEvents(source, results)
  traceEvents(
    request,
    kept.flatMap((each) => (each.status === 'reused' ? [] : [each.id])),
  )
  const answer = answerFor(results, isBatch)
  await reply
    .code(answer.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(answer.body))
}

function incomingOf(
  read: Extract<Read, { ok: true }>,
  source: string,
  caller: Caller,
  test: boolean,
  receivedAt: Date,
): Incoming {
  const { event, asSaid, warnings } = read
  return { source, keyId: caller.keyId, test, teamOnly: caller.kind === 'team', event, asSaid, warnings, receivedAt }
}

function resultsOf(items: readonly Read[], kept: readonly Kept[]): ItemResult[] {
  let next = 0
  return items.map((each, index): ItemResult => {
    if (!each.ok) return { index, status: 'rejected', errors: each.errors }
    const mine = kept[next++]
    if (!mine) throw new Error('fewer events were kept than read')
    if (mine.status === 'reused') return { index, status: 'rejected', errors: [reused(each.event.id)] }
    return {
      index,
      id: mine.id,
      status: mine.status,
      warnings: [...each.warnings, ...infobaseWarnings(each.event, mine)],
    }
  })
}

function reused(id: string | undefined): FieldError {
  return {
    code: 'id_reused',
    ...(id === undefined ? {} : { field: 'id', value: id }),
    message:
      'Событие с таким идентификатором уже принято с другим содержанием. Для нового факта передайте новый идентификатор; ' +
      'исправленный факт передайте с новым идентификатором или версией.',
  }
}

function infobaseWarnings({ infobase }: Event, { held, isRefused }: Kept): AnswerWarning[] {
  const warning = (code: string, message: string) => [{ code, field: 'infobase', message }]
  if (held) {
    return warning(
      'infobase_quarantined',
      `База «${infobase}» пишет с ключом другой базы: похоже на копию. Событие сохранено, но клиенту не отправится, ` +
        'пока оператор не подтвердит эту базу.',
    )
  }
  if (!isRefused) return []
  return warning(
    'infobase_refused',
    `Оператор отклонил базу «${infobase}» как копию: событие записано как проверочное и клиенту не отправится.`,
  )
}
