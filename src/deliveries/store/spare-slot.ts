import { z } from 'zod'
import type { ChannelName } from '../../channels/channel.ts'
import type { Database } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { newId } from '../../lib/ids.ts'
import { probeEveryMs, type SlotLimits, slotsFor } from '../slots.ts'
import { readLimits } from './limits.ts'

/**
 * A place in the bot's shared budget for a word that is no delivery: taken like one of the ordinary lane, so never in front
 * of money. `full`: nothing was taken, ask again in so many milliseconds.
 */
export async function takeSpareSlot(
  database: Database,
  channel: ChannelName,
  limits: SlotLimits,
): Promise<{ kind: 'slot' | 'full'; inMs: number }> {
  return await database.transaction(async (db) => {
    const bot = await readLimits(db, channel)
    // A channel that is down is tried by messages alone: a word of ours would take the place of one.
    if (bot.brokenCount > 0) return { kind: 'full', inMs: probeEveryMs }
    const { now } = await db.one(z.object({ now: z.date() }), sql`select clock_timestamp() as now`)
    const id = newId('delivery')
    const slot = slotsFor([{ id, lane: 'ordinary', event_seq: 0n }], bot, limits, now).get(id)
    if (!slot) throw new Error('a slot was asked for and not answered')
    if (slot.kind === 'slot') {
      await db.run(
        sql`update channel_limits set free_at = greatest(free_at, ${now}) + ${1000 / limits.perSecond}::float8 * interval '1 millisecond'
            where channel = ${channel}`,
      )
    }
    return { kind: slot.kind, inMs: Math.max(0, slot.at.getTime() - now.getTime()) }
  })
}
