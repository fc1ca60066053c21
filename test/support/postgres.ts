import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Cleanup, cleanup } from './cleanup.ts'

export const templateName = 'vestnik_template'

/** The server that test/run.ts started. */
export function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL']
  if (url === undefined) throw new Error('run tests by `npm test` or `npm run test:one FILE`: they start Postgres')
  return url
}

/** A migrated database of one's own, dropped after the test. */
export async function testDatabase(t: Cleanup): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`
  await onServer((client) => client.query(`create database ${name} template ${templateName}`))
  cleanup(t, () => onServer((client) => client.query(`drop database if exists ${name} with (force)`)))
  return urlOf(name)
}

/** A database in which nothing is yet, not even a schema; dropped after the test. */
export async function emptyDatabase(t: Cleanup): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`
  await onServer((client) => client.query(`create database ${name} template template0`))
  cleanup(t, () => onServer((client) => client.query(`drop database if exists ${name} with (force)`)))
  return urlOf(name)
}

export function urlOf(name: string): string {
  const url = new URL(serverUrl())
  url.pathname = `/${name}`
  return url.href
}

export async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return await onDatabase(serverUrl(), work)
}

export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
