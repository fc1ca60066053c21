import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { z } from 'zod'
import type { Client } from '../../src/clients/client.ts'
import { resolveClients } from '../../src/clients/resolve.ts'
import { type NewClient, updateClient } from '../../src/clients/store.ts'
import { type Database, openDatabase, type Queryable } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { testVault } from '../support/vault.ts'

const vault = testVault()
let lastPhone = 0

/** A phone that nobody in the database has. */
function newPhone(): string {
  lastPhone += 1
  return `+7903${String(1_000_000 + lastPhone)}`
}

describe('whom a sender means', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let db: Database

  before(async () => {
    db = openDatabase({ url: await testDatabase(scope), max: 5 })
  })
  after(() => db.close())

  const resolve = (...wanted: NewClient[]): Promise<Client[]> =>
    db.transaction((tx) => resolveClients({ db: tx, vault }, wanted))
  const one = async (wanted: NewClient): Promise<Client> => {
    const [client] = await resolve(wanted)
    assert.ok(client)
    return client
  }

  it('his id decides, whatever phone stands beside it', async () => {
    const [first, second] = [newPhone(), newPhone()]
    const made = await one({ externalId: 'a-1', phone: first })
    const found = await one({ externalId: 'a-1', phone: second })
    assert.equal(found.id, made.id)
    assert.equal(found.phone, second)
  })

  it('a person who came through the bot gets the id of the first event that names his phone', async () => {
    const phone = newPhone()
    const fromBot = await one({ phone })
    const named = await one({ externalId: 'b-1', phone, fullName: 'Иванов Иван' })
    assert.equal(named.id, fromBot.id)
    assert.equal(named.externalId, 'b-1')
  })

  it('two people on one phone stay apart, also when the phone came through the bot first', async () => {
    const phone = newPhone()
    await one({ phone })
    const husband = await one({ externalId: 'c-1', phone })
    const wife = await one({ externalId: 'c-2', phone })
    assert.notEqual(husband.id, wife.id)
    assert.deepEqual([husband.externalId, wife.externalId], ['c-1', 'c-2'])
  })

  it('two people on one phone stay apart when one request names both, also when the phone came through the bot first', async () => {
    const phone = newPhone()
    await one({ phone })
    const [husband, wife] = await resolve({ externalId: 'd-1', phone }, { externalId: 'd-2', phone })
    assert.ok(husband && wife)
    assert.notEqual(husband.id, wife.id)
    assert.deepEqual([husband.externalId, wife.externalId], ['d-1', 'd-2'])
  })

  it('a request that names a new client twice makes one', async () => {
    const phone = newPhone()
    const [first, again] = await resolve({ externalId: 'e-1', phone }, { externalId: 'e-1', phone })
    assert.equal(first?.id, again?.id)
  })

  it('an event that says only the phone goes to the one whose name it bears', async () => {
    const phone = newPhone()
    await one({ externalId: 'f-1', phone, fullName: 'Иванов Пётр' })
    const wife = await one({ externalId: 'f-2', phone, fullName: 'Иванова Анна' })
    assert.equal((await one({ phone, fullName: 'иванова  анна' })).id, wife.id)
  })

  it('an event that says only the phone of several goes to nobody’s record but the phone’s own', async () => {
    const phone = newPhone()
    const known = [await one({ externalId: 'g-1', phone }), await one({ externalId: 'g-2', phone })]
    const nameless = await one({ phone, fullName: 'Кто-то Третий' })
    assert.equal(nameless.externalId, null)
    assert.ok(!known.some((each) => each.id === nameless.id))
  })

  it('processes that meet the same new people at once make each of them once', async () => {
    const phones = Array.from({ length: 10 }, newPhone)
    const wanted = phones.map((phone, index) => ({ externalId: index % 2 === 0 ? `h-${index}` : undefined, phone }))
    const found = await Promise.all([
      resolve(...wanted),
      resolve(...[...wanted].reverse()),
      resolve(...wanted),
      resolve(...[...wanted].reverse()),
    ])
    const ids = new Set(found.flatMap((clients) => clients.map((each) => each.id)))
    assert.equal(ids.size, phones.length)
  })

  it('processes that rename the same people at once do not stop each other', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i-${index}`)
    await resolve(...ids.map((externalId) => ({ externalId })))
    for (let round = 0; round < 5; round++) {
      const renamed = ids.map((externalId) => ({ externalId, fullName: `Клиент ${externalId} ${round}` }))
      await Promise.all([resolve(...renamed), resolve(...renamed.toReversed())])
    }
    assert.equal((await one({ externalId: 'i-3' })).fullName, 'Клиент i-3 4')
  })

  /** Somebody else is changing that client; we come in the meantime, and he is done only once we wait for him. */
  const whileChanging = async (client: Client, change: (tx: Queryable) => Promise<unknown>, wanted: NewClient) => {
    let coming: Promise<Client> | undefined
    await db.transaction(async (tx) => {
      await change(tx)
      coming = one(wanted)
      await until(
        async () => {
          const waiting = sql`select 1 as one from pg_locks where not granted`
          return (await db.many(z.object({ one: z.number() }), waiting)).length > 0
        },
        30_000,
        `somebody waits for ${client.id}`,
      )
    })
    assert.ok(coming)
    return await coming
  }

  it('the phone of the later event stands, also when another was being written as it came', async () => {
    const [first, second] = [newPhone(), newPhone()]
    const made = await one({ externalId: 'k-1', phone: first })
    const after = await whileChanging(made, (tx) => updateClient({ db: tx, vault }, made, { phone: second }), {
      externalId: 'k-1',
      phone: first,
    })
    assert.equal(after.phone, first)
    assert.equal((await one({ externalId: 'k-1' })).phone, first)
  })

  it('an event of a client who is just being erased is sealed with no destroyed key: it makes him anew', async () => {
    const made = await one({ externalId: 'l-1', phone: newPhone() })
    const after = await whileChanging(
      made,
      (tx) =>
        tx.run(sql`update clients set erased_at = now(), data_key = null, external_id = null where id = ${made.id}`),
      { externalId: 'l-1' },
    )
    assert.notEqual(after.id, made.id)
    assert.ok(after.dataKey)
  })

  it('names and phones stand in no column in plain', async () => {
    const phone = newPhone()
    await one({ externalId: 'j-1', phone, fullName: 'Канарейкин Канар' })
    const rows = await db.many(z.object({ row: z.string() }), sql`select c::text as row from clients c`)
    for (const { row } of rows) assert.ok(!row.includes('Канарейкин') && !row.includes(phone.slice(1)))
  })
})
