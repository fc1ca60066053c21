import { z } from 'zod'
import type { KeyOwner, Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ContactId, type DeliveryId, type EventId } from '../../lib/ids.ts'
import type { DeliveryState } from '../delivery.ts'
import type { Told } from './told.ts'

export type NewDelivery = Omit<Told, 'clientId' | 'message'> & {
  client: KeyOwner
  contactId: ContactId | null
  state: Extract<DeliveryState, 'queued' | 'waiting' | 'failed' | 'skipped'>
  message: string | null
  templateVersion: string | null
  nextAttemptAt: Date | null
  staleAt: Date | null
  expiresAt: Date
  /** What the lot said, where advertising is on trial. */
  trial?: 'told' | 'held' | undefined
}

/**
 * Marks events as planned and writes what was planned for them, in one statement: a round trip costs more than the work.
 * Answers the events that nobody else had planned before; of the others nothing is written, nor of one whose client has been
 * merged into another meanwhile: his words would be sealed with the wrong key. One template, for what is composed is not prepared.
 */
export async function insertPlans(db: Queryable, vault: Vault, rows: readonly NewDelivery[]): Promise<Set<EventId>> {
  if (rows.length === 0) return new Set()
  const column = <K extends keyof NewDelivery>(key: K) => rows.map((row) => row[key])
  const won = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`with won as (
          update events e set planned_at = now()
          from unnest(${column('eventId')}::text[], ${rows.map((r) => r.client.id)}::text[]) as p (id, client_id)
          where e.id = p.id and e.client_id = p.client_id and e.planned_at is null and e.held_reason is null returning e.id
        ), plans as (
          select r.* from unnest(${column('id')}::text[], ${column('notificationId')}::text[], ${column('eventId')}::text[],
            ${column('eventSeq')}::bigint[], ${rows.map((r) => r.client.id)}::text[], ${column('contactId')}::text[],
            ${column('source')}::text[], ${column('type')}::text[], ${column('lane')}::text[], ${column('purpose')}::text[],
            ${column('test')}::boolean[], ${column('branchCode')}::text[], ${column('operationId')}::text[],
            ${column('operationNumber')}::text[], ${column('channel')}::text[], ${column('state')}::text[], ${column('reason')}::text[],
            ${rows.map((r) => (r.message === null ? null : vault.seal(r.client, 'message', r.message)))}::bytea[],
            ${column('templateVersion')}::text[], ${column('nextAttemptAt')}::timestamptz[], ${column('staleAt')}::timestamptz[],
            ${column('expiresAt')}::timestamptz[], ${column('teamOnly')}::boolean[], ${column('zone')}::text[],
            ${rows.map((r) => r.trial ?? null)}::text[])
            as r (id, notification_id, event_id, event_seq, client_id, contact_id, source, type, lane, purpose, test, branch_code,
                  operation_id, operation_number, channel, state, reason, message, template_version, next_attempt_at, stale_at, expires_at,
                  team_only, zone, trial)
          join won on won.id = r.event_id
        ), told as (
          insert into notifications (id, event_id, client_id) select notification_id, event_id, client_id from plans
        ), delivered as (
          insert into deliveries (id, notification_id, event_id, event_seq, client_id, contact_id, source, type, lane, purpose, test,
            branch_code, operation_id, operation_number, channel, state, reason, message, template_version, next_attempt_at, stale_at,
            expires_at, team_only, zone, trial, decided_at)
          select id, notification_id, event_id, event_seq, client_id, contact_id, source, type, lane, purpose, test,
            branch_code, operation_id, operation_number, channel, state, reason, message, template_version, next_attempt_at, stale_at,
            expires_at, team_only, zone, trial, case when state in ('failed', 'skipped') then clock_timestamp() end
          from plans
        )
        select id from won`,
  )
  return new Set(won.map((row) => row.id))
}

/** The same notification on its next channel, in the same place of its client's line. */
export async function insertNext(
  db: Queryable,
  vault: Vault,
  row: NewDelivery,
  resent: { from: DeliveryId; by: string } | null = null,
): Promise<void> {
  const message = row.message === null ? null : vault.seal(row.client, 'message', row.message)
  await db.run(
    sql`insert into deliveries (id, notification_id, event_id, event_seq, client_id, contact_id, source, type, lane, purpose, test,
          branch_code, operation_id, operation_number, channel, state, message, template_version, next_attempt_at, stale_at,
          expires_at, team_only, zone, resent_from, resent_by)
        values (${row.id}, ${row.notificationId}, ${row.eventId}, ${row.eventSeq}, ${row.client.id}, ${row.contactId}, ${row.source},
          ${row.type}, ${row.lane}, ${row.purpose}, ${row.test}, ${row.branchCode}, ${row.operationId}, ${row.operationNumber},
          ${row.channel}, ${row.state}, ${message}, ${row.templateVersion}, ${row.nextAttemptAt}, ${row.staleAt},
          ${row.expiresAt}, ${row.teamOnly}, ${row.zone}, ${resent?.from ?? null}, ${resent?.by ?? null})`,
  )
}
