import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId, type EventId } from '../../lib/ids.ts'

/**
 * The newest real events of a client: no tests, no rehearsals, and what came with a team key only for the team. By the
 * journal of the client, which has an index.
 */
export async function eventsOfClient(
  db: Queryable,
  client: ClientId,
  { isTeam, limit }: { isTeam: boolean; limit: number },
): Promise<EventId[]> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`select distinct e.id, e.seq from (
          select event_id from deliveries where client_id = ${client} and channel is distinct from 'sandbox'
          order by id desc limit ${limit}) d
        join events e on e.id = d.event_id
        where not e.test and e.held_reason is null and (not e.team_only or ${isTeam}::boolean)
          and (e.type like 'payout.%' or e.type in ('operation.accepted', 'installment.reminder'))
        order by e.seq`,
  )
  return rows.map((row) => row.id)
}
