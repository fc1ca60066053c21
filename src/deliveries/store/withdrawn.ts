import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { ClientId } from '../../lib/ids.ts'

/**
 * Ends what waits to leave by a consent that the client has withdrawn. Runs in the transaction that holds him and notes
 * his word. What is planned meanwhile is stopped when it is claimed; what is in hand cannot be called back.
 */
export async function endWithdrawn(db: Queryable, client: ClientId): Promise<number> {
  return await db.run(
    sql`update deliveries d set state = 'skipped', reason = 'opted_out', decided_at = clock_timestamp(),
               updated_at = clock_timestamp(), next_attempt_at = null, lease_until = null
        from clients c
        where d.client_id = ${client} and c.id = d.client_id and d.decided_at is null and d.state in ('queued', 'waiting')
          and d.channel <> 'sandbox' and not d.test
          and (select s.granted from consents s where s.client_id = d.client_id and s.purpose = d.purpose
                 and (s.phone_index is null or s.phone_index is not distinct from c.phone_index)
               order by s.at desc, s.recorded_at desc limit 1) is false`,
  )
}
