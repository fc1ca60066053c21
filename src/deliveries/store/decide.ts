import { z } from 'zod'
import { type WayName, wayNames } from '../../channels/channel.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId, type DeliveryId } from '../../lib/ids.ts'
import { type DeliveryState, type Lane, lanes, type Reason } from '../delivery.ts'

/** A delivery that may leave now that an earlier one of its client is decided. */
export type Decided = { id: DeliveryId; channel: WayName; lane: Lane; attempts: number }

export type Verdict = { id: DeliveryId; state: DeliveryState; reason: Reason | null }

/** Ends deliveries without a call. Whom that wakes is to be asked after the commit. */
export async function decide(db: Queryable, verdicts: readonly Verdict[]): Promise<void> {
  await db.run(
    sql`update deliveries d set state = v.state, reason = v.reason, decided_at = clock_timestamp(), updated_at = clock_timestamp(),
               next_attempt_at = null, lease_until = null
        from unnest(${verdicts.map((v) => v.id)}::text[], ${verdicts.map((v) => v.state)}::text[], ${verdicts.map((v) => v.reason)}::text[])
          as v (id, state, reason)
        where d.id = v.id and d.decided_at is null`,
  )
}

/** This channel came to nothing; the client's line waits until another was looked for (notifications/move). */
export async function beginMove(db: Queryable, id: DeliveryId, state: DeliveryState, reason: Reason): Promise<void> {
  await db.run(
    sql`update deliveries set state = ${state}, reason = ${reason}, move_since = clock_timestamp(), updated_at = clock_timestamp(),
               next_attempt_at = null, lease_until = null
        where id = ${id} and decided_at is null`,
  )
}

export const decidedRow = z.object({
  id: z.string().transform(branded<'delivery'>),
  channel: z.enum(wayNames),
  lane: z.enum(lanes),
  attempts: z.number(),
})

/** The message each client is waiting for now, when its time has come; rehearsals stand in a line of their own. */
export async function nextOfClients(db: Queryable, clients: readonly ClientId[]): Promise<Decided[]> {
  if (clients.length === 0) return []
  return await db.many(
    decidedRow,
    sql`select distinct on (client_id, lane, channel = 'sandbox') id, channel, lane, attempts from deliveries
        where client_id = any(${clients}::text[]) and decided_at is null and channel is not null
          and state in ('queued', 'waiting', 'unknown') and coalesce(next_attempt_at, 'epoch') <= statement_timestamp()
        order by client_id, lane, channel = 'sandbox', event_seq`,
  )
}
