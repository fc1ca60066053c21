import { z } from 'zod'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'

/** Rows of each table of ours; parts of a partitioned one are counted in the whole. */
export async function countsOf(db: Queryable): Promise<Map<string, number>> {
  const tables = await db.many(
    z.object({ name: z.string() }),
    sql`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  )
  const counts = new Map<string, number>()
  for (const { name } of tables) {
    const [row] = await db.many(z.object({ count: z.bigint() }), {
      text: `select count(*) as count from "${name.replaceAll('"', '""')}"`,
      values: [],
    })
    counts.set(name, Number(row?.count ?? 0n))
  }
  return counts
}

/** The last event that was kept. */
export async function lastEventAt(db: Queryable): Promise<Date | undefined> {
  const { at } = await db.one(z.object({ at: z.date().nullable() }), sql`select max(received_at) as at from events`)
  return at ?? undefined
}

export async function eventsAfter(db: Queryable, at: Date): Promise<number> {
  const { count } = await db.one(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count from events where received_at > ${at}`,
  )
  return count
}

/** Databases of earlier checks that were killed. */
export async function scratchesOn(db: Queryable, prefix: string): Promise<string[]> {
  const rows = await db.many(
    z.object({ name: z.string() }),
    sql`select datname as name from pg_database where starts_with(datname, ${prefix})`,
  )
  return rows.map(({ name }) => name)
}

/** @param name of letters, digits and _ only. */
export async function createScratch(db: Database, name: string): Promise<void> {
  await db.run({ text: `create database ${checked(name)} template template0`, values: [] })
}

export async function dropScratch(db: Database, name: string): Promise<void> {
  await db.run({ text: `drop database if exists ${checked(name)} with (force)`, values: [] })
}

function checked(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,60}$/.test(name)) throw new Error(`not a name of a database: ${name}`)
  return name
}
