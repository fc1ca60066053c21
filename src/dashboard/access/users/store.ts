import { z } from 'zod'
import type { Database, Queryable } from '../../../db/database.ts'
import { sql } from '../../../db/sql.ts'
import { type Role, roles } from '../rights.ts'

export type User = {
  name: string
  role: Role
  branches: readonly string[] | null
  mustChangePassword: boolean
  createdAt: Date
  lastLoginAt: Date | null
  disabledAt: Date | null
}

export async function listUsers(db: Queryable): Promise<User[]> {
  const rows = await db.many(
    z.object({
      name: z.string(),
      role: z.enum(roles),
      branches: z.array(z.string()).nullable(),
      must_change_password: z.boolean(),
      created_at: z.date(),
      last_login_at: z.date().nullable(),
      disabled_at: z.date().nullable(),
    }),
    sql`select name, role, branches, must_change_password, created_at, last_login_at, disabled_at from users order by name`,
  )
  return rows.map((row) => ({
    name: row.name,
    role: row.role,
    branches: row.branches,
    mustChangePassword: row.must_change_password,
    createdAt: row.created_at,
    lastLoginAt: row.last_login_at,
    disabledAt: row.disabled_at,
  }))
}

export type NewUser = { name: string; passwordHash: string; role: Role; branches: readonly string[] | null }

/** False when there is a user of that name. His password was chosen by somebody else, so he has to change it. */
export async function createUser(db: Queryable, user: NewUser): Promise<boolean> {
  const made = await db.run(
    sql`insert into users (name, password_hash, role, branches, must_change_password)
        values (${user.name}, ${user.passwordHash}, ${user.role}, ${user.branches}, true) on conflict do nothing`,
  )
  return made > 0
}

export type UserChange = { role: Role; branches: readonly string[] | null; isDisabled: boolean }

/** `last`: nobody would be left who can mend it. */
export async function changeUser(
  db: Database,
  name: string,
  change: UserChange,
): Promise<'changed' | 'unknown' | 'last'> {
  return await db.transaction(async (tx) => {
    // Two who take each other's rights away at once must not both succeed.
    const administrators = await tx.many(
      z.object({ name: z.string() }),
      sql`select name from users where role = 'administrator' and disabled_at is null order by name for update`,
    )
    const staysOne = change.role === 'administrator' && !change.isDisabled
    const others = administrators.filter((each) => each.name !== name)
    if (!staysOne && others.length === 0) return 'last'
    const touched = await tx.run(
      sql`update users set role = ${change.role}, branches = ${change.branches},
                 disabled_at = case when ${change.isDisabled}::boolean then coalesce(disabled_at, now()) end
          where name = ${name}`,
    )
    if (touched === 0) return 'unknown'
    if (change.isDisabled) await endSessions(tx, name, null)
    return 'changed'
  })
}

/** False when there is no such user. */
export async function setPassword(
  db: Queryable,
  { name, passwordHash, mustChange }: { name: string; passwordHash: string; mustChange: boolean },
): Promise<boolean> {
  const touched = await db.run(
    sql`update users set password_hash = ${passwordHash}, must_change_password = ${mustChange}
        where name = ${name}`,
  )
  return touched > 0
}

/** @param except the session that goes on; null ends all. */
export async function endSessions(db: Queryable, name: string, except: Buffer | null): Promise<void> {
  await db.run(
    sql`delete from sessions where user_name = ${name} and (${except}::bytea is null or token_hash <> ${except}::bytea)`,
  )
}
