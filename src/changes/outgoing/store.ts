import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type Id, newId } from '../../lib/ids.ts'
import { type ChangeKind, changeKinds } from '../item.ts'
import type { Position } from '../position.ts'
import type { Scope } from '../store.ts'

export type WebhookId = Id<'webhook'>
export type EndpointNeeds = { db: Queryable; vault: Vault }

export type NewEndpoint = {
  url: string
  secret: string
  kinds: readonly ChangeKind[]
  scope: Scope
  createdBy: string
  position: Position
}

export async function createEndpoint({ db, vault }: EndpointNeeds, made: NewEndpoint): Promise<WebhookId> {
  const id = newId('webhook')
  await db.run(
    sql`insert into webhook_endpoints (id, url, secret, kinds, source, branch_code, created_by, cursor_xact, cursor_seq)
        values (${id}, ${made.url}, ${vault.sealOwn(`webhook:${id}`, made.secret)}, ${made.kinds}, ${made.scope.source},
                ${made.scope.branchCode}, ${made.createdBy}, ${made.position.xact}, ${made.position.seq})`,
  )
  return id
}

export type Endpoint = {
  id: WebhookId
  url: string
  kinds: ChangeKind[]
  createdAt: Date
  position: Position
  failures: number
  failingSince: Date | null
  lastError: string | null
  nextAttemptAt: Date
  disabledAt: Date | null
  disabledReason: string | null
}

const endpointRow = z
  .object({
    id: z.string().transform(branded<'webhook'>),
    url: z.string(),
    kinds: z.array(z.enum(changeKinds)),
    created_at: z.date(),
    cursor_xact: z.bigint(),
    cursor_seq: z.bigint(),
    failures: z.number(),
    failing_since: z.date().nullable(),
    last_error: z.string().nullable(),
    next_attempt_at: z.date(),
    disabled_at: z.date().nullable(),
    disabled_reason: z.string().nullable(),
  })
  .transform(
    (row): Endpoint => ({
      id: row.id,
      url: row.url,
      kinds: row.kinds,
      createdAt: row.created_at,
      position: { xact: row.cursor_xact, seq: row.cursor_seq },
      failures: row.failures,
      failingSince: row.failing_since,
      lastError: row.last_error,
      nextAttemptAt: row.next_attempt_at,
      disabledAt: row.disabled_at,
      disabledReason: row.disabled_reason,
    }),
  )

/** Those that a key of that scope has made or could have. */
export async function listEndpoints(db: Queryable, { source, branchCode }: Scope): Promise<Endpoint[]> {
  return await db.many(
    endpointRow,
    sql`select id, url, kinds, created_at, cursor_xact, cursor_seq, failures, failing_since, last_error, next_attempt_at,
               disabled_at, disabled_reason
        from webhook_endpoints where (${source}::text is null or source = ${source})
          and (${branchCode}::text is null or branch_code = ${branchCode}) order by id`,
  )
}

/** False when there is none for that scope. */
export async function deleteEndpoint(db: Queryable, id: WebhookId, { source, branchCode }: Scope): Promise<boolean> {
  const touched = await db.run(
    sql`delete from webhook_endpoints where id = ${id} and (${source}::text is null or source = ${source})
          and (${branchCode}::text is null or branch_code = ${branchCode})`,
  )
  return touched > 0
}

/** An endpoint in hand: nobody else works it until the lease runs out. */
export type Lease = {
  id: WebhookId
  leaseId: string
  url: string
  secret: string
  kinds: ChangeKind[]
  scope: Scope
  position: Position
  failures: number
  failingSince: Date | null
}

/** Takes endpoints that have something to hear and may be called now; one whose worker died is free when its lease is over. */
export async function claimEndpoints(
  { db, vault }: EndpointNeeds,
  leaseId: string,
  leaseMs: number,
  limit: number,
): Promise<Lease[]> {
  const rows = await db.many(
    z.object({
      id: z.string().transform(branded<'webhook'>),
      url: z.string(),
      secret: z.instanceof(Buffer),
      kinds: z.array(z.enum(changeKinds)),
      source: z.string().nullable(),
      branch_code: z.string().nullable(),
      cursor_xact: z.bigint(),
      cursor_seq: z.bigint(),
      failures: z.number(),
      failing_since: z.date().nullable(),
    }),
    sql`with clock as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift as open from change_clock),
        due as (
          select e.id from webhook_endpoints e, clock
          where e.disabled_at is null and e.next_attempt_at <= statement_timestamp()
            and (e.lease_until is null or e.lease_until < statement_timestamp())
            and exists (select 1 from changes h where (h.xact, h.seq) > (e.cursor_xact, e.cursor_seq) and h.xact < clock.open)
          order by e.next_attempt_at limit ${limit} for update of e skip locked
        )
        update webhook_endpoints e
        set lease_id = ${leaseId}, lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
        from due where e.id = due.id
        returning e.id, e.url, e.secret, e.kinds, e.source, e.branch_code, e.cursor_xact, e.cursor_seq, e.failures, e.failing_since`,
  )
  return rows.map((row) => ({
    id: row.id,
    leaseId,
    url: row.url,
    secret: vault.openOwn(`webhook:${row.id}`, row.secret),
    kinds: row.kinds,
    scope: { source: row.source, branchCode: row.branch_code },
    position: { xact: row.cursor_xact, seq: row.cursor_seq },
    failures: row.failures,
    failingSince: row.failing_since,
  }))
}

type Held = Pick<Lease, 'id' | 'leaseId'>

/** Heard up to there. False when the endpoint is no longer ours: deleted, or the lease was lost. */
export async function advance(db: Queryable, lease: Held, position: Position, leaseMs: number): Promise<boolean> {
  const touched = await db.run(
    sql`update webhook_endpoints set cursor_xact = ${position.xact}, cursor_seq = ${position.seq}, failures = 0, failing_since = null,
               last_error = null, lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
        where id = ${lease.id} and lease_id = ${lease.leaseId}`,
  )
  return touched > 0
}

export async function release(db: Queryable, lease: Held): Promise<void> {
  await db.run(
    sql`update webhook_endpoints set lease_id = null, lease_until = null where id = ${lease.id} and lease_id = ${lease.leaseId}`,
  )
}

/** It failed once more; `nextAttemptAt` is null when it is switched off. */
export async function noteFailure(
  db: Queryable,
  lease: Held,
  failure: { code: string; failingSince: Date; nextAttemptAt: Date | null; disabledReason: string | null },
): Promise<void> {
  await db.run(
    sql`update webhook_endpoints set failures = failures + 1, failing_since = ${failure.failingSince}, last_error = ${failure.code},
               next_attempt_at = coalesce(${failure.nextAttemptAt}, next_attempt_at), lease_id = null, lease_until = null,
               disabled_at = case when ${failure.nextAttemptAt}::timestamptz is null then now() end,
               disabled_reason = ${failure.disabledReason}
        where id = ${lease.id} and lease_id = ${lease.leaseId}`,
  )
}
