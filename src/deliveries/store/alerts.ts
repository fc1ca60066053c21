import { z } from 'zod'
import { type ChannelName, channelNames } from '../../channels/channel.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { newId } from '../../lib/ids.ts'
import { readLimits } from './limits.ts'

/** Where administrators are told. Their own chats, so nothing of a client is in here. */
export type AlertChat = { channel: ChannelName; address: string }

export type Alert = { id: string; channel: ChannelName; turn: 'down' | 'up'; description: string; at: Date }

const alertRow = z.object({
  id: z.string(),
  channel: z.enum(channelNames),
  turn: z.enum(['down', 'up']),
  description: z.string(),
  at: z.date(),
})

export async function addAlert(db: Queryable, alert: Pick<Alert, 'channel' | 'turn' | 'description'>): Promise<void> {
  await db.run(
    sql`insert into alerts (id, channel, turn, description) values (${newId('alert')}, ${alert.channel}, ${alert.turn}, ${alert.description})`,
  )
}

/**
 * What a process has seen by itself: kept only if it is another turn than the last, for its neighbours see the same, and what
 * was never down need not come up. A channel that is down by what its messages came to says by a message that it is up again.
 */
export async function keepTurn(
  database: Database,
  alert: Pick<Alert, 'channel' | 'turn' | 'description'>,
): Promise<void> {
  await database.transaction(async (db) => {
    const { brokenCount } = await readLimits(db, alert.channel)
    const last = await db.maybeOne(
      z.object({ turn: alertRow.shape.turn }),
      sql`select turn from alerts where channel = ${alert.channel} order by at desc limit 1`,
    )
    const isNews = alert.turn === 'down' ? last?.turn !== 'down' : last?.turn === 'down' && brokenCount === 0
    if (isNews) await addAlert(db, alert)
  })
}

/** Those that nobody was told of, each given out once. One that lay for an hour is no news any more. */
export async function takeAlerts(db: Queryable): Promise<Alert[]> {
  return await db.many(
    alertRow,
    sql`with taken as (
          update alerts set told_at = clock_timestamp()
          where id in (select id from alerts where told_at is null for update skip locked)
          returning id, channel, turn, description, at)
        select * from taken where at > statement_timestamp() - interval '1 hour' order by at`,
  )
}

/** Nobody could be told: it is given out once more. */
export async function giveBackAlert(db: Queryable, id: string): Promise<void> {
  await db.run(sql`update alerts set told_at = null where id = ${id}`)
}

export async function recentAlerts(db: Queryable, limit: number): Promise<Alert[]> {
  return await db.many(
    alertRow,
    sql`select id, channel, turn, description, at from alerts order by at desc limit ${limit}`,
  )
}

export async function alertChats(db: Queryable): Promise<AlertChat[]> {
  return await db.many(
    z.object({ channel: z.enum(channelNames), address: z.string() }),
    sql`select channel, address from alert_chats order by channel, address`,
  )
}

/** These chats and no others. */
export async function setAlertChats(db: Database, chats: readonly AlertChat[], by: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run(sql`delete from alert_chats`)
    await tx.run(
      sql`insert into alert_chats (channel, address, added_by)
          select distinct channel, address, ${by} from unnest(${chats.map((c) => c.channel)}::text[], ${chats.map((c) => c.address)}::text[]) as c (channel, address)`,
    )
  })
}
