import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { type KnownKey, keyKinds } from '../key.ts'

export const keyRow = z.object({
  id: z.string(),
  line: z.string(),
  name: z.string(),
  kind: z.enum(keyKinds),
  source: z.string().nullable(),
  branch_code: z.string().nullable(),
  scopes: z.array(z.string()),
  rate_per_minute: z.number().nullable(),
})

/** A revoked key works for this long at most, in the other processes. */
const rememberedMs = 5_000
const remembered = new LRUCache<string, { key: KnownKey | null }>({ max: 2_000, ttl: rememberedMs })
let changes = 0

/** The key behind a secret; undefined when there is none, or it was revoked or has run out. */
export async function findKey(db: Queryable, secret: string): Promise<KnownKey | undefined> {
  const hash = hashOf(secret)
  const cacheKey = hash.toString('base64')
  const known = remembered.get(cacheKey)
  if (known) return known.key ?? undefined
  const asOf = changes
  const row = await db.maybeOne(
    keyRow.extend({ left_ms: z.number().nullable() }),
    sql`select id, line, name, kind, source, branch_code, scopes, rate_per_minute,
               extract(epoch from expires_at - now())::float8 * 1000 as left_ms
        from keys where key_hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > now())`,
  )
  const key = row ? keyOf(row) : null
  const ttl = Math.max(1, Math.ceil(Math.min(rememberedMs, row?.left_ms ?? rememberedMs)))
  // What was read before a key was revoked must not be remembered after it.
  if (asOf === changes) remembered.set(cacheKey, { key }, { ttl })
  if (key) await noteUse(db, key.id)
  return key ?? undefined
}

/** A key was revoked or exchanged: this process asks the database anew. */
export function forgetKeys(): void {
  changes += 1
  remembered.clear()
}

/** A source that ever had a key of the database is there: whoever brings a revoked one is told that it is wrong. */
export async function hasKeys(db: Queryable, source: string): Promise<boolean> {
  const row = await db.maybeOne(z.object({ id: z.string() }), sql`select id from keys where source = ${source} limit 1`)
  return row !== undefined
}

export function keyOf(row: z.output<typeof keyRow>): KnownKey {
  return {
    id: row.id,
    line: row.line,
    name: row.name,
    kind: row.kind,
    source: row.source,
    branchCode: row.branch_code,
    scopes: row.scopes,
    ratePerMinute: row.rate_per_minute,
  }
}

async function noteUse(db: Queryable, id: string): Promise<void> {
  await db.run(
    sql`update keys set last_used_at = now() where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
  )
}

/** Counts a request of this key in its minute, over all processes; answers how long to wait when it was too many. */
export async function countRequest(db: Queryable, key: KnownKey): Promise<{ retryAfterS: number } | undefined> {
  if (key.ratePerMinute === null) return undefined
  const row = await db.maybeOne(
    z.object({ window_count: z.number(), left_s: z.number() }),
    sql`update keys set
          window_count = case when window_start > now() - interval '1 minute' then window_count + 1 else 1 end,
          window_start = case when window_start > now() - interval '1 minute' then window_start else now() end
        where id = ${key.id}
        returning window_count, extract(epoch from window_start + interval '1 minute' - now())::float8 as left_s`,
  )
  if (!row || row.window_count <= key.ratePerMinute) return undefined
  return { retryAfterS: Math.max(1, Math.ceil(row.left_s)) }
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
