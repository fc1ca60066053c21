import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'

export type ServerFacts = {
  version: string
  major: number
  isReadOnly: boolean
  isSuperuser: boolean
  now: Date
  megabytes: number
  connections: number
  maxConnections: number
}

export async function serverFacts(db: Database): Promise<ServerFacts> {
  return await db.one(
    z.object({
      version: z.string(),
      major: z.number(),
      isReadOnly: z.boolean(),
      isSuperuser: z.boolean(),
      now: z.date(),
      megabytes: z.number(),
      connections: z.number(),
      maxConnections: z.number(),
    }),
    sql`select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
          (pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean) as "isReadOnly",
          coalesce((select rolsuper from pg_roles where rolname = current_user), false) as "isSuperuser",
          clock_timestamp() as now, (pg_database_size(current_database()) / 1048576)::int as megabytes,
          (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
          current_setting('max_connections')::int as "maxConnections"`,
  )
}

/** Undefined when the schema was never made. */
export async function doneMigrations(db: Database): Promise<string[] | undefined> {
  const { found } = await db.one(
    z.object({ found: z.boolean() }),
    sql`select to_regclass('migrations') is not null as found`,
  )
  if (!found) return undefined
  const rows = await db.many(z.object({ name: z.string() }), sql`select name from migrations order by id`)
  return rows.map(({ name }) => name)
}

const wrappedRow = z.object({ id: z.string(), rows: z.number(), wrapped: z.instanceof(Buffer), context: z.string() })
export type WrappedUse = z.output<typeof wrappedRow>

/** Which master keys wrap something here: how many rows each, and one of them to try. A wrapped key is its key's id, a colon, bytes. */
export async function wrappedUses(db: Database): Promise<WrappedUse[]> {
  return await db.many(
    wrappedRow,
    sql`with wrapped as (
          select data_key as bytes, 'client:' || id as context from clients where data_key is not null
          union all select wrapped, 'secret:' || name from secrets
        ), named as (
          select encode(substring(bytes from 1 for position('\\x3a'::bytea in bytes) - 1), 'escape') as id, bytes, context from wrapped
        )
        select id, count(*)::int as rows, (array_agg(bytes order by context desc))[1] as wrapped,
               (array_agg(context order by context desc))[1] as context
        from named group by id order by id`,
  )
}

/** A sealed thing of a client, to be opened: his key's wrapping alone says nothing of what was sealed with it. */
export async function sealedSample(
  db: Database,
): Promise<{ clientId: string; dataKey: Buffer; phone: Buffer } | undefined> {
  return await db.maybeOne(
    z.object({ clientId: z.string(), dataKey: z.instanceof(Buffer), phone: z.instanceof(Buffer) }),
    sql`select id as "clientId", data_key as "dataKey", phone from clients
        where data_key is not null and phone is not null order by id desc limit 1`,
  )
}
