import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import type { ClientId, EventId, NotificationId } from '../lib/ids.ts'

export type NewNotification = { id: NotificationId; eventId: EventId; clientId: ClientId }

export async function insertNotifications(db: Queryable, rows: readonly NewNotification[]): Promise<void> {
  if (rows.length === 0) return
  await db.run(
    sql`insert into notifications (id, event_id, client_id)
        select * from unnest(${rows.map((r) => r.id)}::text[], ${rows.map((r) => r.eventId)}::text[], ${rows.map((r) => r.clientId)}::text[])`,
  )
}
