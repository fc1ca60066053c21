import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { type Sql, sql } from '../../db/sql.ts'
import { firstIdAt } from '../../lib/ids.ts'
import { growth } from '../spans.ts'

/** When a day begins and ends in each zone. */
export type Windows = readonly { zone: string; from: Date; to: Date }[]
/** The same for each branch with a zone of its own; one without a code is for all others. */
export type BranchWindows = readonly { code?: string; from: Date; to: Date }[]

/** The zones that can be met: those of branches, and the one of TIMEZONE. */
export async function branchZones(db: Queryable): Promise<{ code: string; zone: string }[]> {
  return await db.many(
    z.object({ code: z.string(), zone: z.string() }),
    sql`select code, timezone as zone from branches where timezone is not null`,
  )
}

/** The zones in which messages of that span were counted; an event may name one that no branch has. */
export async function zonesBetween(db: Queryable, from: Date, to: Date): Promise<string[]> {
  const rows = await db.many(
    z.object({ zone: z.string() }),
    sql`select distinct zone from deliveries where ${madeBetween(from, to)}`,
  )
  return rows.map((each) => each.zone)
}

/** Ids are made by our clock, moments by that of Postgres: an hour more on both sides costs nothing. */
function madeBetween(from: Date, to: Date): Sql {
  return sql`id >= ${firstIdAt('delivery', from, -3_600_000)} and id < ${firstIdAt('delivery', to, 3_600_000)}`
}

/** Makes the rows of one day anew, inside the caller's transaction. */
export async function rewriteDay(
  db: Queryable,
  day: string,
  { zones, branches }: { zones: Windows; branches: BranchWindows },
): Promise<void> {
  // Two at once would each delete the rows of before and then both insert theirs.
  await db.run(sql`select pg_advisory_xact_lock(hashtextextended('fact_day:' || ${day}::text, 0))`)
  for (const table of dayTables) await db.run(sql`delete from ${table} where day = ${day}::date`)
  await rewriteDeliveries(db, day, zones)
  await rewriteCounts(db, day, branches)
  await db.run(
    sql`insert into fact_days (day, computed_at) values (${day}::date, clock_timestamp())
        on conflict (day) do update set computed_at = excluded.computed_at`,
  )
}

const dayTables = [sql`daily_facts`, sql`daily_times`, sql`daily_clients`, sql`daily_counts`]

function stepOf(ms: Sql): Sql {
  return sql`floor(ln(greatest((${ms})::float8, 1)) / ln(${growth}::float8))::int`
}

/** In one reading of the day's messages: what became of them, how long it took, and whom they were for. */
async function rewriteDeliveries(db: Queryable, day: string, zones: Windows): Promise<void> {
  const from = new Date(Math.min(...zones.map((each) => each.from.getTime())))
  const to = new Date(Math.max(...zones.map((each) => each.to.getTime())))
  await db.run(
    sql`with window_of as (
          select * from unnest(${zones.map((w) => w.zone)}::text[], ${zones.map((w) => w.from)}::timestamptz[],
                               ${zones.map((w) => w.to)}::timestamptz[]) as w (zone, starts_at, ends_at)),
        told as materialized (
          select d.id, d.event_id, d.client_id, d.branch_code, d.channel, d.type, d.source, d.engagement, d.tells_tap, d.reason,
                 d.decided_at, e.occurred_at, e.received_at, e.operation_id, e.operation_number, e.seq,
                 case when d.state in ('failed', 'skipped') and exists (select 1 from deliveries n where n.event_id = d.event_id and n.id > d.id)
                      then 'moved' else d.state end as state,
                 d.state in ('sent', 'delivered') as is_taken
          from deliveries d join window_of w on w.zone = d.zone and d.created_at >= w.starts_at and d.created_at < w.ends_at
          join events e on e.id = d.event_id
          where d.id in (select id from deliveries where ${madeBetween(from, to)})
            and not d.test and d.channel is distinct from 'sandbox'),
        facts as (
          insert into daily_facts (day, branch_code, channel, type, source, state, reason, engagement, tells_tap, count)
          select ${day}::date, branch_code, channel, type, source, state, reason, engagement, tells_tap, count(*) from told
          group by branch_code, channel, type, source, state, reason, engagement, tells_tap),
        clients as (
          insert into daily_clients (day, branch_code, client_id, source, visits, due, reached)
          select ${day}::date, branch_code, client_id, source, count(distinct event_id) filter (where type = 'operation.accepted'),
                 count(distinct event_id), count(distinct event_id) filter (where is_taken)
          from told group by branch_code, client_id, source),
        spans as (
          select branch_code, channel, type, source, 'fact_to_messenger' as measure,
                 ${stepOf(sql`extract(epoch from decided_at - occurred_at) * 1000`)} as step
          from told where is_taken and occurred_at is not null
          union all
          select branch_code, channel, type, source, 'kept_to_messenger',
                 ${stepOf(sql`extract(epoch from decided_at - received_at) * 1000`)}
          from told where is_taken
          union all
          select p.branch_code, p.channel, p.type, p.source, 'accepted_to_paid',
                 ${stepOf(sql`extract(epoch from p.occurred_at - a.at) * 1000`)}
          from (select distinct on (event_id) * from told where type = 'payout.paid' and occurred_at is not null order by event_id, id) p
          cross join lateral (
            select least(
              (select min(x.occurred_at) from events x where x.source = p.source and x.operation_id = p.operation_id
                 and x.type = 'operation.accepted' and not x.test),
              (select min(x.occurred_at) from events x where p.operation_id is null and x.client_id = p.client_id
                 and x.operation_number = p.operation_number and x.source = p.source and x.type = 'operation.accepted' and not x.test)) as at) a
          where a.at <= p.occurred_at
            and not exists (select 1 from events x where x.source = p.source and x.operation_id = p.operation_id
                              and x.type = 'payout.paid' and x.seq < p.seq and not x.test))
        insert into daily_times (day, branch_code, channel, type, source, measure, step, count)
        select ${day}::date, branch_code, channel, type, source, measure, step, count(*) from spans
        group by branch_code, channel, type, source, measure, step`,
  )
}

/** The ids only narrow it down by an index: a message lives for days, a month is more than enough. */
function askedBetween(from: Date, to: Date): Sql {
  return sql`r.delivery_id >= ${firstIdAt('delivery', from, -30 * 24 * 3_600_000)} and r.delivery_id < ${firstIdAt('delivery', to, 3_600_000)}
    and r.asked_at >= ${from} and r.asked_at < ${to} and r.state in ('asked', 'rated')`
}

/** Refusals, blocks, the bot's answers and the marks of payouts, by the day of the branch of the client, question or message. */
async function rewriteCounts(db: Queryable, day: string, branches: BranchWindows): Promise<void> {
  const from = new Date(Math.min(...branches.map((each) => each.from.getTime())))
  const to = new Date(Math.max(...branches.map((each) => each.to.getTime())))
  await db.run(
    sql`with window_of as (
          select * from unnest(${branches.map((w) => w.code ?? null)}::text[], ${branches.map((w) => w.from)}::timestamptz[],
                               ${branches.map((w) => w.to)}::timestamptz[]) as w (code, starts_at, ends_at)),
        happened as (
          select 'opt_out' as measure, s.purpose as kind, s.channel, c.branch_code, s.client_id, s.recorded_at as at
          from consents s join clients c on c.id = s.client_id
          where not s.granted and s.recorded_at >= ${from} and s.recorded_at < ${to}
          union all
          select 'opt_out', 'blocked', k.channel, c.branch_code, k.client_id, k.blocked_at
          from contacts k join clients c on c.id = k.client_id
          where k.blocked_at >= ${from} and k.blocked_at < ${to} and k.blocked_reason = 'blocked' and k.channel <> 'sandbox'
          union all
          select 'answer', kind, channel, branch_code, null, at from bot_answers where at >= ${from} and at < ${to}
          union all
          select 'rating', mark.kind, d.channel, d.branch_code, null, r.asked_at
          from ratings r join deliveries d on d.id = r.delivery_id
            cross join lateral (values ('asked'), (r.score::text)) as mark (kind)
          where ${askedBetween(from, to)} and mark.kind is not null and not d.test)
        insert into daily_counts (day, branch_code, channel, measure, kind, count)
        select ${day}::date, h.branch_code, h.channel, h.measure, h.kind,
               case when h.measure in ('answer', 'rating') then count(*) else count(distinct h.client_id) end
        from happened h
        left join window_of own on own.code = h.branch_code
        join window_of usual on usual.code is null
        where h.at >= coalesce(own.starts_at, usual.starts_at) and h.at < coalesce(own.ends_at, usual.ends_at)
        group by h.branch_code, h.channel, h.measure, h.kind`,
  )
}

export type KnownDay = { day: string; computedAt: Date }

/** When the days of that span were computed. */
export async function computedDays(db: Queryable, from: string, to: string): Promise<KnownDay[]> {
  return await db.many(
    z
      .object({ day: z.string(), computed_at: z.date() })
      .transform((row) => ({ day: row.day, computedAt: row.computed_at })),
    sql`select day::text as day, computed_at from fact_days where day between ${from}::date and ${to}::date order by day`,
  )
}

/** The moment of the first message ever. */
export async function firstMessageAt(db: Queryable): Promise<Date | undefined> {
  const row = await db.maybeOne(
    z.object({ at: z.date() }),
    sql`select created_at as at from deliveries order by id limit 1`,
  )
  return row?.at
}
