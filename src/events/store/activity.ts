import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'

export type Activity = { lastEventAt: Date | null; eventsIn24h: number }

/** When each of these sources last posted an event, and how many in the last 24 hours, tests included. */
export async function activityOf(db: Queryable, sources: readonly string[]): Promise<Map<string, Activity>> {
  const rows = await db.many(
    z.object({ source: z.string(), last_event_at: z.date().nullable(), events: z.bigint() }),
    sql`select s.source, (select max(e.received_at) from events e where e.source = s.source) as last_event_at,
               (select count(*) from events e where e.source = s.source and e.received_at > now() - interval '24 hours') as events
        from unnest(${sources}::text[]) as s (source)`,
  )
  return new Map(rows.map((row) => [row.source, { lastEventAt: row.last_event_at, eventsIn24h: Number(row.events) }]))
}
