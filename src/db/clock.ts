import { z } from 'zod'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/**
 * The one clock that all processes share: what a row says of its moment is compared with it by every worker, and the clock
 * of a machine may be hours off.
 */
export async function databaseNow(db: Queryable): Promise<Date> {
  return (await db.one(z.object({ now: z.date() }), sql`select clock_timestamp() as now`)).now
}
