import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { changeShape } from '../../src/changes/item.ts'
import { cursorOf } from '../../src/changes/position.ts'
import { runRetention } from '../../src/journal/retention/run.ts'
import { createKey } from '../../src/keys/store/change.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, clientOf, type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  patienceMs,
  payout,
  reminder,
  type Someone,
  someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'
import { assertNothingEmpty, isoMoment } from './answers.ts'

/** Reads on from a cursor, page by page, until a page is not full. */
async function readOn(service: Pick<TestService, 'api'>, cursor?: string, limit = 100): Promise<Json> {
  const items: Json[] = []
  for (let at = cursor; ; ) {
    const { status, body } = await service.api(
      'GET',
      `/changes?limit=${limit}${at === undefined ? '' : `&cursor=${encodeURIComponent(at)}`}`,
    )
    assert.equal(status, 200, JSON.stringify(body))
    items.push(...body.items)
    at = body.nextCursor
    if (body.items.length < limit) return { items, nextCursor: at }
  }
}

describe('the stream of changes', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let databaseUrl = ''
  let service: TestService
  let cursor: string
  let told: Someone

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl })
    told = await linkedSomeone(service)
  })

  /** A transaction of another test may hold the newest changes back for a moment. */
  const comes = async (isIt: (item: Json) => boolean): Promise<Json> =>
    await until(async () => (await readOn(service, cursor)).items.find(isIt), patienceMs, 'the change is shown')
  const toTheEnd = async () => {
    cursor = (await readOn(service, cursor)).nextCursor
  }

  it('is empty at first, and yet gives a place to go on from', async () => {
    const { items, nextCursor } = await readOn(service)
    assert.deepEqual(items, [])
    assert.match(nextCursor, /^[\w-]+$/)
    assert.deepEqual(await readOn(service, nextCursor), { items: [], nextCursor })
    cursor = nextCursor
  })

  it('tells of a payout what 1C must know to show it: who, what, where, when and in which words', async () => {
    const event = payout(told, 14_500, { operation: { id: 'op-1', number: 'ПСА-000001' } })
    const id = await accepted(service, event)
    await cameTo(service, id, 'sent')
    const item = await comes((each) => each.eventId === id)
    assert.match(item.at, isoMoment)
    assert.match(item.deliveryId, /^dlv_/)
    assert.match(item.text, /14\u00a0500\u00a0₽/)
    assert.deepEqual(
      { ...item, at: '', deliveryId: '', text: '', cursor: '' },
      {
        cursor: '',
        at: '',
        kind: 'delivery',
        eventId: id,
        externalEventId: event.id,
        deliveryId: '',
        operation: { id: 'op-1', number: 'ПСА-000001' },
        client: { externalId: told.id, phone: told.phone },
        channel: 'telegram',
        state: 'sent',
        text: '',
        statusBsp: 'Отправлено',
      },
    )
    const { items, nextCursor } = await readOn(service, cursor)
    assert.equal(items.length, 1)
    assert.equal(nextCursor, item.cursor, 'the place behind the last item')
    assert.deepEqual(await readOn(service, nextCursor), { items: [], nextCursor })
    assertNothingEmpty(items)
    cursor = nextCursor
  })

  it('tells why a message was not sent, and says nothing of one that still waits', async () => {
    const waiting = await accepted(service, reminder(told, 6, zoneWhereItIs(2)))
    await cameTo(service, waiting, 'waiting')
    const silent = someone()
    const id = await accepted(service, payout(silent, 4, { client: { phone: silent.phone } }))
    await decided(service, id)
    const item = await comes((each) => each.eventId === id)
    assert.deepEqual(
      [item.state, item.reason, item.statusBsp, item.channel],
      ['skipped', 'no_contact', 'НеОтправлено', undefined],
    )
    assert.deepEqual(item.client, { phone: silent.phone })
    const { items } = await readOn(service, cursor)
    assert.ok(!items.some((each: Json) => each.eventId === waiting))
    assertNothingEmpty(items)
    await toTheEnd()
  })

  it('tells what the client does in the messenger: his consent, his words, his refusal', async () => {
    const person = someone()
    await linksHimself(service, person)
    const hands = service.telegram.person(person.chat, { firstName: 'Иван', phone: person.phone.slice(1) })
    hands.say('Когда придут деньги?')
    await comes((each) => each.kind === 'reply')
    hands.say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    await comes((each) => each.kind === 'optOut' && each.purpose === 'advertising')
    const { items } = await readOn(service, cursor)
    assert.deepEqual(
      items.map((each: Json) => [each.kind, each.purpose ?? each.text, each.channel, each.client.phone]),
      [
        ['consent', 'service', 'telegram', person.phone],
        ['reply', 'Когда придут деньги?', 'telegram', person.phone],
        ['optOut', 'service', 'telegram', person.phone],
        ['optOut', 'advertising', 'telegram', person.phone],
      ],
    )
    for (const item of items) assert.doesNotThrow(() => changeShape.strict().parse(item))
    assertNothingEmpty(items)
    await toTheEnd()
  })

  it('an answer is noted once though its update was worked twice, and lies in the database unreadable', async () => {
    const person = someone()
    await linksHimself(service, person)
    await toTheEnd()
    service.telegram.person(person.chat).say('Спасибо, всё пришло!')
    await comes((each) => each.kind === 'reply')
    await onDatabase(databaseUrl, async (client) => {
      const { rows } = await client.query(`select update_key, body, client_id from changes where kind = 'reply'`)
      const last = rows.at(-1)
      assert.ok(!last.body.toString().includes('Спасибо'))
      const again = await client.query(
        `insert into changes (kind, client_id, channel, update_key) values ('reply', $1, 'telegram', $2) on conflict do nothing`,
        [last.client_id, last.update_key],
      )
      assert.equal(again.rowCount, 0)
    })
    await toTheEnd()
  })

  it('page by page everything is seen exactly once, in order, in pages of any size', async () => {
    const whole = (await readOn(service)).items.map((each: Json) => each.cursor)
    assert.equal(new Set(whole).size, whole.length)
    for (const limit of [1, 2, 3, whole.length]) {
      const { items } = await readOn(service, undefined, limit)
      assert.deepEqual(
        items.map((each: Json) => each.cursor),
        whole,
        `pages of ${limit}`,
      )
    }
    const moments = (await readOn(service)).items.map((each: Json) => Date.parse(each.at))
    assert.ok(moments.every((at: number, index: number) => index === 0 || at >= moments[index - 1] - 1000))
  })

  it('skips nothing and repeats nothing while many write at once and some take their time', async () => {
    const start = (await readOn(service, cursor)).nextCursor
    const clientId = await onDatabase(
      databaseUrl,
      async (client) => (await client.query('select id from clients limit 1')).rows[0].id,
    )
    const expected = 4 * 25
    let isWriting = true
    const writer = async (name: number) =>
      await onDatabase(databaseUrl, async (client) => {
        for (let step = 0; step < 25; step++) {
          await client.query('begin')
          await client.query(
            `insert into changes (kind, client_id, channel, update_key) values ('reply', $1, 'telegram', $2)`,
            [clientId, `race-${name}-${step}`],
          )
          await client.query('select pg_sleep(random() * 0.03)')
          await client.query('commit')
        }
      })
    const writing = Promise.all([1, 2, 3, 4].map(writer)).finally(() => {
      isWriting = false
    })
    const seen: string[] = []
    let at = start
    const step = async () => {
      const page = await readOn(service, at, 7)
      seen.push(...page.items.map((each: Json) => each.cursor))
      at = page.nextCursor
    }
    while (isWriting) await step()
    await writing
    await until(
      async () => {
        await step()
        return seen.length >= expected
      },
      patienceMs,
      'every change is shown',
    )
    assert.equal(seen.length, expected)
    assert.equal(new Set(seen).size, expected)
    cursor = at
  })

  it('goes on after a restart where it stopped', async () => {
    const second = await startService(scope, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    assert.deepEqual(await readOn(second, cursor), { items: [], nextCursor: cursor })
    const whole = await readOn(second)
    assert.deepEqual(whole, await readOn(service))
    const middle = whole.items[3].cursor
    assert.deepEqual((await readOn(second, middle)).items, whole.items.slice(4))
    await second.stop()
  })

  it('goes on after the database was restored into a cluster that numbers its transactions anew', async () => {
    // As seen from such a cluster: everything kept bears numbers far ahead of its own.
    await onDatabase(databaseUrl, (client) => client.query('update changes set xact = xact + 1000000000'))
    const restarted = await startService(scope, { DATABASE_URL: databaseUrl, ROLES: 'api' })
    const kept = await until(
      async () => {
        const all = await readOn(restarted)
        return all.items.length > 0 && all
      },
      patienceMs,
      'what was kept is shown again',
    )
    const id = await accepted(service, payout(told, 77))
    await cameTo(service, id, 'sent')
    const items = await until(
      async () => {
        const page = await readOn(restarted, kept.nextCursor)
        return page.items.length > 0 && page.items
      },
      patienceMs,
      'what is new stands behind what was kept',
    )
    assert.deepEqual(
      items.map((each: Json) => each.eventId),
      [id],
    )
    await restarted.stop()
  })

  it('what is older than 90 days is removed, and a cursor from before that still works', async () => {
    const whole = await readOn(service)
    const gone = whole.items.slice(0, 3)
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `update changes set at = now() - interval '91 days' where (xact, seq) in (select xact, seq from changes order by xact, seq limit 3)`,
      ),
    )
    await runRetention(
      { db: service.services.db, eraseInactive: async () => 0, onRun: () => {} },
      new Date(),
      new AbortController().signal,
      { restMs: 0 },
    )
    assert.equal((await readOn(service)).items.length, whole.items.length - 3)
    assert.deepEqual(
      (await readOn(service, gone[0].cursor)).items.map((each: Json) => each.cursor),
      whole.items.slice(3).map((each: Json) => each.cursor),
    )
  })

  it('a key of one source or one branch reads only what is its own', async () => {
    const at = (await readOn(service)).nextCursor
    const mine = await linkedSomeone(service)
    const ids = [await accepted(service, payout(mine, 1, { branch: { code: 'NN-01' } }))]
    for (const id of ids) await cameTo(service, id, 'sent')
    // After the first has left: two clients' messages have no order between them.
    ids.push(await accepted(service, payout(told, 2, { branch: { code: 'KZ-02' } })))
    for (const id of ids) await cameTo(service, id, 'sent')
    service.telegram.person(mine.chat).say('Спасибо')
    await until(
      async () => (await readOn(service, at)).items.some((each: Json) => each.engagement === 'replied'),
      patienceMs,
      'the reply is shown, and that his message has one',
    )
    const readBy = async (source: string | null, branchCode: string | null) => {
      const { secret } = await createKey(service.services.db, {
        name: 'test',
        kind: 'live',
        source,
        branchCode,
        scopes: ['journal:read'],
        ratePerMinute: null,
        expiresAt: null,
        createdBy: 'test',
      })
      const answer = await fetch(`${service.url}/api/v1/changes?cursor=${at}`, {
        headers: { authorization: `Bearer ${secret}` },
      })
      const body: Json = await answer.json()
      return body.items.map((each: Json) => (each.kind === 'reply' ? 'reply' : ids.indexOf(each.eventId)))
    }
    assert.deepEqual(await readBy(null, null), [0, 1, 'reply', 0])
    assert.deepEqual(await readBy('1c', null), [0, 1, 'reply', 0])
    assert.deepEqual(await readBy('vtorium', null), [])
    assert.deepEqual(await readBy(null, 'NN-01'), [0, 'reply', 0])
    assert.deepEqual(await readBy('1c', 'KZ-02'), [1])
    assert.deepEqual(await readBy('1c', 'XX-00'), [])
  })

  it('who may not read the journal may not read this', async () => {
    for (const authorization of ['', `Bearer ${adminKey}x`]) {
      assert.equal((await fetch(`${service.url}/api/v1/changes`, { headers: { authorization } })).status, 401)
    }
  })

  const wrong = [
    'cursor=forged',
    'cursor=%00',
    `cursor=${Buffer.from('1').toString('base64url')}`,
    `cursor=${Buffer.from('1.2.3').toString('base64url')}`,
    `cursor=${Buffer.from('-1.2').toString('base64url')}`,
    `cursor=${Buffer.from('9999999999999999999.1').toString('base64url')}`,
    `cursor=${Buffer.from("1.1' or 1=1").toString('base64url')}`,
    `cursor=${cursorOf({ xact: 1n, seq: 1n })}=`,
    `cursor=${cursorOf({ xact: 2n ** 62n, seq: 1n })}`,
    `cursor=${'x'.repeat(300)}`,
    'limit=0',
    'limit=1001',
    'limit=all',
  ]
  for (const query of wrong) {
    it(`refuses ${query.slice(0, 40)} with 422 and a Russian sentence`, async () => {
      const { status, body } = await clientOf(service.url).api('GET', `/changes?${query}`)
      assert.deepEqual([status, body.code], [422, 'field_invalid'], JSON.stringify(body))
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }
})
