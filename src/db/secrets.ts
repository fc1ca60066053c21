import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Keyring } from '../lib/crypto.ts'
import type { Database, Queryable } from './database.ts'
import { sql } from './sql.ts'

/** A random key of 32 bytes that lives in the database, wrapped by a master key; made by the first process that asks for it. */
export async function databaseSecret(db: Database, keyring: Keyring, name: string): Promise<Buffer> {
  const context = `secret:${name}`
  await db.run(
    sql`insert into secrets (name, wrapped) values (${name}, ${keyring.wrap(randomBytes(32), context)}) on conflict do nothing`,
  )
  const { wrapped } = await db.one(
    z.object({ wrapped: z.instanceof(Buffer) }),
    sql`select wrapped from secrets where name = ${name}`,
  )
  return keyring.unwrap(wrapped, context)
}

/** The same of a database that is only looked at; undefined when it was never made there. */
export async function existingSecret(db: Queryable, keyring: Keyring, name: string): Promise<Buffer | undefined> {
  const row = await db.maybeOne(
    z.object({ wrapped: z.instanceof(Buffer) }),
    sql`select wrapped from secrets where name = ${name}`,
  )
  return row && keyring.unwrap(row.wrapped, `secret:${name}`)
}
