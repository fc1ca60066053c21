import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type EventId } from '../../lib/ids.ts'

/**
 * The newest events of a document, by its id or number. What was planned is found by the indexes of the journal; the few
 * that were not, by those of the sweep and of the quarantine: the intake pays for no index of its own.
 */
export async function eventsOfDocument(db: Queryable, document: string, limit: number): Promise<EventId[]> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'event'>) }),
    sql`select id from (
          select event_id as id from deliveries where operation_id = ${document}
          union select event_id from deliveries where operation_number = ${document}
          union select id from events where planned_at is null and held_reason is null
            and (operation_id = ${document} or operation_number = ${document})
          union select id from events where held_reason is not null
            and (operation_id = ${document} or operation_number = ${document})
        ) found order by id desc limit ${limit}`,
  )
  return rows.map((row) => row.id)
}
