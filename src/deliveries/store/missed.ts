import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId, type EventId, type NotificationId } from '../../lib/ids.ts'

export type Missed = { eventId: EventId; notificationId: NotificationId; expiresAt: Date }

/**
 * The money messages that these clients could not be told for want of a contact or a consent, while they are news: of
 * each operation the last one, and that only if nothing later was said of it and nothing of it may have come another way.
 */
export async function missedBy(db: Queryable, clients: readonly ClientId[]): Promise<Missed[]> {
  const rows = await db.many(
    z.object({
      event_id: z.string().transform(branded<'event'>),
      notification_id: z.string().transform(branded<'notification'>),
      expires_at: z.date(),
    }),
    sql`select event_id, notification_id, expires_at from (
          select distinct on (client_id, source, coalesce(operation_id, operation_number, event_id))
                 client_id, event_id, notification_id, expires_at, state, reason, event_seq, decided_at
          from deliveries
          where client_id = any(${clients}::text[]) and lane = 'money' and not test and created_at > now() - interval '31 days'
          order by client_id, source, coalesce(operation_id, operation_number, event_id), event_seq desc, id desc) as last
        where state in ('skipped', 'failed') and reason in ('no_contact', 'no_consent', 'blocked', 'not_found') and decided_at is not null and expires_at > statement_timestamp()
          and not exists (select 1 from deliveries t where t.event_id = last.event_id and t.client_id = last.client_id
            and (t.state in ('sending', 'sent', 'delivered', 'unknown') or t.repeat))
        order by event_seq`,
  )
  return rows.map((row) => ({
    eventId: row.event_id,
    notificationId: row.notification_id,
    expiresAt: row.expires_at,
  }))
}
