import assert from 'node:assert/strict'
import { it } from 'node:test'
import { z } from 'zod'
import { openDatabase } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import { cleanup } from '../support/cleanup.ts'
import { testDatabase } from '../support/postgres.ts'

const row = z.object({ value: z.number() })
const counter = sql`select value from counter`

it('reads of one snapshot are of one moment, it writes nothing, and it gives its connection back', async (t) => {
  const db = openDatabase({ url: await testDatabase(t), max: 2 })
  cleanup(t, () => db.close())
  await db.run(sql`create table counter as select 1 as value`)

  const seen = await db.snapshot(async (tx) => {
    const before = await tx.one(row, counter)
    await db.run(sql`update counter set value = 2`)
    return [before.value, (await tx.one(row, counter)).value]
  })
  assert.deepEqual(seen, [1, 1])
  assert.equal((await db.one(row, counter)).value, 2)

  for (const _ of [1, 2, 3]) {
    await assert.rejects(
      db.snapshot((tx) => tx.run(sql`update counter set value = 3`)),
      /read-only transaction/,
    )
  }
  assert.equal((await db.one(row, counter)).value, 2)
})
