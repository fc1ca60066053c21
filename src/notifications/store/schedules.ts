import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { prepared, type Sql, sql } from '../../db/sql.ts'
import { type Event, eventSchema } from '../../events/event.ts'
import { branded, type ClientId, type EventId, newId, type ScheduleId } from '../../lib/ids.ts'
import { type CancelReason, cancelReasons, type ScheduledFor, type ScheduleState, scheduleStates } from '../schedule.ts'

/** Whose plan it is: the operation of a source, by its id, else by its number and client. */
export type OperationRef = { source: string; clientId: ClientId; operationId: string | null; number: string | null }

/** A row of that table that belongs to the operation. */
function isOf(row: Sql, { source, clientId, operationId, number }: OperationRef): Sql {
  return sql`${row}.source = ${source} and (${row}.operation_id = ${operationId}
    or ((${row}.operation_id is null or ${operationId}::text is null) and ${row}.operation_number = ${number} and ${row}.client_id = ${clientId}))`
}

const eventId = z.string().transform(branded<'event'>)
const scheduleId = z.string().transform(branded<'schedule'>)

/** Of rows named `s`. */
const isUntold = sql`(s.state = 'planned' or (s.state = 'fired' and exists (
  select 1 from deliveries d where d.event_id = s.ended_by and d.decided_at is null)))`

/** Those of the events whose operation has a reminder planned, or one that was made and is not told yet. */
export async function withOpenSchedules(db: Queryable, ids: readonly EventId[]): Promise<Set<EventId>> {
  if (ids.length === 0) return new Set()
  const rows = await db.many(
    z.object({ id: eventId }),
    prepared(sql`select e.id from events e where e.id = any(${ids}::text[]) and exists (
          select 1 from schedules s where ${isUntold} and s.source = e.source and s.operation_id = e.operation_id
          union all
          select 1 from schedules s where ${isUntold} and s.source = e.source and (s.operation_id is null or e.operation_id is null)
            and s.operation_number = e.operation_number and s.client_id = e.client_id)`),
  )
  return new Set(rows.map((row) => row.id))
}

export type Open = ScheduledFor & { id: ScheduleId }

/** `event`: what it was turned into. */
export type Waiting = Open & { event: EventId }

const openRow = z.object({
  id: scheduleId,
  next_date: z.string(),
  stage: z.number().nullable(),
  made_at: z.date().nullable(),
})

function openOf(row: z.output<typeof openRow>): Open {
  return { id: row.id, nextDate: row.next_date, stage: row.stage, madeAt: row.made_at }
}

/** The planned reminders of an operation that were made before that event; held until the transaction ends. */
export async function openSchedules(db: Queryable, operation: OperationRef, beforeSeq: bigint): Promise<Open[]> {
  const rows = await db.many(
    openRow,
    sql`select s.id, s.next_date::text, s.stage, m.occurred_at as made_at from schedules s left join events m on m.id = s.made_by
        where s.state = 'planned' and s.made_by_seq < ${beforeSeq} and ${isOf(sql`s`, operation)} order by s.id for update of s`,
  )
  return rows.map(openOf)
}

/** The reminders of an operation that were made before that event, and whose message waits to leave. */
export async function waitingReminders(db: Queryable, operation: OperationRef, beforeSeq: bigint): Promise<Waiting[]> {
  const rows = await db.many(
    openRow.extend({ ended_by: eventId }),
    sql`select s.id, s.next_date::text, s.stage, m.occurred_at as made_at, s.ended_by
        from schedules s left join events m on m.id = s.made_by
        where s.state = 'fired' and s.made_by_seq < ${beforeSeq} and ${isOf(sql`s`, operation)}
          and exists (select 1 from deliveries d where d.event_id = s.ended_by and d.decided_at is null)`,
  )
  return rows.map((row) => ({ ...openOf(row), event: row.ended_by }))
}

/** Ends what has surely not been sent of a reminder. Answers whether there was anything. */
export async function endUntold(db: Queryable, event: EventId): Promise<boolean> {
  const ended = await db.many(
    z.object({ id: z.string() }),
    sql`update deliveries set state = 'skipped', reason = 'superseded', decided_at = clock_timestamp(), updated_at = clock_timestamp(),
               next_attempt_at = null, lease_until = null
        where event_id = ${event} and decided_at is null and state in ('queued', 'waiting') and not repeat returning id`,
  )
  return ended.length > 0
}

/** The reminder that became that event. */
export async function firedAs(
  db: Queryable,
  events: readonly EventId[],
): Promise<Map<EventId, ScheduledFor & { madeBySeq: bigint }>> {
  if (events.length === 0) return new Map()
  const rows = await db.many(
    openRow.extend({ ended_by: eventId, made_by_seq: z.bigint() }),
    sql`select s.id, s.next_date::text, s.stage, m.occurred_at as made_at, s.ended_by, s.made_by_seq
        from events e join schedules s on s.client_id = e.client_id and s.state = 'fired' and s.ended_by = e.id
          left join events m on m.id = s.made_by
        where e.id = any(${events}::text[])`,
  )
  return new Map(rows.map((row) => [row.ended_by, { ...openOf(row), madeBySeq: row.made_by_seq }]))
}

/** A plan of the operation that was told later than that event. */
export async function laterSchedule(
  db: Queryable,
  operation: OperationRef,
  seq: bigint,
): Promise<{ madeBy: EventId | null } | undefined> {
  const row = await db.maybeOne(
    z.object({ made_by: eventId.nullable() }),
    sql`select s.made_by from schedules s where s.made_by_seq > ${seq} and ${isOf(sql`s`, operation)} order by s.made_by_seq desc limit 1`,
  )
  return row && { madeBy: row.made_by }
}

export type Related = {
  id: EventId
  seq: bigint
  type: 'payout.paid' | 'payout.partial' | 'installment.reminder'
  stage: number | null
  occurredAt: Date | null
}

/** The payments and reminders of an operation that were kept, whether planned yet or not. */
export async function relatedEvents(db: Queryable, operation: OperationRef): Promise<Related[]> {
  const rows = await db.many(
    z.object({
      id: eventId,
      seq: z.bigint(),
      type: z.enum(['payout.paid', 'payout.partial', 'installment.reminder']),
      stage: z.number().nullable(),
      occurred_at: z.date().nullable(),
    }),
    sql`select e.id, e.seq, e.type, e.stage, e.occurred_at from events e
        where e.type in ('payout.paid', 'payout.partial', 'installment.reminder') and not e.test and e.held_reason is null
          and ${isOf(sql`e`, operation)} order by e.seq`,
  )
  return rows.map(({ occurred_at, ...row }) => ({ ...row, occurredAt: occurred_at }))
}

export type NewSchedule = OperationRef & {
  client: { id: ClientId; dataKey: Buffer | null }
  keyId: string
  teamOnly: boolean
  branchCode: string | null
  stage: number | null
  nextDate: string
  /** Null when the moment had passed: the row then only says why there is none. */
  dueAt: Date | null
  payload: Event
  madeBy: EventId
  madeBySeq: bigint
}

export async function insertSchedule(db: Queryable, vault: Vault, row: NewSchedule): Promise<ScheduleId> {
  const id = newId('schedule')
  const isPlanned = row.dueAt !== null
  await db.run(
    sql`insert into schedules (id, client_id, source, key_id, team_only, branch_code, operation_id, operation_number, stage, next_date,
                               due_at, payload, state, reason, made_by, made_by_seq, ended_at)
        values (${id}, ${row.clientId}, ${row.source}, ${row.keyId}, ${row.teamOnly}, ${row.branchCode}, ${row.operationId}, ${row.number},
                ${row.stage}, ${row.nextDate}, ${row.dueAt ?? new Date()},
                ${isPlanned ? vault.seal(row.client, 'schedule', JSON.stringify(row.payload)) : null},
                ${isPlanned ? 'planned' : 'cancelled'}, ${isPlanned ? null : 'too_late'}, ${row.madeBy}, ${row.madeBySeq},
                ${isPlanned ? null : new Date()})`,
  )
  return id
}

/** A reminder that is over has nothing more to say: its words go. */
export async function endSchedule(
  db: Queryable,
  id: ScheduleId,
  end: { state: 'fired'; by: EventId } | { state: 'cancelled'; reason: CancelReason; by: EventId | null },
): Promise<void> {
  await db.run(
    sql`update schedules set state = ${end.state}, reason = ${end.state === 'fired' ? null : end.reason}, ended_by = ${end.by},
               ended_at = clock_timestamp(), payload = null
        where id = ${id} and state = 'planned'`,
  )
}

/** Whether somebody was reminded of the operation's payment of that day by us, or was going to be until the sender said it. */
export async function wasRemindedOf(db: Queryable, operation: OperationRef, nextDate: string): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ found: z.boolean() }),
    sql`select true as found from schedules s where s.next_date = ${nextDate}::date and ${isOf(sql`s`, operation)}
          and (s.state = 'fired' or s.reason = 'told_by_sender') limit 1`,
  )
  return row !== undefined
}

export type AskedReminder = OperationRef & { id: EventId; nextDate: string }

/** Those of the sender's reminders that we have told already: ours was made, and it was neither skipped nor in vain. */
export async function toldAlready(db: Queryable, asked: readonly AskedReminder[]): Promise<Set<EventId>> {
  if (asked.length === 0) return new Set()
  const column = <K extends keyof AskedReminder>(key: K) => asked.map((each) => each[key])
  const rows = await db.many(
    z.object({ id: eventId }),
    sql`select q.id from unnest(${column('id')}::text[], ${column('source')}::text[], ${column('clientId')}::text[],
          ${column('operationId')}::text[], ${column('number')}::text[], ${column('nextDate')}::date[])
          as q (id, source, client_id, operation_id, operation_number, next_date)
        where exists (select 1 from schedules s where s.state = 'fired' and s.source = q.source and s.next_date = q.next_date
          and (s.operation_id = q.operation_id
               or ((s.operation_id is null or q.operation_id is null) and s.operation_number = q.operation_number and s.client_id = q.client_id))
          and (not exists (select 1 from deliveries d where d.event_id = s.ended_by and d.state in ('skipped', 'failed'))
               or exists (select 1 from deliveries d where d.event_id = s.ended_by and d.state not in ('skipped', 'failed'))))`,
  )
  return new Set(rows.map((row) => row.id))
}

export async function dueSchedules(db: Queryable, limit: number): Promise<ScheduleId[]> {
  const rows = await db.many(
    z.object({ id: scheduleId }),
    sql`select id from schedules where state = 'planned' and due_at <= statement_timestamp() order by due_at limit ${limit}`,
  )
  return rows.map((row) => row.id)
}

export type DueSchedule = OperationRef &
  ScheduledFor & { id: ScheduleId; keyId: string; teamOnly: boolean; branchCode: string | null; madeBySeq: bigint } & {
    payload: Buffer | null
  }

export async function clientOfSchedule(db: Queryable, id: ScheduleId): Promise<ClientId | undefined> {
  const row = await db.maybeOne(
    z.object({ client_id: z.string().transform(branded<'client'>) }),
    sql`select client_id from schedules where id = ${id}`,
  )
  return row?.client_id
}

/** It could not be told now: the others come first. */
export async function postpone(db: Queryable, id: ScheduleId): Promise<void> {
  await db.run(
    sql`update schedules set due_at = clock_timestamp() + interval '5 minutes' where id = ${id} and state = 'planned'`,
  )
}

/** Held until the transaction ends; undefined when another process has it, or has done it. */
export async function takeDue(db: Queryable, id: ScheduleId): Promise<DueSchedule | undefined> {
  const row = await db.maybeOne(
    z.object({
      source: z.string(),
      client_id: z.string().transform(branded<'client'>),
      key_id: z.string(),
      team_only: z.boolean(),
      branch_code: z.string().nullable(),
      operation_id: z.string().nullable(),
      operation_number: z.string().nullable(),
      stage: z.number().nullable(),
      next_date: z.string(),
      made_by_seq: z.bigint(),
      made_at: z.date().nullable(),
      payload: z.instanceof(Buffer).nullable(),
    }),
    sql`select s.source, s.client_id, s.key_id, s.team_only, s.branch_code, s.operation_id, s.operation_number, s.stage, s.next_date::text,
               s.made_by_seq, m.occurred_at as made_at, s.payload
        from schedules s left join events m on m.id = s.made_by
        where s.id = ${id} and s.state = 'planned' and s.due_at <= statement_timestamp() for update of s skip locked`,
  )
  return (
    row && {
      id,
      source: row.source,
      clientId: row.client_id,
      keyId: row.key_id,
      teamOnly: row.team_only,
      branchCode: row.branch_code,
      operationId: row.operation_id,
      number: row.operation_number,
      stage: row.stage,
      nextDate: row.next_date,
      madeBySeq: row.made_by_seq,
      madeAt: row.made_at,
      payload: row.payload,
    }
  )
}

/** The event that was sealed in a schedule; undefined once the client was erased. */
export function openPayload(
  vault: Vault,
  client: { id: ClientId; dataKey: Buffer | null },
  payload: Buffer | null,
): Event | undefined {
  const text = vault.open(client, 'schedule', payload)
  return text === undefined ? undefined : eventSchema.parse(JSON.parse(text))
}

const listedRow = z.object({
  id: scheduleId,
  state: z.enum(scheduleStates),
  reason: z.enum(cancelReasons).nullable(),
  source: z.string(),
  branch_code: z.string().nullable(),
  operation_id: z.string().nullable(),
  operation_number: z.string().nullable(),
  external_id: z.string().nullable(),
  next_date: z.string(),
  due_at: z.date(),
  made_by: z.string().nullable(),
  ended_by: z.string().nullable(),
  created_at: z.date(),
  ended_at: z.date().nullable(),
})
export type ListedSchedule = z.output<typeof listedRow>

export type ScheduleFilter = {
  operation?: string | undefined
  clientExternalId?: string | undefined
  state?: ScheduleState | undefined
  source: string | null
  branchCode: string | null
}

/** Newest first. */
export async function listSchedules(db: Queryable, filter: ScheduleFilter, limit: number): Promise<ListedSchedule[]> {
  const conditions = [
    filter.operation === undefined
      ? sql`true`
      : sql`(s.operation_id = ${filter.operation} or s.operation_number = ${filter.operation})`,
    filter.clientExternalId === undefined ? sql`true` : sql`c.external_id = ${filter.clientExternalId}`,
    filter.state === undefined ? sql`true` : sql`s.state = ${filter.state}`,
    filter.source === null ? sql`true` : sql`s.source = ${filter.source}`,
    filter.branchCode === null ? sql`true` : sql`s.branch_code = ${filter.branchCode}`,
  ].reduce((all, each) => sql`${all} and ${each}`)
  return await db.many(
    listedRow,
    sql`select s.id, s.state, s.reason, s.source, s.branch_code, s.operation_id, s.operation_number, c.external_id, s.next_date::text,
               s.due_at, s.made_by, s.ended_by, s.created_at, s.ended_at
        from schedules s join clients c on c.id = s.client_id where ${conditions} order by s.id desc limit ${limit}`,
  )
}
