import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type EventId } from '../../lib/ids.ts'

export const infobaseStates = ['confirmed', 'quarantined', 'refused'] as const
export type InfobaseState = (typeof infobaseStates)[number]

/** `keyId` is a line of keys. */
export type InfobaseId = { keyId: string; source: string; infobase: string }

/**
 * What we think of an infobase that posts with a key. The first one of a key is trusted; a second is most likely a copy
 * of it, made to try something, and must not message real clients until an operator says so.
 */
export async function infobaseState(db: Queryable, seen: InfobaseId): Promise<InfobaseState> {
  const known = await stateOf(db, seen)
  if (known !== undefined) return known
  // Two infobases that appear at the same moment must not both be the first.
  await db.run(sql`select pg_advisory_xact_lock(hashtextextended(${`infobase:${seen.keyId}`}, 0))`)
  await db.run(
    sql`insert into infobases (key_id, source, infobase, state)
        select ${seen.keyId}, ${seen.source}, ${seen.infobase},
               case when exists (select 1 from infobases where key_id = ${seen.keyId} and source = ${seen.source})
                    then 'quarantined' else 'confirmed' end
        on conflict do nothing`,
  )
  const state = await stateOf(db, seen)
  if (state === undefined) throw new Error('an infobase just noted is gone')
  return state
}

async function stateOf(db: Queryable, { keyId, source, infobase }: InfobaseId): Promise<InfobaseState | undefined> {
  const row = await db.maybeOne(
    z.object({ state: z.enum(infobaseStates) }),
    sql`select state from infobases where key_id = ${keyId} and source = ${source} and infobase = ${infobase}`,
  )
  return row?.state
}

export type ListedInfobase = InfobaseId & {
  state: InfobaseState
  firstSeenAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  /** Events kept and not sent. */
  held: number
}

export async function listInfobases(db: Queryable): Promise<ListedInfobase[]> {
  const rows = await db.many(
    z.object({
      key_id: z.string(),
      source: z.string(),
      infobase: z.string(),
      state: z.enum(infobaseStates),
      first_seen_at: z.date(),
      decided_at: z.date().nullable(),
      decided_by: z.string().nullable(),
      held: z.bigint(),
    }),
    sql`select b.key_id, b.source, b.infobase, b.state, b.first_seen_at, b.decided_at, b.decided_by,
               (select count(*) from events e where e.key_id = b.key_id and e.source = b.source and e.infobase = b.infobase
                  and e.held_reason is not null) as held
        from infobases b order by b.first_seen_at`,
  )
  return rows.map((row) => ({
    keyId: row.key_id,
    source: row.source,
    infobase: row.infobase,
    state: row.state,
    firstSeenAt: row.first_seen_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    held: Number(row.held),
  }))
}

export type Released = { id: EventId; lane: 'money' | 'ordinary' }

/**
 * An operator's word about an infobase. Confirmed: what was held is released to be sent. Refused: it becomes a test, for
 * good, as will be whatever comes: journaled and never sent. What is to be planned now is answered in the order in which it
 * came; undefined when there is no such infobase.
 */
export async function decideInfobase(
  db: Queryable,
  which: InfobaseId,
  state: 'confirmed' | 'refused',
  by: string,
): Promise<Released[] | undefined> {
  const touched = await db.run(
    sql`update infobases set state = ${state}, decided_at = now(), decided_by = ${by}
        where key_id = ${which.keyId} and source = ${which.source} and infobase = ${which.infobase}`,
  )
  if (touched === 0) return undefined
  return state === 'refused' ? await releaseAsTests(db, which) : await release(db, which)
}

const releasedRow = z.object({
  id: z.string().transform(branded<'event'>),
  lane: z.enum(['money', 'ordinary']),
})

async function releaseAsTests(db: Queryable, which: InfobaseId): Promise<Released[]> {
  return await db.many(
    releasedRow,
    sql`with released as (
          update events set test = true, held_reason = null
          where key_id = ${which.keyId} and source = ${which.source} and infobase = ${which.infobase} and held_reason = 'infobase' returning id, lane, seq
        )
        select id, lane from released order by seq`,
  )
}

/**
 * The held ones take their plain identity: what the base posts again is known. What its original has posted meanwhile
 * stays unsent for good.
 */
async function release(db: Queryable, which: InfobaseId): Promise<Released[]> {
  return await db.many(
    releasedRow,
    sql`with held as (
          select e.id, substr(e.identity, length(${`held:${which.infobase}:`}) + 1) as plain, e.source, e.test from events e
          where e.key_id = ${which.keyId} and e.source = ${which.source} and e.infobase = ${which.infobase} and e.held_reason = 'infobase'
        ), known as (
          select h.id, h.plain, exists (select 1 from events o where o.source = h.source and o.test = h.test and o.identity = h.plain) as is_known
          from held h
        ), released as (
          update events e set held_reason = case when k.is_known then 'duplicate' end,
                              identity = case when k.is_known then e.identity else k.plain end
          from known k where e.id = k.id returning e.id, e.lane, e.seq, e.held_reason
        )
        select id, lane from released where held_reason is null order by seq`,
  )
}
