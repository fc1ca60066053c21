import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { newId } from '../../lib/ids.ts'
import type { KnownKey } from '../key.ts'
import { forgetKeys, hashOf, keyOf, keyRow } from './find.ts'

export type NewKey = Omit<KnownKey, 'id' | 'line'> & { expiresAt: Date | null; createdBy: string }

export type MadeKey = { id: string; secret: string }

/** The key itself is told once and never stored: only its hash is. 32 random bytes need no slow hash. */
export async function createKey(db: Queryable, key: NewKey & { line?: string }): Promise<MadeKey> {
  const secret = `vst_${key.kind}_${randomBytes(24).toString('base64url')}`
  const id = newId('key')
  await db.run(
    sql`insert into keys (id, line, name, kind, source, branch_code, scopes, key_hash, hint, rate_per_minute, expires_at, created_by)
        values (${id}, ${key.line ?? id}, ${key.name}, ${key.kind}, ${key.source}, ${key.branchCode}, ${key.scopes}, ${hashOf(secret)},
                ${secret.slice(-4)}, ${key.ratePerMinute}, ${key.expiresAt}, ${key.createdBy})`,
  )
  return { id, secret }
}

export type ListedKey = KnownKey & {
  hint: string
  createdAt: Date
  createdBy: string
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
  isValid: boolean
}

const listedRow = keyRow.extend({
  hint: z.string(),
  created_at: z.date(),
  created_by: z.string(),
  last_used_at: z.date().nullable(),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
  is_valid: z.boolean(),
})

const listedColumns = sql`id, line, name, kind, source, branch_code, scopes, rate_per_minute, hint, created_at, created_by,
  last_used_at, expires_at, revoked_at, revoked_at is null and (expires_at is null or expires_at > now()) as is_valid`

/** In the order in which they were made. */
export async function listKeys(db: Queryable): Promise<ListedKey[]> {
  const rows = await db.many(listedRow, sql`select ${listedColumns} from keys order by id`)
  return rows.map(listedOf)
}

export async function keyById(db: Queryable, id: string): Promise<ListedKey | undefined> {
  const row = await db.maybeOne(listedRow, sql`select ${listedColumns} from keys where id = ${id}`)
  return row && listedOf(row)
}

function listedOf(row: z.output<typeof listedRow>): ListedKey {
  return {
    ...keyOf(row),
    hint: row.hint,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    isValid: row.is_valid,
  }
}

/** False when there is no such key, or it was revoked before. */
export async function revokeKey(db: Queryable, id: string, by: string): Promise<boolean> {
  const touched = await db.run(
    sql`update keys set revoked_at = now(), revoked_by = ${by} where id = ${id} and revoked_at is null`,
  )
  forgetKeys()
  return touched > 0
}

export type Rotation =
  | { ok: true; made: MadeKey; validUntil: Date }
  /** It is no longer valid, or was exchanged before: only the newest key of a line can be. */
  | { ok: false; why: 'not_valid' | 'not_newest' }

/**
 * A new key with the rights of an old one, which stays valid for `overlapMs`. At most two of a line are valid at a time: one
 * that was still in its own overlap ends now. A key that was made to last for a time is followed by one that lasts as long.
 */
export async function rotateKey(db: Database, id: string, overlapMs: number, by: string): Promise<Rotation> {
  const rotation = await db.transaction(async (tx): Promise<Rotation> => {
    // Two who exchange one key at the same moment must not both succeed.
    await tx.run(sql`select 1 from keys where line = (select line from keys where id = ${id}) order by id for update`)
    const line = await tx.many(
      listedRow,
      sql`select ${listedColumns} from keys where line = (select line from keys where id = ${id}) order by id`,
    )
    const old = line.find((each) => each.id === id)
    if (!old?.is_valid) return { ok: false, why: 'not_valid' }
    if (line.some((each) => each.is_valid && each.id > id)) return { ok: false, why: 'not_newest' }
    const { valid_until } = await tx.one(
      z.object({ valid_until: z.date() }),
      sql`update keys set expires_at = least(expires_at, now() + ${overlapMs} * interval '1 millisecond')
          where id = ${id} returning expires_at as valid_until`,
    )
    await tx.run(
      sql`update keys set revoked_at = now(), revoked_by = ${by}
          where line = ${old.line} and id <> ${id} and revoked_at is null and (expires_at is null or expires_at > now())`,
    )
    const lifetimeMs = old.expires_at === null ? null : old.expires_at.getTime() - old.created_at.getTime()
    const expiresAt = lifetimeMs === null ? null : new Date(Date.now() + lifetimeMs)
    const made = await createKey(tx, { ...listedOf(old), expiresAt, createdBy: by, line: old.line })
    return { ok: true, made, validUntil: valid_until }
  })
  forgetKeys()
  return rotation
}
