import assert from 'node:assert/strict'
import { it } from 'node:test'
import { migrate } from '../../src/db/migrate.ts'
import { emptyDatabase, onDatabase, testDatabase } from '../support/postgres.ts'

/** The last migration of the release that is in use: raised with each release. */
const released = '0007_routing'

type Column = { place: string; type: string; nullable: boolean; fills: boolean }

it('the release in use goes on reading and writing while the schema is already that of the next one', async (t) => {
  const before = await emptyDatabase(t)
  assert.equal((await migrate(before, { upTo: released })).at(-1), released)
  const latest = await testDatabase(t)
  const [old, now] = [await columnsOf(before), await columnsOf(latest)]
  assert.ok(old.size > 100)

  for (const [place, column] of old) {
    const later = now.get(place)
    assert.ok(later, `${place} is still there`)
    assert.equal(later.type, column.type, `${place} has its type`)
    assert.ok(later.nullable || !column.nullable, `${place} still takes a null`)
    assert.ok(later.fills || !column.fills, `${place} still fills itself`)
  }
  const tables = new Set([...old.keys()].map((place) => place.split('.')[0]))
  for (const [place, column] of now) {
    if (old.has(place) || !tables.has(place.split('.')[0] ?? '')) continue
    assert.ok(column.nullable || column.fills, `${place} is new: an insert that does not know it still works`)
  }
  const known = new Set(await rulesOf(before))
  const grown = (await rulesOf(latest)).filter((rule) => !known.has(rule) && tables.has(rule.split(':')[0]))
  const added = [...now.keys()].filter((place) => !old.has(place))
  // A rule about a new column is broken by nobody who does not know it.
  const breakable = grown.filter((rule) => {
    const [table = '', text = ''] = rule.split(/:(.*)/s)
    return !added.some(
      (place) => place.startsWith(`${table}.`) && new RegExp(`\\b${place.split('.')[1]}\\b`).test(text),
    )
  })
  assert.deepEqual(breakable, [], 'no old table has got a rule that an old insert may break')
})

it('each migration is a transaction of its own: no lock of one is held through the next', async (t) => {
  const url = await testDatabase(t)
  const { rows } = await onDatabase(
    url,
    // `now()` is the beginning of a transaction.
    async (client) =>
      await client.query<{ files: number; transactions: number }>(
        'select count(*)::int as files, count(distinct run_on)::int as transactions from migrations',
      ),
  )
  assert.ok((rows[0]?.files ?? 0) > 10)
  assert.equal(rows[0]?.transactions, rows[0]?.files)
})

async function columnsOf(url: string): Promise<Map<string, Column>> {
  const rows = await onDatabase(url, async (client) => {
    const { rows: found } = await client.query<Column>(
      `select table_name || '.' || column_name as place, data_type || coalesce(collation_name, '') as type,
              is_nullable = 'YES' as nullable, (column_default is not null or is_identity = 'YES') as fills
       from information_schema.columns where table_schema = 'public' and table_name !~ '_(\\d{4}_\\d\\d|rest)$'`,
    )
    return found
  })
  return new Map(rows.map((row) => [row.place, row]))
}

/** Constraints and unique indices, each as `table: rule`. */
async function rulesOf(url: string): Promise<string[]> {
  return await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ rule: string }>(
      `select rel.relname || ': ' || pg_get_constraintdef(con.oid) as rule from pg_constraint con join pg_class rel on rel.oid = con.conrelid
       where con.connamespace = 'public'::regnamespace and not rel.relispartition and con.contype in ('c', 'u', 'x', 'f', 'p') and con.convalidated
       union all
       select tablename || ': ' || indexdef from pg_indexes where schemaname = 'public' and indexdef like 'CREATE UNIQUE%'
         and tablename !~ '_(\\d{4}_\\d\\d|rest)$'`,
    )
    return rows.map(({ rule }) => rule)
  })
}
