import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { deliveryStateSchema } from '../delivery.ts'

export type Gauges = {
  undecided: { reset(): void; set(labels: { state: string }, value: number): void }
  oldestDue: { set(value: number): void }
}

/** What is on its way, and how long the oldest due delivery has been waiting. */
export async function measure(db: Queryable, gauges: Gauges): Promise<void> {
  const rows = await db.many(
    z.object({ state: deliveryStateSchema, count: z.bigint(), oldest_s: z.number().nullable() }),
    sql`select state, count(*) as count,
               extract(epoch from max(clock_timestamp() - coalesce(next_attempt_at, created_at)))::float8 as oldest_s
        from deliveries where decided_at is null group by state`,
  )
  gauges.undecided.reset()
  for (const row of rows) gauges.undecided.set({ state: row.state }, Number(row.count))
  gauges.oldestDue.set(Math.max(0, ...rows.map((row) => row.oldest_s ?? 0)))
}
