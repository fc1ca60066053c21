import type { FastifyInstance, FastifyRequest } from 'fastify'
import { outcomeOf } from '../../audit/acts.ts'
import { recordAct } from '../../audit/store.ts'
import type { Queryable } from '../../db/database.ts'

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
  app.decorateRequest('noted')
  app.addHook('onRequest', async (request) => {
    request.noted = {}
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const { act, isNotedBelow } = request.routeOptions.config
    const { operator } = request
    // A part of a page that is asked for again and again is one look.
    if (act === undefined || operator === undefined || request.headers['hx-request'] === 'true') return payload
    const outcome = outcomeOf(reply.statusCode)
    if (isNotedBelow && outcome !== 'denied') return payload
    const { object = objectIn(request), detail } = request.noted
    await recordAct(db, { who: operator.userName, kind: 'user', act, object, outcome, detail })
    return payload
  })
}

/** The id, the name or the code in the address. */
function objectIn({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined
  const first: unknown = Object.values(params)[0]
  return typeof first === 'string' ? first : undefined
}
