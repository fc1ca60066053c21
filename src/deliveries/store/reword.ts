import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { ClientId } from '../../lib/ids.ts'

/** What waits for this client is rendered anew when it leaves: he wants other words from now on. */
export async function rewordWaiting(db: Queryable, client: ClientId): Promise<void> {
  await db.run(
    sql`update deliveries set stale_at = clock_timestamp() where client_id = ${client} and decided_at is null
          and state in ('queued', 'waiting') and message is not null`,
  )
}
