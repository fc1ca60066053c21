import { z } from 'zod'
import type { WayName } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { newId } from '../../lib/ids.ts'
import { type BotLimits, probeEveryMs, slotsFor } from '../slots.ts'

/** Holds the bot's row until the transaction ends: two workers cannot take the same slot. */
export async function readLimits(db: Queryable, channel: WayName): Promise<BotLimits> {
  const read = () =>
    db.maybeOne(
      z.object({ free_at: z.date(), paused_until: z.date(), broken_count: z.number(), failures_in_row: z.number() }),
      sql`select free_at, paused_until, broken_count, failures_in_row from channel_limits where channel = ${channel} for update`,
    )
  let row = await read()
  if (!row) {
    await db.run(sql`insert into channel_limits (channel) values (${channel}) on conflict do nothing`)
    row = await read()
  }
  if (!row) throw new Error(`no limits for ${channel}`)
  return {
    freeAt: row.free_at,
    pausedUntil: row.paused_until,
    brokenCount: row.broken_count,
    failuresInRow: row.failures_in_row,
  }
}

/**
 * A place in the bot's budget for what is no delivery, taken like one of the ordinary lane, so never in front of money.
 * `full`: nothing was taken, ask again in so many milliseconds. The bot's row is held until the transaction ends.
 */
export async function takeSlot(
  db: Queryable,
  channel: WayName,
  perSecond: number,
): Promise<{ kind: 'slot' | 'full'; inMs: number }> {
  const bot = await readLimits(db, channel)
  // A channel that is down is tried by messages alone: a word of ours would take the place of one.
  if (bot.brokenCount > 0) return { kind: 'full', inMs: probeEveryMs }
  const { now } = await db.one(z.object({ now: z.date() }), sql`select clock_timestamp() as now`)
  const id = newId('delivery')
  const slot = slotsFor([{ id, lane: 'ordinary', event_seq: 0n }], bot, { perSecond }, now).get(id)
  if (!slot) throw new Error('a slot was asked for and not answered')
  if (slot.kind === 'slot') {
    await db.run(
      sql`update channel_limits set free_at = greatest(free_at, ${now}) + ${1000 / perSecond}::float8 * interval '1 millisecond'
          where channel = ${channel}`,
    )
  }
  return { kind: slot.kind, inMs: Math.max(0, slot.at.getTime() - now.getTime()) }
}

/** `brokenCount`: broken answers in a row with this one; calls that failed side by side are one sign of trouble. */
export type Pause = { ms: number; code: string; description: string; brokenCount: number }

/** An answer that was on its way while the channel came up again must not stop it for as long as the last of many. */
const longestFirstPauseMs = 30_000

/** Stops the whole bot for a while; a longer pause that is already on stays. True when this took the channel down. */
export async function pauseBot(db: Queryable, channel: WayName, pause: Pause): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ went_down: z.boolean() }),
    sql`with before as (select channel, down_since from channel_limits where channel = ${channel} for update)
        update channel_limits l set paused_until = greatest(l.paused_until, clock_timestamp() + interval '1 millisecond' *
                 case when ${pause.brokenCount}::int > 0 and l.broken_count = 0 then least(${pause.ms}::float8, ${longestFirstPauseMs}::float8)
                      else ${pause.ms}::float8 end),
               pause_code = ${pause.code}, pause_description = ${pause.description},
               broken_count = greatest(l.broken_count, least(${pause.brokenCount}::int, l.broken_count + 1)),
               down_since = case when ${pause.brokenCount}::int > 0 then coalesce(l.down_since, clock_timestamp()) else l.down_since end
        from before where l.channel = before.channel
        returning before.down_since is null and l.down_since is not null as went_down`,
  )
  return row?.went_down ?? false
}

/** A message went through: the channel is whole again. Answers for how long it was down, if it was. */
export async function clearBroken(db: Queryable, channel: WayName): Promise<number | undefined> {
  const row = await db.maybeOne(
    z.object({ down_ms: z.number().nullable() }),
    sql`with before as (select channel, down_since from channel_limits
                        where channel = ${channel} and (broken_count > 0 or failures_in_row > 0) for update)
        update channel_limits l set broken_count = 0, failures_in_row = 0, failing_since = null, down_since = null,
               paused_until = case when l.broken_count > 0 then clock_timestamp() else l.paused_until end,
               pause_code = case when l.broken_count > 0 then null else l.pause_code end,
               pause_description = case when l.broken_count > 0 then null else l.pause_description end
        from before where l.channel = before.channel
        returning (extract(epoch from clock_timestamp() - before.down_since) * 1000)::float8 as down_ms`,
  )
  return row?.down_ms ?? undefined
}

/**
 * What could not reach a channel that works again need not wait out the pause that it was given meanwhile, of minutes or
 * hours. A row that somebody holds is in hand; the sweep hints the queue of the others.
 */
export async function endDeferrals(db: Queryable, channel: WayName): Promise<void> {
  await db.run(
    sql`update deliveries set next_attempt_at = clock_timestamp()
        where id in (select id from deliveries
                     where channel = ${channel} and decided_at is null and state = 'waiting' and reason in ('network', 'channel_down')
                       and next_attempt_at > statement_timestamp() + interval '3 seconds'
                     for update skip locked)`,
  )
}

/** Calls that got no answer. True when there were so many one after another that the channel must be taken for down. */
export async function noteFailures(db: Queryable, channel: WayName, count: number): Promise<boolean> {
  const row = await db.one(
    z.object({ is_burst: z.boolean() }),
    sql`update channel_limits
        set failures_in_row = case when failing_since < statement_timestamp() - interval '2 minutes' then 0 else failures_in_row end + ${count}::int,
            failing_since = case when failing_since >= statement_timestamp() - interval '2 minutes' then failing_since else clock_timestamp() end
        where channel = ${channel}
        returning failures_in_row >= ${burst.failures} and failing_since <= statement_timestamp() - ${burst.ms} * interval '1 millisecond' as is_burst`,
  )
  return row.is_burst
}

/** One client's line may break ten times; ten calls in a row over some seconds are the messenger's trouble. */
const burst = { failures: 10, ms: 3_000 }

export type ChannelWeather = {
  channel: string
  pausedUntil: Date
  code: string | null
  brokenCount: number
  downSince: Date | null
}

export async function channelWeather(db: Queryable): Promise<ChannelWeather[]> {
  const rows = await db.many(
    z.object({
      channel: z.string(),
      paused_until: z.date(),
      pause_code: z.string().nullable(),
      broken_count: z.number(),
      down_since: z.date().nullable(),
    }),
    sql`select channel, paused_until, pause_code, broken_count, down_since from channel_limits order by channel`,
  )
  return rows.map((row) => ({
    channel: row.channel,
    pausedUntil: row.paused_until,
    code: row.pause_code,
    brokenCount: row.broken_count,
    downSince: row.down_since,
  }))
}
