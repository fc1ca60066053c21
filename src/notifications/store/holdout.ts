import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { type Holdout, holdoutSchema, noHoldout } from '../holdout.ts'

export async function readHoldout(db: Queryable): Promise<Holdout> {
  const row = await db.maybeOne(
    z.object({ value: holdoutSchema }),
    sql`select value from settings where key = 'promo_holdout'`,
  )
  return row?.value ?? noHoldout
}

export async function saveHoldout(db: Queryable, holdout: Holdout): Promise<void> {
  await db.run(
    sql`insert into settings (key, value) values ('promo_holdout', ${JSON.stringify(holdout)}::jsonb)
        on conflict (key) do update set value = excluded.value, updated_at = now()`,
  )
}
