import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'

/** What the owner changed in the profile of a source; undefined when nothing. */
export async function readOverrides(db: Queryable, source: string): Promise<unknown> {
  const row = await db.maybeOne(
    z.object({ overrides: z.unknown() }),
    sql`select overrides from source_profiles where source = ${source}`,
  )
  return row?.overrides
}
