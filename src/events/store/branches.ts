import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { keyBy } from '../../lib/list.ts'
import type { KeptEvent } from '../kept.ts'

export async function rememberBranches(db: Queryable, events: readonly KeptEvent[]): Promise<void> {
  const branches = keyBy(
    events.flatMap(({ branch }) => (branch?.code === undefined ? [] : [{ ...branch, code: branch.code }])),
    (each) => each.code,
  )
  if (branches.size === 0) return
  const rows = [...branches.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  await db.run(
    sql`insert into branches (code, name, timezone)
        select * from unnest(${rows.map((b) => b.code)}::text[], ${rows.map((b) => b.name ?? null)}::text[],
                             ${rows.map((b) => b.timezone ?? null)}::text[])
        on conflict (code) do update set name = coalesce(excluded.name, branches.name),
          timezone = coalesce(excluded.timezone, branches.timezone), updated_at = now()
        where (branches.name, branches.timezone) is distinct from
              (coalesce(excluded.name, branches.name), coalesce(excluded.timezone, branches.timezone))`,
  )
}
