import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { keyBy } from '../../lib/list.ts'
import type { KeptEvent } from '../kept.ts'

/** What events say of their branches. Where an operator has said something, it stays. */
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
        on conflict (code) do update set
          name = case when branches.updated_by is null then coalesce(excluded.name, branches.name) else coalesce(branches.name, excluded.name) end,
          timezone = case when branches.updated_by is null then coalesce(excluded.timezone, branches.timezone)
                          else coalesce(branches.timezone, excluded.timezone) end,
          updated_at = now()
        where (branches.name, branches.timezone) is distinct from
              (coalesce(excluded.name, branches.name), coalesce(excluded.timezone, branches.timezone))
          and (branches.updated_by is null or branches.name is null or branches.timezone is null)`,
  )
}

export type KnownBranch = {
  code: string
  name: string | null
  timezone: string | null
  updatedAt: Date
  /** Null while only events have told of it. */
  updatedBy: string | null
}

export async function listBranches(db: Queryable): Promise<KnownBranch[]> {
  const rows = await db.many(
    branchRow,
    sql`select code, name, timezone, updated_at, updated_by from branches order by code`,
  )
  return rows.map(branchOf)
}

/** An operator's word about a branch; null leaves it to the events. */
export async function saveBranch(
  db: Queryable,
  { code, name, timezone }: { code: string; name: string | null; timezone: string | null },
  by: string,
): Promise<KnownBranch> {
  const row = await db.one(
    branchRow,
    sql`insert into branches (code, name, timezone, updated_by) values (${code}, ${name}, ${timezone}, ${by})
        on conflict (code) do update set name = excluded.name, timezone = excluded.timezone, updated_at = now(),
          updated_by = excluded.updated_by
        returning code, name, timezone, updated_at, updated_by`,
  )
  return branchOf(row)
}

const branchRow = z.object({
  code: z.string(),
  name: z.string().nullable(),
  timezone: z.string().nullable(),
  updated_at: z.date(),
  updated_by: z.string().nullable(),
})

function branchOf(row: z.output<typeof branchRow>): KnownBranch {
  return {
    code: row.code,
    name: row.name,
    timezone: row.timezone,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}
