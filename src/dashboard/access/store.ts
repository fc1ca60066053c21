import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
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

/** Undefined when there is no such user, or none who may come in. */
export async function passwordHashOf(db: Queryable, name: string): Promise<string | undefined> {
  const user = await db.maybeOne(
    z.object({ password_hash: z.string() }),
    sql`select password_hash from users where name = ${name} and disabled_at is null`,
  )
  return user?.password_hash
}

export async function noteEntry(db: Queryable, name: string): Promise<void> {
  await db.run(sql`update users set last_login_at = now() where name = ${name}`)
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
