import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { z } from 'zod'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import type { Event } from '../../src/events/event.ts'
import { eventIdsOfJob } from '../../src/events/jobs.ts'
import { createReceive, type Receive } from '../../src/events/receive.ts'
import type { Incoming } from '../../src/events/store/keep.ts'
import { BatcherFull } from '../../src/lib/batcher.ts'
import type { Job } from '../../src/queue/queue.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { testVault } from '../support/vault.ts'

const vault = testVault()

function incoming(id: string | undefined, more: Partial<Event> = {}, test = false): Incoming {
  return {
    source: '1c',
    keyId: 'env',
    teamOnly: false,
    test,
    receivedAt: new Date(),
    warnings: [],
    event: {
      ...(id === undefined ? {} : { id }),
      type: 'payout.paid',
      client: { id: `client-of-${id ?? 'nobody'}` },
      payment: { amount: '100.00' },
      ...more,
    },
  }
}

/** What no column of text can hold; the intake removes it, and something like it will come through one day. */
const poison = { operation: { number: 'a\u0000b' } }

describe('events are kept', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let db: Database
  let receive: Receive
  let jobs: Job[] = []
  let queue: (jobs: readonly Job[]) => Promise<void>

  before(async () => {
    db = openDatabase({ url: await testDatabase(scope), max: 5 })
    queue = async (added) => void jobs.push(...added)
    receive = createReceive({ db, vault, queue: { add: (added) => queue(added) }, onQueueTrouble: () => {} })
  })
  after(async () => {
    await receive.idle()
    await db.close()
  })

  const countOf = async (prefix: string) => {
    const rows = await db.many(
      z.object({ id: z.string() }),
      sql`select id from events where external_id like ${`${prefix}%`}`,
    )
    return rows.length
  }

  it('requests that come together share a round, and each gets the answers of its own events', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        receive([incoming(`together-${index}/1`), incoming(`together-${index}/2`)]),
      ),
    )
    const rows = await db.many(
      z.object({ id: z.string(), external_id: z.string() }),
      sql`select id, external_id from events where external_id like 'together-%'`,
    )
    const byExternalId = new Map(rows.map((row) => [row.external_id, row.id]))
    for (const [index, kept] of answers.entries()) {
      assert.deepEqual(
        kept,
        [1, 2].map((number) => ({
          id: byExternalId.get(`together-${index}/${number}`),
          status: 'accepted',
          held: false,
          isRefused: false,
          lane: 'money',
        })),
      )
    }
  })

  it('the queue hears of each accepted event once, and of no duplicate', async () => {
    jobs = []
    const [kept] = await receive([incoming('heard')])
    await receive([incoming('heard')])
    await receive.idle()
    assert.deepEqual(
      jobs.map((each) => each.data.id),
      [kept?.id],
    )
  })

  it('what came together is planned together: a job for a hundred events, money apart from the rest', async () => {
    jobs = []
    const kept = await receive([
      ...Array.from({ length: 250 }, (_, index) => incoming(`crowd-${index}`)),
      incoming('crowd-promo', { type: 'greeting' }),
    ])
    await receive.idle()
    const ids = kept.map((each) => each.id)
    const parts = [ids.slice(0, 100), ids.slice(100, 200), ids.slice(200, 250)]
    assert.deepEqual(
      jobs.map(({ queue, data }) => ({ queue, ids: eventIdsOfJob(data) })),
      [...parts.map((part) => ({ queue: 'plan-money', ids: part })), { queue: 'plan-ordinary', ids: ids.slice(250) }],
    )
  })

  it('a queue that is away takes nothing from the answer', async () => {
    const before = queue
    queue = async () => {
      throw new Error('away')
    }
    const kept = await receive([incoming('queue-away')])
    await receive.idle()
    queue = before
    assert.equal(kept[0]?.status, 'accepted')
    assert.equal(await countOf('queue-away'), 1)
  })

  it('the first of equal items of one request is accepted, the others repeat it; another content is refused', async () => {
    const kept = await receive([
      incoming('inside'),
      incoming('inside'),
      incoming('inside', { payment: { amount: '200.00' } }),
    ])
    assert.deepEqual(
      kept.map((each) => each.status),
      ['accepted', 'duplicate', 'reused'],
    )
    assert.equal(new Set(kept.map((each) => each.id)).size, 1)
  })

  it('a test event and a live one of the same id are two', async () => {
    const kept = await receive([incoming('both'), incoming('both', {}, true)])
    assert.deepEqual(
      kept.map((each) => each.status),
      ['accepted', 'accepted'],
    )
  })

  it('an event that the database refuses takes no neighbour’s request down with it', async () => {
    const results = await Promise.allSettled([
      receive([incoming('neighbour-1')]),
      receive([incoming('poisoned', poison)]),
      receive([incoming('neighbour-2')]),
    ])
    assert.deepEqual(
      results.map((each) => each.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(await countOf('neighbour-'), 2)
    assert.equal(await countOf('poisoned'), 0)
  })

  it('a request is kept whole or not at all', async () => {
    await assert.rejects(receive([incoming('whole-1'), incoming('whole-2', poison)]))
    assert.equal(await countOf('whole-'), 0)
  })

  it('while the database stands still, what waits is bounded; who is too many is refused at once, and the rest is kept', async () => {
    const full = Array.from({ length: 30 }, (_, request) =>
      Array.from({ length: 1000 }, (_, index) => incoming(`flood-${request}/${index}`)),
    )
    const verdicts = await db.transaction(async (tx) => {
      await tx.run(sql`lock table events in access exclusive mode`)
      const answers = full.map((events) =>
        receive(events).then(
          () => 'kept',
          (error: unknown) => (error instanceof BatcherFull ? 'full' : String(error)),
        ),
      )
      const refused = answers.slice(20)
      assert.deepEqual(
        await Promise.all(refused),
        refused.map(() => 'full'),
      )
      return answers
    })
    const ends = await Promise.all(verdicts)
    assert.equal(ends.filter((each) => each === 'kept').length, 20)
    assert.equal(await countOf('flood-'), 20_000)
  })
})
