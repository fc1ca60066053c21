import type { FastifyReply } from 'fastify'
import { type ActOutcome, outcomeOf } from '../audit/acts.ts'
import { recordAct } from '../audit/store.ts'
import type { Queryable } from '../db/database.ts'
import type { Looks } from '../journal/looks.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, type KeyInUse, lookOf, performed, type RegisterNeeds, type Scope, scopes } from './route.ts'

type AuditNeeds = { db: Queryable; onAuditTrouble(error: unknown): void }
type AskNeeds = AuditNeeds & { looks: Pick<Looks, 'note'> }

/** A line in the audit log for each act, whoever does it and whatever came of it. */
export function noteAct(needs: AuditNeeds): RegisterNeeds['onAct'] {
  return async ({ audit }, { params, body, key, noted }, fault) => {
    if (audit === undefined) return
    const object = noted.object ?? (audit.object ? audit.object({ params, body }) : firstOf(params))
    await recordAct(needs.db, {
      who: key.user ?? key.id,
      kind: key.user === undefined ? 'key' : 'user',
      act: audit.act,
      object,
      outcome: outcomeFor(fault),
      detail: fault instanceof RequestError ? { code: fault.code } : undefined,
    }).catch(needs.onAuditTrouble)
  }
}

function outcomeFor(fault: unknown): ActOutcome {
  if (fault === undefined) return 'done'
  return fault instanceof RequestError ? outcomeOf(fault.status) : 'failed'
}

function firstOf(params: Record<string, unknown>): string | undefined {
  const [first] = Object.values(params)
  return typeof first === 'string' ? first : undefined
}

/** A call of the API from inside the service, in the name of a user of the dashboard. */
export type AskApi = (
  call: string,
  input: { params?: Record<string, string>; query?: Record<string, string>; body?: unknown },
  user: string,
) => Promise<unknown>

/** `ask('POST /keys', …)`: the same table, the same schemas, the same log as for machines. */
export function askerOf(needs: AskNeeds, routes: readonly ApiRoute[]): AskApi {
  const byCall = new Map(routes.map((each) => [`${each.method} ${each.path}`, each]))
  const onAct = noteAct(needs)
  return async (call, { params = {}, query = {}, body }, user) => {
    const route = byCall.get(call)
    if (route === undefined || route.answerType !== undefined) throw new Error(`the API has no call ${call}`)
    const posted = { bytes: Buffer.alloc(0) }
    const key = keyOfUser(user)
    const look = lookOf(needs.looks, call, key)
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
    return await performed(route, { params, query: given, body, posted, key, isTest: false, look }, noReply, onAct)
  }
}

/** Guarantee: only the calls that answer with a stream look at it, and `askerOf` refuses those. */
const noReply = {} as FastifyReply

function keyOfUser(user: string): KeyInUse {
  const all = Object.keys(scopes) as Scope[]
  return { id: user, user, line: 'admin', source: null, branchCode: null, kind: 'live', scopes: all }
}
