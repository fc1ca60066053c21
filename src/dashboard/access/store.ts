import { z } from 'zod'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { oneMore } from './lockout.ts'
import { type Role, roles } from './rights.ts'

export async function hasUsers(db: Queryable): Promise<boolean> {
  const { has } = await db.one(z.object({ has: z.boolean() }), sql`select exists (select from users) as has`)
  return has
}

/** Answers whether it was this call that made the user. */
export async function insertUser(
  db: Queryable,
  user: { name: string; passwordHash: string; role: Role },
): Promise<boolean> {
  const made = await db.run(
    sql`insert into users (name, password_hash, role) values (${user.name}, ${user.passwordHash}, ${user.role})
        on conflict do nothing`,
  )
  return made === 1
}

export type UserTry = { passwordHash: string; isOpen: boolean; lockedUntil: Date | null }

/** Counts one try at this user's door; undefined when there is no such user. */
export async function tryUser(db: Database, name: string, now: Date): Promise<UserTry | undefined> {
  return await db.transaction(async (tx) => {
    const user = await tx.maybeOne(
      z.object({ password_hash: z.string(), failed_logins: z.number(), locked_until: z.date().nullable() }),
      sql`select password_hash, failed_logins, locked_until from users where name = ${name} and disabled_at is null for update`,
    )
    if (!user) return undefined
    const before = { failed: user.failed_logins, lockedUntil: user.locked_until }
    const after = oneMore(before, now)
    if (after) {
      await tx.run(
        sql`update users set failed_logins = ${after.failed}, locked_until = ${after.lockedUntil} where name = ${name}`,
      )
    }
    const { lockedUntil } = after ?? before
    return { passwordHash: user.password_hash, isOpen: after !== undefined, lockedUntil }
  })
}

export async function forgetTries(db: Queryable, name: string): Promise<void> {
  await db.run(sql`update users set failed_logins = 0, locked_until = null, last_login_at = now() where name = ${name}`)
}

export type NewSession = { tokenHash: Buffer; userName: string; csrf: string; expiresAt: Date }

export async function insertSession(db: Queryable, session: NewSession): Promise<void> {
  await db.run(
    sql`insert into sessions (token_hash, user_name, csrf, expires_at)
        values (${session.tokenHash}, ${session.userName}, ${session.csrf}, ${session.expiresAt})`,
  )
}

export type Session = {
  userName: string
  role: Role
  csrf: string
  /** The branches he sees; null means all. */
  branches: readonly string[] | null
  /** Somebody else has set his password: he has to choose his own before anything else. */
  mustChangePassword: boolean
}

export async function findSession(db: Queryable, tokenHash: Buffer): Promise<Session | undefined> {
  const row = await db.maybeOne(
    z.object({
      user_name: z.string(),
      role: z.enum(roles),
      csrf: z.string(),
      branches: z.array(z.string()).nullable(),
      must_change_password: z.boolean(),
    }),
    sql`select s.user_name, u.role, s.csrf, u.branches, u.must_change_password from sessions s join users u on u.name = s.user_name
        where s.token_hash = ${tokenHash} and s.expires_at > now() and u.disabled_at is null`,
  )
  return (
    row && {
      userName: row.user_name,
      role: row.role,
      csrf: row.csrf,
      // An administrator answers for all branches, whatever stood there before he became one.
      branches: row.role === 'administrator' ? null : row.branches,
      mustChangePassword: row.must_change_password,
    }
  )
}

export async function deleteSession(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.run(sql`delete from sessions where token_hash = ${tokenHash}`)
}

export async function deleteExpiredSessions(db: Queryable): Promise<void> {
  await db.run(sql`delete from sessions where expires_at < now()`)
}
