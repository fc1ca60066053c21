import { z } from 'zod'
import { type WayName, wayNames } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { prepared, sql } from '../../db/sql.ts'
import {
  type AttemptId,
  branded,
  type ClientId,
  type ConsentId,
  type ContactId,
  type DeliveryId,
  type EventId,
  newId,
} from '../../lib/ids.ts'
import { type Guard, type Lane, lanes, mayMove, type Reason } from '../delivery.ts'
import { type BotLimits, probeEveryMs, type Slot, type SlotLimits, slotsFor } from '../slots.ts'
import { type Standing, standingOf } from '../standing.ts'
import { beginMove, decide } from './decide.ts'
import { readLimits } from './limits.ts'
import { isHeld } from './pauses.ts'

export type Claimed = {
  kind: 'claimed'
  id: DeliveryId
  attemptId: AttemptId
  eventId: EventId
  clientId: ClientId
  dataKey: Buffer | null
  contactId: ContactId
  /** The word of the client by which it may leave. */
  consentId: ConsentId | null
  channel: WayName
  lane: Lane
  address: string
  lastWroteAt: Date | undefined
  message: string
  repeat: boolean
  attempt: number
  failures: number
  brokenCount: number
  /** Calls of this channel without an answer, one after another, before this one. */
  failuresInRow: number
  /** When the bot's shared budget lets this call go. */
  startAt: Date
  /** The database's clock when it was claimed. */
  claimedAt: Date
  isStale: boolean
  /** Its words are advertising that may not be said any more: without new ones it does not leave. */
  mustRenew: boolean
}

export type ClaimResult =
  | Claimed
  | { kind: 'gone' }
  | { kind: 'behind' }
  /** What is sealed in it does not open: its master key is not among ENCRYPTION_KEYS. It stays as it is. */
  | { kind: 'unreadable' }
  /** Its channel or lane was paused by hand: it stays until somebody lets it go. */
  | { kind: 'paused' }
  | { kind: 'early'; inMs: number; channel: WayName; lane: Lane; attempts: number; isWholeBot: boolean }
  | {
      kind: 'dropped'
      reason: Reason
      clientId: ClientId
      /** Not ended: another channel is to be looked for. */
      moves: boolean
    }

export type ClaimNeeds = { db: Database; vault: Vault; guard: Guard; limits: SlotLimits; leaseMs: number }

/**
 * Takes deliveries of one channel for sending, and opens their attempts. A delivery goes to one worker only: the row is
 * locked, looked at, and marked `sending` in one transaction that is over before the messenger is called.
 */
export async function claim(
  needs: ClaimNeeds,
  channel: WayName,
  ids: readonly DeliveryId[],
): Promise<Map<DeliveryId, ClaimResult>> {
  return await needs.db.transaction(async (db) => {
    const rows = await lockRows(db, channel, ids)
    const now = rows[0]?.now ?? new Date()
    const results = new Map<DeliveryId, ClaimResult>()
    const ready: Row[] = []
    for (const row of rows) {
      if (row.is_held) {
        results.set(row.id, await hold(db, row))
        continue
      }
      const standing = standingOf(factsOf(row, needs.limits), needs.guard, now)
      if (standing.kind === 'go') ready.push(row)
      else results.set(row.id, await settle(db, row, standing, now))
    }
    if (ready.length > 0) {
      const limits = await readLimits(db, channel)
      const slots = slotsFor(ready, limits, needs.limits, now)
      const taken = ready.filter((row) => slots.get(row.id)?.kind === 'slot')
      for (const row of ready) results.set(row.id, resultOf(needs.vault, row, slots.get(row.id), limits, now))
      await markSending(db, channel, claimedIn(taken, results), needs, now)
    }
    return results
  })
}

const id = <K extends 'delivery' | 'event' | 'client' | 'contact' | 'consent'>() => z.string().transform(branded<K>)

const claimRow = z.object({
  id: id<'delivery'>(),
  event_id: id<'event'>(),
  client_id: id<'client'>(),
  contact_id: id<'contact'>().nullable(),
  channel: z.enum(wayNames),
  lane: z.enum(lanes),
  purpose: z.enum(['service', 'advertising']),
  branch_code: z.string().nullable(),
  state: z.enum(['queued', 'waiting', 'unknown']),
  test: z.boolean(),
  team_only: z.boolean(),
  zone: z.string(),
  message: z.instanceof(Buffer).nullable(),
  attempts: z.number(),
  failures: z.number(),
  next_attempt_at: z.date().nullable(),
  stale_at: z.date().nullable(),
  expires_at: z.date(),
  event_seq: z.bigint(),
  data_key: z.instanceof(Buffer).nullable(),
  address: z.instanceof(Buffer).nullable(),
  blocked_reason: z.enum(['blocked', 'not_found']).nullable(),
  team: z.boolean().nullable(),
  contact_is_current: z.boolean().nullable(),
  chat_free_at: z.date().nullable(),
  last_wrote_at: z.date().nullable(),
  consent: z.boolean().nullable(),
  consent_id: id<'consent'>().nullable(),
  is_promo_withdrawn: z.boolean(),
  is_behind: z.boolean(),
  is_own_chat: z.boolean(),
  quiet_from: z.number().nullable(),
  quiet_to: z.number().nullable(),
  is_held: z.boolean(),
  now: z.date(),
})
type Row = z.output<typeof claimRow>

/**
 * In words that no index answers to: with the statistics of a quieter moment Postgres would read an index of what waits from end
 * to end, all promos of a campaign, to find the few rows that the primary key leads to (bench/deliver).
 */
const isUndecided = sql`coalesce(d.decided_at, '-infinity') = '-infinity'`

/**
 * An earlier message holds back a later one of the same client, and so does an earlier fact that is not planned yet
 * (unless it cannot be planned at all). A promo holds back money only while it is
 * in hand or has just come (promise 5). A rehearsal to a test phone holds back only others of its kind. An advertising
 * text of a fact that is none is reworded once its consent is withdrawn. An answer goes to the chat of its question only.
 */
async function lockRows(db: Queryable, channel: WayName, ids: readonly DeliveryId[]): Promise<Row[]> {
  return await db.many(
    claimRow,
    prepared(sql`select d.id, d.event_id, d.client_id, d.contact_id, d.channel, d.lane, d.purpose, d.branch_code, d.state, d.test, d.team_only, d.zone, d.message, d.attempts, d.failures,
          d.next_attempt_at, d.stale_at, d.expires_at, d.event_seq, c.data_key, k.address, k.blocked_reason, k.team,
          (k.phone_index is null or k.phone_index is not distinct from c.phone_index) as contact_is_current,
          k.free_at as chat_free_at, k.last_wrote_at,
          w.granted as consent, w.id as consent_id,
          (d.purpose = 'service' and exists (select 1 from template_versions t where t.id = d.template_version and t.class = 'promo')
             and (select s.granted from consents s where s.client_id = d.client_id and s.purpose = 'advertising'
                  and (s.phone_index is null or s.phone_index is not distinct from c.phone_index)
                  order by s.at desc, s.recorded_at desc limit 1) is not true) as is_promo_withdrawn,
          (exists (select 1 from deliveries e where e.client_id = d.client_id and e.decided_at is null and e.event_seq < d.event_seq
              and (e.channel = 'sandbox') is not distinct from (d.channel = 'sandbox')
              and (d.lane <> 'money' or e.lane = 'money' or e.state = 'sending'
                   or (e.created_at > statement_timestamp() - interval '1 second' and coalesce(e.next_attempt_at, 'epoch') <= statement_timestamp())))
           or exists (select 1 from events v where v.client_id = d.client_id and v.planned_at is null and v.held_reason is null and v.seq < d.event_seq
              and v.plan_failures < 5 and (d.lane <> 'money' or v.lane = 'money' or v.received_at > now() - interval '1 second'))) as is_behind,
          (d.type <> 'answer' or exists (select 1 from questions q where q.answer_event_id = d.event_id
             and q.address_index = k.address_index)) as is_own_chat,
          o.quiet_from, o.quiet_to, ${isHeld} as is_held, clock_timestamp() as now
        from deliveries d join clients c on c.id = d.client_id left join contacts k on k.id = d.contact_id
          left join lateral (select s.id, s.granted from consents s where s.client_id = d.client_id and s.purpose = d.purpose
             and (s.phone_index is null or s.phone_index is not distinct from c.phone_index)
             order by s.at desc, s.recorded_at desc limit 1) w on true
          left join client_settings o on o.client_id = d.client_id
        where d.id = any(${ids}::text[]) and d.channel = ${channel} and ${isUndecided} and d.state in ('queued', 'waiting', 'unknown')
        order by d.lane, d.event_seq for update of d skip locked`),
  )
}

function factsOf(row: Row, { chatIntervalMs }: SlotLimits) {
  return {
    channel: row.channel,
    isBehind: row.is_behind,
    isRepeat: row.state === 'unknown',
    isErased: row.data_key === null || row.message === null,
    isTest: row.test,
    isTeamOnly: row.team_only,
    lane: row.lane,
    purpose: row.purpose,
    branch: row.branch_code,
    zone: row.zone,
    ownQuiet: row.quiet_from === null || row.quiet_to === null ? null : { from: row.quiet_from, to: row.quiet_to },
    hasContact: row.address !== null && row.is_own_chat,
    contactIsCurrent: row.contact_is_current ?? false,
    blockedReason: row.blocked_reason,
    isTeam: row.team ?? false,
    consent: row.consent,
    nextAttemptAt: row.next_attempt_at,
    expiresAt: row.expires_at,
    chatFreeAt: row.chat_free_at ?? new Date(0),
    chatIntervalMs,
  }
}

async function hold(db: Queryable, { id, state }: Row): Promise<ClaimResult> {
  if (state === 'queued') await db.run(sql`update deliveries set state = 'waiting' where id = ${id}`)
  return { kind: 'paused' }
}

async function settle(
  db: Queryable,
  row: Row,
  standing: Exclude<Standing, { kind: 'go' }>,
  now: Date,
): Promise<ClaimResult> {
  switch (standing.kind) {
    case 'behind':
      if (row.state === 'queued') await db.run(sql`update deliveries set state = 'waiting' where id = ${row.id}`)
      return { kind: 'behind' }
    case 'early':
      await db.run(
        sql`update deliveries set next_attempt_at = ${standing.at}, state = case when state = 'unknown' then state else 'waiting' end,
                   expires_at = case when ${standing.isQuiet} and not ${endsWithItsDay} then greatest(expires_at, ${standing.at}::timestamptz + interval '1 hour') else expires_at end
            where id = ${row.id}`,
      )
      return early(row, standing.at, now, false)
    case 'drop': {
      // The first answer was lost: whether that message arrived is still unknown, whatever has changed since.
      const state = row.state === 'unknown' ? 'unknown' : standing.state
      const moves = state !== 'unknown' && mayMove(standing.reason)
      if (moves) await beginMove(db, row.id, state, standing.reason)
      else await decide(db, [{ id: row.id, state, reason: standing.reason }])
      return { kind: 'dropped', reason: standing.reason, clientId: row.client_id, moves }
    }
  }
}

/** A reminder of ours is never told after the day it speaks of (notifications/due), whatever the night takes of it. */
const endsWithItsDay = sql`(type = 'installment.reminder' and coalesce(
  (select e.external_id like 'schedule/%' from events e where e.id = deliveries.event_id), false))`

function early(row: Row, at: Date, now: Date, isWholeBot: boolean): ClaimResult {
  const inMs = Math.max(1, at.getTime() - now.getTime())
  return { kind: 'early', inMs, channel: row.channel, lane: row.lane, attempts: row.attempts, isWholeBot }
}

function resultOf(vault: Vault, row: Row, slot: Slot | undefined, limits: BotLimits, now: Date): ClaimResult {
  if (slot?.kind !== 'slot') return early(row, slot?.at ?? now, now, true)
  const parts = partsOf(vault, row)
  if (parts === undefined || row.contact_id === null) return { kind: 'unreadable' }
  return {
    kind: 'claimed',
    id: row.id,
    attemptId: newId('attempt'),
    eventId: row.event_id,
    clientId: row.client_id,
    dataKey: row.data_key,
    contactId: row.contact_id,
    consentId: row.consent_id,
    channel: row.channel,
    lane: row.lane,
    ...parts,
    lastWroteAt: row.last_wrote_at ?? undefined,
    repeat: row.state === 'unknown',
    attempt: row.attempts + 1,
    failures: row.failures,
    brokenCount: limits.brokenCount,
    failuresInRow: limits.failuresInRow,
    startAt: slot.at,
    claimedAt: now,
    mustRenew: row.is_promo_withdrawn,
    isStale: row.is_promo_withdrawn || (row.stale_at !== null && row.stale_at <= now),
  }
}

/** Whatever is wrong with one row must not hold up the others of its round. */
function partsOf(vault: Vault, row: Row): { address: string; message: string } | undefined {
  const owner = { id: row.client_id, dataKey: row.data_key }
  try {
    const address = vault.open(owner, 'address', row.address)
    const message = vault.open(owner, 'message', row.message)
    return address === undefined || message === undefined ? undefined : { address, message }
  } catch {
    return undefined
  }
}

function claimedIn(taken: readonly Row[], results: ReadonlyMap<DeliveryId, ClaimResult>): Claimed[] {
  return taken.flatMap((row) => {
    const result = results.get(row.id)
    return result?.kind === 'claimed' ? [result] : []
  })
}

/**
 * One statement for all that a claim leaves behind: the delivery is `sending`, its attempt is open (whatever happens to
 * the worker, the journal knows that a call was on its way), the slots of the bot and of the chats are taken.
 */
async function markSending(
  db: Queryable,
  channel: WayName,
  claimed: readonly Claimed[],
  needs: ClaimNeeds,
  now: Date,
): Promise<void> {
  if (claimed.length === 0) return
  const isProbe = claimed.some((each) => each.brokenCount > 0)
  const slotsMs = isProbe ? probeEveryMs : (claimed.length * 1000) / needs.limits.perSecond
  await db.run(
    sql`with c as (
          select * from unnest(${claimed.map((c) => c.id)}::text[], ${claimed.map((c) => c.attemptId)}::text[],
            ${claimed.map((c) => c.repeat)}::boolean[], ${claimed.map((c) => c.attempt)}::int[], ${claimed.map((c) => c.startAt)}::timestamptz[],
            ${claimed.map((c) => c.contactId)}::text[], ${claimed.map((c) => c.consentId)}::text[])
            as c (id, attempt_id, repeat, number, start_at, contact_id, consent_id)
        ), opened as (
          insert into attempts (id, delivery_id, channel, number, repeat, started_at)
          select attempt_id, id, ${channel}, number, repeat, start_at from c
        ), slots as (
          update channel_limits set free_at = greatest(free_at, ${now}) + ${slotsMs} * interval '1 millisecond' where channel = ${channel}
        ), chats as (
          update contacts set free_at = greatest(free_at, clock_timestamp()) + ${needs.limits.chatIntervalMs} * interval '1 millisecond'
          where id in (select contact_id from c)
        )
        update deliveries d set state = 'sending', attempts = d.attempts + 1, attempt_id = c.attempt_id, consent_id = c.consent_id, repeat = d.repeat or c.repeat,
               lease_until = clock_timestamp() + ${needs.leaseMs} * interval '1 millisecond', next_attempt_at = null,
               updated_at = clock_timestamp()
        from c where d.id = c.id`,
  )
}
