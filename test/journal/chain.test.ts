import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { shownVerdict } from '../../src/cli/verify-journal.ts'
import { openDatabase } from '../../src/db/database.ts'
import { type Sign, sealJournal } from '../../src/journal/chain.ts'
import { verifyJournal } from '../../src/journal/verify.ts'
import { hmac } from '../../src/lib/crypto.ts'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'

const sign: Sign = (text) => hmac(Buffer.alloc(32, 5), text)

/** 2,600 attempts, 20 s apart, that end an hour ago, and a receipt of each third: some lie in last month when the month is young. */
const history = `
  insert into attempts (id, delivery_id, channel, number, repeat, started_at, finished_at, outcome, provider_message_id)
  select 'att_' || lpad(n::text, 32, '0'), 'dlv_' || lpad(n::text, 32, '0'), 'telegram', 1, false,
         now() - interval '1 hour' - (2600 - n) * interval '20 seconds', now() - interval '1 hour' - (2600 - n) * interval '20 seconds' + interval '80 milliseconds',
         'sent', n::text
  from generate_series(1, 2600) n;
  insert into receipts (id, delivery_id, state, at, recorded_at)
  select 'rct_' || lpad(n::text, 32, '0'), 'dlv_' || lpad(n::text, 32, '0'), 'delivered',
         now() - interval '2 hours' - (2600 - n) * interval '20 seconds', now() - interval '1 hour' - (2600 - n) * interval '20 seconds'
  from generate_series(3, 2600, 3) n`

const id = (n: number) => `att_${String(n).padStart(32, '0')}`

async function scene(t: Cleanup) {
  const url = await testDatabase(t)
  const db = openDatabase({ url, max: 3 })
  cleanup(t, () => db.close())
  const run = (text: string) => onDatabase(url, (client) => client.query(text))
  await run(history)
  const seal = async () => {
    let sealed = 0
    for (let more = true; more; ) {
      const done = await sealJournal(db, sign)
      sealed += done.sealed
      more = done.mayHaveMore
    }
    return sealed
  }
  return { db, run, seal, verify: () => verifyJournal(db, sign) }
}

describe('the chain of the journal', { timeout: 60_000 }, () => {
  const scope = suiteScope()
  let place: Awaited<ReturnType<typeof scene>>
  before(async () => {
    place = await scene(scope)
    assert.equal(await place.seal(), 2600 + 866)
    // Anchored again at its end: a day's anchor is made with the first rows of the day.
    await place.run('delete from journal_anchors')
    await place.seal()
  })

  it('holds what was written, goes on where it stopped, and leaves the young and the unanswered for later', async () => {
    const before = await place.verify()
    assert.deepEqual([before.breaks, before.rows, before.waiting], [[], 2600 + 866, 0])
    await place.run(`
      insert into attempts (id, delivery_id, channel, number, repeat, started_at, finished_at, outcome) values
        ('${id(3000)}', 'dlv_x', 'vk', 1, false, now() - interval '30 minutes', now() - interval '30 minutes', 'sent'),
        ('${id(3001)}', 'dlv_x', 'vk', 2, false, now() - interval '29 minutes', null, null),
        ('${id(3002)}', 'dlv_x', 'vk', 3, false, now() - interval '28 minutes', now() - interval '28 minutes', 'sent'),
        ('${id(3003)}', 'dlv_x', 'vk', 4, false, now(), now(), 'sent')`)
    assert.equal(await place.seal(), 1)
    await place.run(`update attempts set finished_at = now(), outcome = 'unknown' where id = '${id(3001)}'`)
    assert.equal(await place.seal(), 2)
    const after = await place.verify()
    assert.deepEqual([after.breaks, after.rows, after.waiting], [[], 2600 + 866 + 3, 1])
    assert.match(shownVerdict(after), /^Журнал цел: месяцев \d/)
  })

  it('names the first row that was changed, and says of rows that were taken out or written in what was done', async () => {
    await place.run('create table a as select * from attempts; create table r as select * from receipts')
    const restore =
      'truncate attempts, receipts; insert into attempts select * from a; insert into receipts select * from r'
    for (const [tamper, what, row] of [
      [`update attempts set outcome = 'refused' where id in ('${id(1500)}', '${id(2100)}')`, /изменена/, id(1500)],
      [`delete from attempts where id = '${id(700)}'`, /удалена после att_0+699/, undefined],
      [
        `insert into attempts (id, delivery_id, channel, number, repeat, started_at, finished_at, outcome)
         select '${id(9000)}', delivery_id, 'vk', 1, false, started_at + interval '5 seconds', finished_at, 'sent' from attempts where id = '${id(300)}'`,
        /вписана задним числом/,
        id(9000),
      ],
      [
        `update receipts set state = 'read' where delivery_id = 'dlv_${'0'.repeat(29)}300'`,
        /изменена/,
        `rct_${'0'.repeat(29)}300`,
      ],
    ] as const) {
      await place.run(tamper)
      const { breaks } = await place.verify()
      await place.run(restore)
      assert.ok(breaks.length >= 1 && breaks.length <= 2, JSON.stringify(breaks))
      assert.match(breaks[0]?.what ?? '', what)
      if (row !== undefined) assert.equal(breaks[0]?.row, row)
    }
  })

  it('sees a block that was taken out or rewritten, and a chain cut short against its anchor', async () => {
    const { run, verify } = place
    await run('create table blocks as select * from journal_blocks')
    const restore = 'truncate journal_blocks; insert into journal_blocks select * from blocks'
    for (const [tamper, what] of [
      [`delete from journal_blocks where journal = 'attempts' and number = 1`, /нет блока 1/],
      [`update journal_blocks set hash = previous where journal = 'attempts' and number = 1`, /подменён/],
      [
        `update journal_blocks set marks = '\\x00'::bytea || substring(marks from 2) where journal = 'receipts'`,
        /подменён сам блок/,
      ],
      [`delete from journal_blocks where journal = 'attempts' and number >= 3`, /короче якоря|удалена вся цепочка/],
    ] as const) {
      await run(tamper)
      const { breaks } = await verify()
      assert.ok(
        breaks.some((each) => what.test(each.what)),
        `${tamper}: ${JSON.stringify(breaks)}`,
      )
      await run(restore)
    }
    assert.deepEqual((await verify()).breaks, [])
  })

  it('outlives the erasure of a client, and a month that retention drops leaves its anchor', async () => {
    await place.run(`update clients set data_key = null, phone = null; update deliveries set message = null`)
    assert.deepEqual((await place.verify()).breaks, [])
    await place.run(`
      insert into journal_blocks (journal, month, number, until_at, until_id, marks, previous, hash)
      values ('attempts', '2020-01-01', 1, '2020-01-31', 'att_0', '\\x0011223344556677', '\\x00', '\\x01');
      insert into journal_anchors (day, journal, month, number, rows, hash) values ('2020-02-01', 'attempts', '2020-01-01', 1, 1, '\\x01')`)
    await place.seal()
    const { breaks, dropped } = await place.verify()
    assert.deepEqual([breaks, dropped.map((each) => [each.month, each.rows])], [[], [['2020-01-01', 1]]])
  })

  it('is sealed by one process at a time', async () => {
    await place.run(`insert into attempts (id, delivery_id, channel, number, repeat, started_at, finished_at, outcome)
      select 'att_f' || lpad(n::text, 31, '0'), 'dlv_y', 'max', 1, false, now() - interval '20 minutes', now(), 'sent' from generate_series(1, 1200) n`)
    const done = await Promise.all([sealJournal(place.db, sign), sealJournal(place.db, sign)])
    assert.equal(done[0].sealed + done[1].sealed, 1200)
    assert.deepEqual((await place.verify()).breaks, [])
  })
})
