import { createHash, randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { createDoor } from './access/lockout.ts'
import { hashPassword, isPassword } from './access/password.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  findSession,
  hasUsers,
  insertSession,
  insertUser,
  noteEntry,
  passwordHashOf,
  type Session,
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
  /** `from`: the address it is tried from. */
  logIn(name: string, password: string, from: string): Promise<LoginResult>
  /** The session of a cookie's token, while it lasts. */
  sessionOf(token: string): Promise<Session | undefined>
  logOut(token: string): Promise<void>
  /** Sets the user's own new password after a look at the present one; his other sessions end. */
  changePassword(name: string, present: string, next: string, token: string): Promise<'changed' | 'wrong' | 'locked'>
}

/** Who may see the dashboard. Of a session's token only the hash is kept: a copy of the database opens no door. */
export function createAccess({ db, log }: { db: Database; log: Logger }): Access {
  const door = createDoor()
  return {
    logIn: async (typedName, password, from) => {
      const name = typedName.trim().toLowerCase()
      const now = new Date()
      const hash = await passwordHashOf(db, name)
      const lock = lockOf(name, hash)
      const { isOpen, lockedUntil } = door.try(lock, from, now)
      const whose = { user: hash === undefined ? undefined : name }
      if (!isOpen) return { kind: 'locked', until: lockedUntil ?? now, ...whose }
      if (await isPassword(password, hash)) {
        door.opened(lock, from)
        await noteEntry(db, name)
        return { kind: 'in', token: await openSession(db, name), ...whose }
      }
      if (lockedUntil === null) return { kind: 'wrong', ...whose }
      log.warn({ msg: 'dashboard.user_locked', ...(hash === undefined ? {} : { user: name }) })
      return { kind: 'locked', until: lockedUntil, ...whose }
    },
    sessionOf: (token) => findSession(db, hashOf(token)),
    logOut: (token) => deleteSession(db, hashOf(token)),
    changePassword: async (name, present, next, token) => {
      // A session that was left open must not be a place to guess at: tries count as at the door.
      const from = `session ${token}`
      const hash = await passwordHashOf(db, name)
      const lock = lockOf(name, hash)
      if (!door.try(lock, from, new Date()).isOpen) return 'locked'
      if (!(await isPassword(present, hash))) return 'wrong'
      door.opened(lock, from)
      await setPassword(db, { name, passwordHash: await hashPassword(next), mustChange: false })
      await endSessions(db, name, hashOf(token))
      return 'changed'
    },
  }
}

/** A new password has a new lock: whoever was shut out by guesses at the old one may come in. */
function lockOf(name: string, hash: string | undefined): string {
  return `${name} ${hash?.slice(-24) ?? ''}`
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
