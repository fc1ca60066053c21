import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { Keyring } from '../../lib/crypto.ts'
import { branded } from '../../lib/ids.ts'

const startOf = (id: string) => Buffer.from(`${id}:`)

/** How many wrapped keys there are under each master key. */
export async function keysByMaster(db: Queryable): Promise<Map<string, number>> {
  const rows = await db.many(
    z.object({ master: z.string(), keys: z.bigint() }),
    sql`select encode(substring(k.wrapped from 1 for position(':'::bytea in k.wrapped) - 1), 'escape') as master, count(*) as keys
        from (select data_key as wrapped from clients where data_key is not null union all select wrapped from secrets) k
        group by 1 order by 1`,
  )
  return new Map(rows.map(({ master, keys }) => [master, Number(keys)]))
}

/** Of one batch: where to go on, and how many keys it wrapped anew. `after` is null when there is no more. */
export type Batch = { after: string | null; rewrapped: number }

/**
 * Wraps the keys of the next clients with the current master key. A key that was destroyed or changed meanwhile stays as
 * it is: the old bytes are part of the condition.
 */
export async function rewrapClients(db: Queryable, keyring: Keyring, after: string, limit: number): Promise<Batch> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'client'>), data_key: z.instanceof(Buffer) }),
    sql`select id, data_key from clients where id > ${after} and data_key is not null
          and substring(data_key from 1 for ${startOf(keyring.currentId).length}::int) <> ${startOf(keyring.currentId)}
        order by id limit ${limit}`,
  )
  const fresh = rows.map(({ id, data_key }) => rewrap(keyring, data_key, `client:${id}`))
  const rewrapped =
    rows.length === 0
      ? 0
      : await db.run(
          sql`update clients c set data_key = k.fresh
              from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.data_key)}::bytea[], ${fresh}::bytea[]) as k (id, old, fresh)
              where c.id = k.id and c.data_key = k.old`,
        )
  return { after: rows.length < limit ? null : (rows.at(-1)?.id ?? null), rewrapped }
}

/** The service's own keys: of the blind index, and of what belongs to no client. */
export async function rewrapSecrets(db: Queryable, keyring: Keyring): Promise<number> {
  const rows = await db.many(
    z.object({ name: z.string(), wrapped: z.instanceof(Buffer) }),
    sql`select name, wrapped from secrets
        where substring(wrapped from 1 for ${startOf(keyring.currentId).length}::int) <> ${startOf(keyring.currentId)}`,
  )
  let rewrapped = 0
  for (const { name, wrapped } of rows) {
    const fresh = rewrap(keyring, wrapped, `secret:${name}`)
    rewrapped += await db.run(sql`update secrets set wrapped = ${fresh} where name = ${name} and wrapped = ${wrapped}`)
  }
  return rewrapped
}

/** Opens what it has made before the old one is given up. */
function rewrap(keyring: Keyring, wrapped: Buffer, context: string): Buffer {
  const key = keyring.unwrap(wrapped, context)
  const fresh = keyring.wrap(key, context)
  if (!keyring.unwrap(fresh, context).equals(key)) throw new Error('a key that was wrapped anew does not open')
  return fresh
}

/** How a running process names the keys it has, for `processesWithout`. */
export function processName(keyIds: readonly string[]): string {
  return `vestnik keys=${keyIds.join('+')}`.slice(0, 63)
}

/** Connections of running services that do not have this master key in the first place. */
export async function processesWithout(db: Queryable, keyId: string): Promise<{ pid: number; name: string }[]> {
  const rows = await db.many(
    z.object({ pid: z.number(), name: z.string() }),
    sql`select pid, application_name as name from pg_stat_activity
        where datname = current_database() and application_name like 'vestnik keys=%' order by pid`,
  )
  return rows.filter(({ name }) => {
    const first = /^vestnik keys=([^+]*)/.exec(name)?.[1]
    return first !== keyId
  })
}
