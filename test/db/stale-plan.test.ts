import assert from 'node:assert/strict'
import { it } from 'node:test'
import { z } from 'zod'
import { isUnavailable, openDatabase, type Queryable } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import { cleanup } from '../support/cleanup.ts'
import { emptyDatabase, onDatabase } from '../support/postgres.ts'

it('a table that gets a column under a prepared statement costs nobody more than one answer «come again»', async (t) => {
  const url = await emptyDatabase(t)
  const alter = (text: string) => onDatabase(url, (client) => client.query(text))
  await alter('create table rows (a int); insert into rows values (1)')
  const database = openDatabase({ url, max: 1 })
  cleanup(t, () => database.close())
  const read = (db: Queryable) => db.one(z.object({ a: z.number() }), sql`select * from rows`)
  const addColumn = (name: string) => alter(`alter table rows add column ${name} int`)
  await read(database)
  await addColumn('b')
  assert.deepEqual(await read(database), { a: 1 })

  await database.transaction(read)
  await addColumn('c')
  // What was done before in the same transaction is lost with it, so it has to be begun again by whoever asked.
  await assert.rejects(database.transaction(read), isUnavailable)
  assert.deepEqual(await database.transaction(read), { a: 1 })
})
