import { z } from 'zod'
import type { WayName } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { BotLimits } from '../slots.ts'

/** Holds the bot's row until the transaction ends: two workers cannot take the same slot. */
export async function readLimits(db: Queryable, channel: WayName): Promise<BotLimits> {
  const read = () =>
    db.maybeOne(
      z.object({ free_at: z.date(), paused_until: z.date(), broken_count: z.number() }),
      sql`select free_at, paused_until, broken_count from channel_limits where channel = ${channel} for update`,
    )
  let row = await read()
  if (!row) {
    await db.run(sql`insert into channel_limits (channel) values (${channel}) on conflict do nothing`)
    row = await read()
  }
  if (!row) throw new Error(`no limits for ${channel}`)
  return { freeAt: row.free_at, pausedUntil: row.paused_until, brokenCount: row.broken_count }
}

/** `brokenCount`: broken answers in a row with this one; calls that failed side by side are one sign of trouble. */
export type Pause = { ms: number; code: string; description: string; brokenCount: number }

/** Stops the whole bot for a while; a longer pause that is already on stays. */
export async function pauseBot(db: Queryable, channel: WayName, pause: Pause): Promise<void> {
  await db.run(
    sql`update channel_limits set paused_until = greatest(paused_until, clock_timestamp() + ${pause.ms} * interval '1 millisecond'),
               pause_code = ${pause.code}, pause_description = ${pause.description},
               broken_count = greatest(broken_count, ${pause.brokenCount})
        where channel = ${channel}`,
  )
}

/** A message went through: the channel is whole again. */
export async function clearBroken(db: Queryable, channel: WayName): Promise<void> {
  await db.run(
    sql`update channel_limits set broken_count = 0, pause_code = null, pause_description = null
        where channel = ${channel} and broken_count > 0`,
  )
}

export type ChannelWeather = { channel: string; pausedUntil: Date; code: string | null; brokenCount: number }

export async function channelWeather(db: Queryable): Promise<ChannelWeather[]> {
  const rows = await db.many(
    z.object({
      channel: z.string(),
      paused_until: z.date(),
      pause_code: z.string().nullable(),
      broken_count: z.number(),
    }),
    sql`select channel, paused_until, pause_code, broken_count from channel_limits order by channel`,
  )
  return rows.map((row) => ({
    channel: row.channel,
    pausedUntil: row.paused_until,
    code: row.pause_code,
    brokenCount: row.broken_count,
  }))
}
