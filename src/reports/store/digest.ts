import { z } from 'zod'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { type DigestSettings, digestSchema } from '../digest/settings.ts'

type Needs = { db: Queryable; vault: Pick<Vault, 'sealOwn' | 'openOwn'> }

const context = 'digest'

export async function readDigest({ db, vault }: Needs): Promise<DigestSettings | undefined> {
  const row = await db.maybeOne(z.object({ sealed: z.instanceof(Buffer) }), sql`select sealed from digests`)
  return row && digestSchema.parse(JSON.parse(vault.openOwn(context, row.sealed)))
}

/** Undefined switches it off. */
export async function saveDigest(
  { db, vault }: Needs,
  settings: DigestSettings | undefined,
  by: string,
): Promise<void> {
  if (settings === undefined) {
    await db.run(sql`delete from digests`)
    return
  }
  const sealed = vault.sealOwn(context, JSON.stringify(settings))
  await db.run(
    sql`insert into digests (sealed, updated_by) values (${sealed}, ${by})
        on conflict (only_row) do update set sealed = excluded.sealed, updated_by = excluded.updated_by,
          updated_at = clock_timestamp()`,
  )
}

/** True for whoever takes the day first: it is told once, whatever happens to this process afterwards. */
export async function takeDay(db: Queryable, day: string): Promise<boolean> {
  return (await db.run(sql`insert into digest_days (day) values (${day}::date) on conflict do nothing`)) === 1
}

export async function isTaken(db: Queryable, day: string): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ day: z.string() }),
    sql`select day::text as day from digest_days where day = ${day}::date`,
  )
  return row !== undefined
}

/** It surely did not leave: the next look may try again. */
export async function giveDayBack(db: Queryable, day: string): Promise<void> {
  await db.run(sql`delete from digest_days where day = ${day}::date`)
}

export async function endDay(db: Queryable, day: string, outcome: string, code: string | undefined): Promise<void> {
  await db.run(sql`update digest_days set outcome = ${outcome}, code = ${code ?? null} where day = ${day}::date`)
}

export type DigestDay = { day: string; at: Date; outcome: string | null; code: string | null }

export async function lastDigest(db: Queryable): Promise<DigestDay | undefined> {
  return await db.maybeOne(
    z.object({ day: z.string(), at: z.date(), outcome: z.string().nullable(), code: z.string().nullable() }),
    sql`select day::text as day, taken_at as at, outcome, code from digest_days order by day desc limit 1`,
  )
}
