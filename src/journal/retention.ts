import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'

/** Makes the journal's partitions of the coming months; does nothing where they are. */
export async function makePartitions(db: Queryable): Promise<void> {
  await db.run(sql`select vestnik_make_partitions(3)`)
}
