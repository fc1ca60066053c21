import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isUnavailable, openDatabase } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import { cleanup } from '../support/cleanup.ts'
import { testDatabase } from '../support/postgres.ts'

it('a process that stands still in the middle of a transaction does not hold up the others for long', async (t) => {
  const url = await testDatabase(t)
  const [frozen, other] = [1, 2].map(() => openDatabase({ url, max: 1, idleInTransactionMs: 300 }))
  if (!frozen || !other) throw new Error('two processes')
  cleanup(t, () => Promise.all([frozen.close(), other.close()]))
  await other.run(sql`create table counter as select 1 as value`)
  const holding = signal()
  const thawed = signal()
  const late = frozen.transaction(async (db) => {
    await db.run(sql`update counter set value = 2`)
    holding.resolve()
    await thawed.promise
    await db.run(sql`update counter set value = 3`)
  })
  await holding.promise

  const touched = await other.run(sql`update counter set value = value + 10 where value = 1`)

  assert.equal(touched, 1, 'the frozen one had changed nothing')
  thawed.resolve()
  await assert.rejects(late, (error) => isUnavailable(error))
})

function signal(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}
