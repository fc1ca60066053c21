import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'

export type StoredOverrides = { overrides: unknown; updatedAt: Date; updatedBy: string }

/** What the owner changed in the profile of a source, and who did it when; undefined when nobody ever has. */
export async function readOverrides(db: Queryable, source: string): Promise<StoredOverrides | undefined> {
  const row = await db.maybeOne(
    z.object({ overrides: z.unknown(), updated_at: z.date(), updated_by: z.string() }),
    sql`select overrides, updated_at, updated_by from source_profiles where source = ${source}`,
  )
  return row && { overrides: row.overrides, updatedAt: row.updated_at, updatedBy: row.updated_by }
}

export async function saveOverrides(db: Queryable, source: string, overrides: object, by: string): Promise<void> {
  await db.run(
    sql`insert into source_profiles (source, overrides, updated_by) values (${source}, ${JSON.stringify(overrides)}::jsonb, ${by})
        on conflict (source) do update set overrides = excluded.overrides, updated_at = now(), updated_by = excluded.updated_by`,
  )
}
