import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import pg from 'pg'
import { migrate } from '../../src/db/migrate.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { emptyDatabase, onDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const tables = 'create table payouts (id int, sum int); create table clients (id int);'
const both = 'alter table payouts add column b int; alter table clients add column b int;'

describe('migrations beside a version that works', { timeout: 60_000 }, () => {
  it('let it go on while somebody holds a table for long, and are done when he lets go', async (t) => {
    const { url, folder } = await begun(t)
    await writeFile(join(folder, '0002_both.sql'), both)
    const reader = await connected(t, url)
    await reader.query('begin; select * from clients')
    let isDone = false
    const done = migrate(url, { folder }).finally(() => {
      isDone = true
    })
    await until(() => isWaiting(url), 10_000, 'the migration waits for the table')

    // Fifty payouts while it tries: none may wait for as long as the reader takes.
    await onDatabase(url, async (client) => {
      await client.query(`set statement_timeout = '5s'`)
      for (let sum = 1; sum <= 50; sum++) {
        await client.query('insert into payouts (sum) values ($1)', [sum])
        await client.query('insert into clients values ($1)', [sum])
      }
    })
    assert.equal(isDone, false)
    await reader.query('commit')

    assert.deepEqual(await done, ['0002_both'])
  })

  it('give way in a deadlock: it is never the message that fails', async (t) => {
    const { url, folder } = await begun(t)
    await writeFile(join(folder, '0002_both.sql'), both)
    const worker = await connected(t, url)
    await worker.query('begin; insert into clients values (1)')
    const done = migrate(url, { folder })
    await until(() => isWaiting(url), 10_000, 'the migration holds one table and waits for the other')

    await worker.query('insert into payouts values (1, 1)')
    await worker.query('commit')

    assert.deepEqual(await done, ['0002_both'])
  })

  it('say after their patience that the tables are in use, and leave nothing half done', async (t) => {
    const { url, folder } = await begun(t)
    await writeFile(join(folder, '0002_both.sql'), both)
    const reader = await connected(t, url)
    await reader.query('begin; select * from clients')

    await assert.rejects(migrate(url, { folder, patienceMs: 0 }), /did not get its tables/)

    await reader.query('commit')
    assert.deepEqual(await migrate(url, { folder }), ['0002_both'])
  })

  it('build an index while messages are written, and anew what an earlier try has left broken', async (t) => {
    const { url, folder } = await begun(t)
    const worker = await connected(t, url)
    await worker.query('insert into payouts values (1, 1), (1, 2)')
    const unique = 'create unique index concurrently payouts_id on payouts (id);'
    await writeFile(
      join(folder, '0002_index.sql'),
      `-- one row a payout\ndrop index concurrently if exists payouts_id;\n${unique}\n`,
    )
    await assert.rejects(migrate(url, { folder }), /payouts_id/)
    assert.deepEqual(await validity(url, 'payouts_id'), [false])

    await worker.query('delete from payouts where sum = 2')
    await worker.query('begin; insert into payouts values (2, 2)')
    const done = Promise.all([migrate(url, { folder }), migrate(url, { folder })])
    await until(() => isWaiting(url), 10_000, 'the index waits for the transaction')
    await onDatabase(url, (client) => client.query('insert into payouts values (3, 3)'))
    await worker.query('commit')

    assert.deepEqual((await done).flat(), ['0002_index'])
    assert.deepEqual(await validity(url, 'payouts_id'), [true])
  })
})

/** A database and a folder with the first migration, which has been run. */
async function begun(t: Cleanup): Promise<{ url: string; folder: string }> {
  const url = await emptyDatabase(t)
  const folder = await mkdtemp(join(tmpdir(), 'vestnik-migrations-'))
  cleanup(t, () => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, '0001_tables.sql'), tables)
  assert.deepEqual(await migrate(url, { folder }), ['0001_tables'])
  return { url, folder }
}

async function connected(t: Cleanup, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  cleanup(t, () => client.end())
  return client
}

async function isWaiting(url: string): Promise<boolean> {
  return await onDatabase(url, async (client) => {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity where application_name = 'vestnik-migrate' and wait_event_type = 'Lock' and datname = current_database()`,
    )
    return rows.length > 0
  })
}

async function validity(url: string, index: string): Promise<boolean[]> {
  return await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ indisvalid: boolean }>(
      'select indisvalid from pg_index where indexrelid = to_regclass($1)',
      [index],
    )
    return rows.map((row) => row.indisvalid)
  })
}
