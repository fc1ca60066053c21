import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { hmac } from '../../lib/crypto.ts'
import { type ChangeItem, itemOf } from '../item.ts'
import { isAfter, type Position } from '../position.ts'
import { type Change, changesBetween, horizon } from '../store.ts'
import { nextTry } from './pauses.ts'
import { type PostNeeds, type PostResult, post } from './post.ts'
import { advance, claimEndpoints, type Lease, noteFailure, release } from './store.ts'

export type OutgoingNeeds = PostNeeds & {
  db: Queryable
  vault: Vault
  onCall(line: { endpoint: string; result: 'taken' | 'refused'; code?: string; durationMs: number }): void
  /** Nobody will call it again by itself. */
  onDisabled(line: { endpoint: string; reason: string; failures: number }): void
  onTrouble(error: unknown): void
}

const lookEveryMs = 1_000
const atOnce = 20
const pageSize = 50
/** Renewed after every call, so a worker that lives keeps its endpoint. */
const leaseBeyondDeadlineMs = 20_000

/** Tells endpoints of changes until the signal aborts: each in order, by one worker at a time, the others not waiting for it. */
export async function keepTelling(needs: OutgoingNeeds, signal: AbortSignal): Promise<void> {
  const inHand = new Set<Promise<void>>()
  while (!signal.aborted) {
    try {
      const leases = await claimEndpoints(needs, randomUUID(), leaseMsOf(needs), atOnce - inHand.size)
      for (const lease of leases) {
        const work = tellAll(needs, lease, signal).catch(needs.onTrouble)
        inHand.add(work)
        void work.finally(() => inHand.delete(work))
      }
    } catch (error) {
      needs.onTrouble(error)
    }
    await pause(lookEveryMs, undefined, { signal }).catch(() => {})
  }
  await Promise.all(inHand)
}

function leaseMsOf({ deadlineMs }: OutgoingNeeds): number {
  return deadlineMs + leaseBeyondDeadlineMs
}

async function tellAll(needs: OutgoingNeeds, lease: Lease, signal: AbortSignal): Promise<void> {
  let after = lease.position
  while (!signal.aborted) {
    const { last } = await horizon(needs.db)
    const page = await changesBetween(needs, { after, upTo: last }, lease.scope, pageSize)
    for (const change of page.filter(({ kind }) => lease.kinds.includes(kind))) {
      if (!(await tell(needs, lease, change, signal))) return
    }
    const reached: Position = page.length === pageSize ? (page.at(-1)?.position ?? last) : last
    if (isAfter(reached, after) && !(await advance(needs.db, lease, reached, leaseMsOf(needs)))) return
    after = reached
    if (page.length < pageSize) break
  }
  await release(needs.db, lease)
}

/** False when this round of the endpoint is over. */
async function tell(needs: OutgoingNeeds, lease: Lease, change: Change, signal: AbortSignal): Promise<boolean> {
  const startedAt = performance.now()
  const result = await post(needs, callOf(lease, change, new Date()), signal)
  if (result.kind !== 'taken' && signal.aborted) {
    await release(needs.db, lease)
    return false
  }
  const durationMs = Math.round(performance.now() - startedAt)
  if (result.kind === 'taken') {
    needs.onCall({ endpoint: lease.id, result: 'taken', durationMs })
    lease.failures = 0
    lease.failingSince = null
    return await advance(needs.db, lease, change.position, leaseMsOf(needs))
  }
  const code = result.kind === 'gone' ? 'http_410' : result.code
  needs.onCall({ endpoint: lease.id, result: 'refused', code, durationMs })
  await fail(needs, lease, result, code)
  return false
}

async function fail(needs: OutgoingNeeds, lease: Lease, result: PostResult, code: string): Promise<void> {
  const now = new Date()
  const failures = lease.failures + 1
  const failingSince = lease.failingSince ?? now
  const nextAttemptAt = result.kind === 'gone' ? null : nextTry(failures, failingSince, now, Math.random())
  const disabledReason = nextAttemptAt !== null ? null : result.kind === 'gone' ? 'gone' : 'failing'
  await noteFailure(needs.db, lease, { code, failingSince, nextAttemptAt, disabledReason })
  if (disabledReason !== null) needs.onDisabled({ endpoint: lease.id, reason: disabledReason, failures })
}

/** Standard Webhooks: the id is that of the change, so a receiver that hears of it twice can tell. */
function callOf(lease: Lease, change: Change, now: Date) {
  const item: ChangeItem = itemOf(change)
  const body = JSON.stringify({ type: item.kind, timestamp: item.at, data: item })
  const id = `chg_${change.position.xact}_${change.position.seq}`
  const timestamp = Math.floor(now.getTime() / 1000)
  return {
    url: lease.url,
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'vestnik',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature(lease.secret, `${id}.${timestamp}.${body}`)}`,
    },
  }
}

function signature(secret: string, signed: string): string {
  return hmac(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'), signed).toString('base64')
}
