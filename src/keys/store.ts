import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import { newId } from '../lib/ids.ts'
import { type KeyKind, type KnownKey, keyKinds } from './key.ts'

export type NewKey = {
  name: string
  kind: KeyKind
  source: string | null
  branchCode: string | null
  scopes: readonly string[]
  ratePerMinute: number | null
  expiresAt: Date | null
  createdBy: string
}

/** The key itself is told once and never stored: only its hash is. 32 random bytes need no slow hash. */
export async function createKey(db: Queryable, key: NewKey): Promise<{ id: string; secret: string }> {
  const secret = `vst_${key.kind}_${randomBytes(24).toString('base64url')}`
  const id = newId('key')
  await db.run(
    sql`insert into keys (id, name, kind, source, branch_code, scopes, key_hash, hint, rate_per_minute, expires_at, created_by)
        values (${id}, ${key.name}, ${key.kind}, ${key.source}, ${key.branchCode}, ${key.scopes}, ${hashOf(secret)},
                ${secret.slice(-4)}, ${key.ratePerMinute}, ${key.expiresAt}, ${key.createdBy})`,
  )
  return { id, secret }
}

const keyRow = z.object({
  id: z.string(),
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

/** The key behind a secret; undefined when there is none, or it was revoked or has run out. */
export async function findKey(db: Queryable, secret: string): Promise<KnownKey | undefined> {
  const hash = hashOf(secret)
  const cacheKey = hash.toString('base64')
  const known = remembered.get(cacheKey)
  if (known) return known.key ?? undefined
  const row = await db.maybeOne(
    keyRow,
    sql`select id, name, kind, source, branch_code, scopes, rate_per_minute from keys
        where key_hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > now())`,
  )
  const key = row ? keyOf(row) : null
  remembered.set(cacheKey, { key })
  if (key) await noteUse(db, key.id)
  return key ?? undefined
}

export async function hasKeys(db: Queryable, source: string): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ id: z.string() }),
    sql`select id from keys where source = ${source} and revoked_at is null limit 1`,
  )
  return row !== undefined
}

function keyOf(row: z.output<typeof keyRow>): KnownKey {
  return {
    id: row.id,
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

export type ListedKey = KnownKey & {
  hint: string
  createdAt: Date
  createdBy: string
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
}

export async function listKeys(db: Queryable): Promise<ListedKey[]> {
  const rows = await db.many(
    keyRow.extend({
      hint: z.string(),
      created_at: z.date(),
      created_by: z.string(),
      last_used_at: z.date().nullable(),
      expires_at: z.date().nullable(),
      revoked_at: z.date().nullable(),
    }),
    sql`select id, name, kind, source, branch_code, scopes, rate_per_minute, hint, created_at, created_by, last_used_at, expires_at,
               revoked_at from keys order by id`,
  )
  return rows.map((row) => ({
    ...keyOf(row),
    hint: row.hint,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }))
}

/** False when there is no such key, or it was revoked before. */
export async function revokeKey(db: Queryable, id: string): Promise<boolean> {
  const touched = await db.run(sql`update keys set revoked_at = now() where id = ${id} and revoked_at is null`)
  remembered.clear()
  return touched > 0
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
