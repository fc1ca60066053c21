import { z } from 'zod'
import { type AnswerWord, answerWords } from '../../channels/message.ts'
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

/** How a branch presents itself to clients; null is what the company has. */
export type BranchBrand = {
  name: string | null
  site: string | null
  feedbackUrl: string | null
  logoUrl: string | null
  phone: string | null
  signature: string | null
  greeting: boolean | null
  buttons: AnswerWord[] | null
}

export type KnownBranch = {
  code: string
  name: string | null
  timezone: string | null
  brand: BranchBrand
  updatedAt: Date
  /** Null while only events have told of it. */
  updatedBy: string | null
}

export async function listBranches(db: Queryable): Promise<KnownBranch[]> {
  const rows = await db.many(branchRow, sql`select ${columns} from branches order by code`)
  return rows.map(branchOf)
}

export async function branchByCode(db: Queryable, code: string): Promise<KnownBranch | undefined> {
  const row = await db.maybeOne(branchRow, sql`select ${columns} from branches where code = ${code}`)
  return row && branchOf(row)
}

/** An operator's word about a branch, all of it; null leaves a name or a zone to the events, a brand to the company. */
export async function saveBranch(
  db: Queryable,
  { code, name, timezone, brand }: Pick<KnownBranch, 'code' | 'name' | 'timezone' | 'brand'>,
  by: string,
): Promise<KnownBranch> {
  const row = await db.one(
    branchRow,
    sql`insert into branches (code, name, timezone, brand_name, site, feedback_url, logo_url, phone, signature, greeting, buttons,
          updated_by)
        values (${code}, ${name}, ${timezone}, ${brand.name}, ${brand.site}, ${brand.feedbackUrl}, ${brand.logoUrl},
          ${brand.phone}, ${brand.signature}, ${brand.greeting}, ${brand.buttons}::text[], ${by})
        on conflict (code) do update set name = excluded.name, timezone = excluded.timezone,
          brand_name = excluded.brand_name, site = excluded.site, feedback_url = excluded.feedback_url,
          logo_url = excluded.logo_url, phone = excluded.phone, signature = excluded.signature,
          greeting = excluded.greeting, buttons = excluded.buttons, updated_at = now(), updated_by = excluded.updated_by
        returning ${columns}`,
  )
  return branchOf(row)
}

const columns = sql`code, name, timezone, brand_name, site, feedback_url, logo_url, phone, signature, greeting, buttons,
  updated_at, updated_by`

const branchRow = z.object({
  code: z.string(),
  name: z.string().nullable(),
  timezone: z.string().nullable(),
  brand_name: z.string().nullable(),
  site: z.string().nullable(),
  feedback_url: z.string().nullable(),
  logo_url: z.string().nullable(),
  phone: z.string().nullable(),
  signature: z.string().nullable(),
  greeting: z.boolean().nullable(),
  buttons: z.array(z.enum(answerWords)).nullable(),
  updated_at: z.date(),
  updated_by: z.string().nullable(),
})

function branchOf(row: z.output<typeof branchRow>): KnownBranch {
  return {
    code: row.code,
    name: row.name,
    timezone: row.timezone,
    brand: {
      name: row.brand_name,
      site: row.site,
      feedbackUrl: row.feedback_url,
      logoUrl: row.logo_url,
      phone: row.phone,
      signature: row.signature,
      greeting: row.greeting,
      buttons: row.buttons,
    },
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}
