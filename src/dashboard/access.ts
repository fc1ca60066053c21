import { createHash, randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { createStrangersDoor } from './access/lockout.ts'
import { hashPassword, isPassword } from './access/password.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  findSession,
  forgetTries,
  hasUsers,
  insertSession,
  insertUser,
  type Session,
  tryUser,
} from './access/store.ts'
import { endSessions, setPassword } from './access/users/store.ts'

export const firstAdmin = 'admin'
export const sessionMs = 12 * 3_600_000

/** Makes the user `admin` when there is no user yet. Later the password lives in the database, and `password` is not looked at. */
export async function ensureFirstAdmin(
  needs: { db: Database; log: Logger },
  password: string | undefined,
): Promise<void> {
  if (await hasUsers(needs.db)) return
  if (password === undefined) {
    needs.log.warn({
      msg: 'dashboard.no_users',
      advice: 'set DASHBOARD_PASSWORD and start again: nobody can log in to the dashboard',
    })
    return
  }
  const isMade = await insertUser(needs.db, {
    name: firstAdmin,
    passwordHash: await hashPassword(password),
    role: 'administrator',
  })
  if (isMade) needs.log.info({ msg: 'dashboard.first_admin_made', user: firstAdmin })
}

/** `user`: whose door it was, if anybody's. */
export type LoginResult = { user: string | undefined } & (
  | { kind: 'in'; token: string }
  | { kind: 'wrong' }
  | { kind: 'locked'; until: Date }
)

export type Access = {
  logIn(name: string, password: string): Promise<LoginResult>
  /** The session of a cookie's token, while it lasts. */
  sessionOf(token: string): Promise<Session | undefined>
  logOut(token: string): Promise<void>
  /** Sets the user's own new password after a look at the present one; his other sessions end. */
  changePassword(name: string, present: string, next: string, token: string): Promise<'changed' | 'wrong' | 'locked'>
}

/** Who may see the dashboard. Of a session's token only the hash is kept: a copy of the database opens no door. */
export function createAccess({ db, log }: { db: Database; log: Logger }): Access {
  const strangers = createStrangersDoor()
  return {
    logIn: async (typedName, password) => {
      const name = typedName.trim().toLowerCase()
      const now = new Date()
      const user = await tryUser(db, name, now)
      const door = user ?? strangers.try(name, now)
      const whose = { user: user && name }
      if (!door.isOpen) return { kind: 'locked', until: door.lockedUntil ?? now, ...whose }
      if (await isPassword(password, user?.passwordHash)) {
        await forgetTries(db, name)
        return { kind: 'in', token: await openSession(db, name), ...whose }
      }
      if (door.lockedUntil === null) return { kind: 'wrong', ...whose }
      log.warn({ msg: 'dashboard.user_locked', ...(user ? { user: name } : {}) })
      return { kind: 'locked', until: door.lockedUntil, ...whose }
    },
    sessionOf: (token) => findSession(db, hashOf(token)),
    logOut: (token) => deleteSession(db, hashOf(token)),
    changePassword: async (name, present, next, token) => {
      // A session that was left open must not be a place to guess at: tries count as at the door.
      const user = await tryUser(db, name, new Date())
      if (!user?.isOpen) return 'locked'
      if (!(await isPassword(present, user.passwordHash))) return 'wrong'
      await forgetTries(db, name)
      await setPassword(db, { name, passwordHash: await hashPassword(next), mustChange: false })
      await endSessions(db, name, hashOf(token))
      return 'changed'
    },
  }
}

async function openSession(db: Database, userName: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await deleteExpiredSessions(db)
  await insertSession(db, {
    tokenHash: hashOf(token),
    userName,
    csrf: randomBytes(32).toString('base64url'),
    expiresAt: new Date(Date.now() + sessionMs),
  })
  return token
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
