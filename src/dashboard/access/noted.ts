import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { outcomeOf } from '../../audit/acts.ts'
import { recordAct } from '../../audit/store.ts'
import type { Queryable } from '../../db/database.ts'
import type { Session } from './store.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the audit log will say of this request beside its act. Nothing personal. */
    noted: { object?: string; detail?: Record<string, unknown> }
  }
}

/**
 * Every look at people's data and every act of this scope leaves a line in the audit log before the answer leaves: a page
 * whose look cannot be noted is not shown.
 */
export function noteActs(app: FastifyInstance, { db }: { db: Queryable }): void {
  // A part of a page that asks for itself every few seconds is one look.
  const seen = new LRUCache<string, true>({ max: 2_000, ttl: 10 * 60_000 })
  app.decorateRequest('noted')
  app.addHook('onRequest', async (request) => {
    request.noted = {}
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const { act, isNotedBelow, isPart } = request.routeOptions.config
    const { operator } = request
    if (act === undefined || operator === undefined) return payload
    const poll = isPart && request.method === 'GET' && reply.statusCode < 400 ? pollOf(operator, request) : undefined
    if (poll !== undefined && seen.get(poll)) return payload
    const outcome = outcomeOf(reply.statusCode)
    if (isNotedBelow && outcome !== 'denied') return payload
    const { object = objectIn(request), detail } = request.noted
    if (poll !== undefined) seen.set(poll, true)
    await recordAct(db, { who: operator.userName, kind: 'user', act, object, outcome, detail })
    return payload
  })
}

function pollOf({ csrf }: Session, { url }: FastifyRequest): string {
  return `${csrf} ${url.split('seen=', 1)[0]}`
}

/** The id, the name or the code in the address. */
function objectIn({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined
  const first: unknown = Object.values(params)[0]
  return typeof first === 'string' && !first.includes('\0') ? first : undefined
}
