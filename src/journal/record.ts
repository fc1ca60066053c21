import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import { type AttemptId, type DeliveryId, newId } from '../lib/ids.ts'

/** The worker that made these calls is gone: their answers are lost. */
export async function loseAttempts(db: Queryable, ids: readonly AttemptId[]): Promise<void> {
  if (ids.length === 0) return
  await db.run(
    sql`update attempts set finished_at = now(), outcome = 'unknown', code = 'worker_lost',
               description = 'the worker stopped before it could note the answer'
        where id = any(${ids}::text[]) and finished_at is null`,
  )
}

export async function recordReceipt(
  db: Queryable,
  receipt: { deliveryId: DeliveryId; state: 'taken' | 'delivered' | 'read' | 'failed'; at: Date },
): Promise<void> {
  await db.run(
    sql`insert into receipts (id, delivery_id, state, at) values (${newId('receipt')}, ${receipt.deliveryId}, ${receipt.state}, ${receipt.at})`,
  )
}
