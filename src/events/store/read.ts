import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { prepared, sql } from '../../db/sql.ts'
import { branded, type ClientId, type EventId } from '../../lib/ids.ts'
import { type EventType, eventTypes } from '../event.ts'
import { type PlanLane, planLanes } from '../jobs.ts'
import { type KeptEvent, type KeptType, keptEventSchema, keptTypes } from '../kept.ts'

export type EventNeeds = { db: Queryable; vault: Vault }

/** Something the intake understood, but with a reservation. */
export type EventWarning = { code: string; field?: string | undefined; message: string }

const storedPayload = z.object({
  event: keptEventSchema,
  warnings: z.array(z.object({ code: z.string(), field: z.string().optional(), message: z.string() })),
})

export type StoredEvent = {
  id: EventId
  seq: bigint
  source: string
  test: boolean
  type: KeptType
  clientId: ClientId
  receivedAt: Date
  isPlanned: boolean
  teamOnly: boolean
  heldReason: string | null
  /** The line of keys it came with. */
  keyId: string
  externalId: string | null
  /** Undefined once the client was erased, or its time of keeping was over. */
  content: { event: KeptEvent; warnings: EventWarning[] } | undefined
}

const storedRow = z.object({
  id: z.string().transform(branded<'event'>),
  seq: z.bigint(),
  source: z.string(),
  test: z.boolean(),
  type: z.enum(keptTypes),
  client_id: z.string().transform(branded<'client'>),
  received_at: z.date(),
  planned_at: z.date().nullable(),
  team_only: z.boolean(),
  held_reason: z.string().nullable(),
  key_id: z.string(),
  external_id: z.string().nullable(),
  payload: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
})

/** The events found, in the order in which they were kept. One whose type only the next version knows is left to that one. */
export async function eventsByIds(needs: EventNeeds, ids: readonly EventId[]): Promise<StoredEvent[]> {
  const rows = await needs.db.many(
    storedRow,
    sql`select e.id, e.seq, e.source, e.test, e.type, e.client_id, e.received_at, e.planned_at, e.team_only, e.held_reason, e.key_id, e.external_id, e.payload, c.data_key
        from events e join clients c on c.id = e.client_id where e.id = any(${ids}::text[]) and e.type = any(${keptTypes}::text[]) order by e.seq`,
  )
  return rows.map((row) => {
    const sealed = needs.vault.open({ id: row.client_id, dataKey: row.data_key }, 'event', row.payload)
    return {
      id: row.id,
      seq: row.seq,
      source: row.source,
      test: row.test,
      type: row.type,
      clientId: row.client_id,
      receivedAt: row.received_at,
      isPlanned: row.planned_at !== null,
      teamOnly: row.team_only,
      heldReason: row.held_reason,
      keyId: row.key_id,
      externalId: row.external_id,
      content: sealed === undefined ? undefined : storedPayload.parse(JSON.parse(sealed)),
    }
  })
}

export type OverdueEvent = { id: EventId; lane: PlanLane }

/** Kept but not planned for a while: their job was lost, or the queue was away. Money first, then the oldest. */
export async function overdueEvents(
  db: Queryable,
  { lanes, olderThanMs, limit }: { lanes: readonly PlanLane[]; olderThanMs: number; limit: number },
): Promise<OverdueEvent[]> {
  return await db.many(
    z.object({ id: z.string().transform(branded<'event'>), lane: z.enum(['money', 'ordinary']) }),
    sql`select id, lane from events where planned_at is null and held_reason is null and type = any(${keptTypes}::text[]) and lane = any(${lanes}::text[])
          and received_at < statement_timestamp() - ${olderThanMs} * interval '1 millisecond'
        order by lane, seq limit ${limit}`,
  )
}

/**
 * Two versions work side by side for minutes. What nobody could plan for longer than that, since the next version has been
 * taken back, holds back no later message of its client: as if it had failed five times.
 */
export async function passOverUnknown(db: Queryable): Promise<number> {
  return await db.run(
    // In the order of the index: however old the statistics are, what was planned long ago is not read.
    sql`update events set plan_failures = 5 where id in (
          select id from events where planned_at is null and held_reason is null and lane = any(${planLanes}::text[])
            and plan_failures < 5 and type <> all(${keptTypes}::text[])
            and received_at < statement_timestamp() - interval '10 minutes'
          order by lane, seq limit 1000 for update skip locked)`,
  )
}

/** After five failures an event holds back nobody any more; the sweep still tries it. */
export async function notePlanFailure(db: Queryable, ids: readonly EventId[]): Promise<void> {
  await db.run(
    sql`update events set plan_failures = plan_failures + 1 where id = any(${ids}::text[]) and planned_at is null`,
  )
}

export type EarlierFact = {
  id: EventId
  type: EventType
  occurredAt: Date | null
  amount: bigint | null
  stage: number | null
  /** Nobody was told of it, and nobody will be: its message was skipped or failed. */
  isSilent: boolean
}

export const factRow = z.object({
  id: z.string().transform(branded<'event'>),
  type: z.enum(eventTypes),
  occurred_at: z.date().nullable(),
  amount_kopecks: z.bigint().nullable(),
  stage: z.number().nullable(),
  is_silent: z.boolean(),
})

/** Of rows named `earlier`. */
export const factColumns = sql`id, type, occurred_at, amount_kopecks, stage,
  exists (select 1 from deliveries d where d.event_id = earlier.id and d.state in ('skipped', 'failed'))
  and not exists (select 1 from deliveries d where d.event_id = earlier.id
                    and (d.state not in ('skipped', 'failed') or d.move_since is not null)) as is_silent`

export function factOf(row: z.output<typeof factRow>): EarlierFact {
  return {
    id: row.id,
    type: row.type,
    occurredAt: row.occurred_at,
    amount: row.amount_kopecks,
    stage: row.stage,
    isSilent: row.is_silent,
  }
}

/**
 * What was kept before about the same operations, by event, oldest first. What is held counts for nothing: it may come
 * from a copy of the infobase. A document whose id is not known is told apart by its number and its client; numbers begin
 * anew every year. For an event that is not kept, foresee.ts asks the same.
 */
export async function earlierFacts(db: Queryable, ids: readonly EventId[]): Promise<Map<EventId, EarlierFact[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db.many(
    factRow.extend({ about: z.string().transform(branded<'event'>) }),
    prepared(sql`with earlier as (
          select e.id as about, f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage
          from events e join events f on f.source = e.source and f.test = e.test and f.seq < e.seq and f.operation_id = e.operation_id
          where e.id = any(${ids}::text[]) and e.operation_id is not null and f.held_reason is null and f.type = any(${eventTypes}::text[])
          union
          select e.id, f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage
          from events e join events f on f.source = e.source and f.test = e.test and f.seq < e.seq
            and f.client_id = e.client_id and f.operation_number = e.operation_number
            and f.received_at > e.received_at - interval '200 days'
          where e.id = any(${ids}::text[]) and e.operation_number is not null and (e.operation_id is null or f.operation_id is null)
            and f.held_reason is null and f.type = any(${eventTypes}::text[]))
        select about, ${factColumns} from earlier order by seq`),
  )
  const facts = new Map<EventId, EarlierFact[]>()
  for (const row of rows) {
    facts.set(row.about, [...(facts.get(row.about) ?? []), factOf(row)])
  }
  return facts
}
