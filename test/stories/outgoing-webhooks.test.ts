import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { caller } from '../api/keys.ts'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { accepted, cameTo, linkedSomeone, patienceMs, payout, type Someone } from '../support/story.ts'
import { until } from '../support/until.ts'

describe('a CRM that is called about every change', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let databaseUrl = ''
  let service: TestService
  let lastPaid: string | undefined
  let person: Someone

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl, OUTGOING_WEBHOOKS: 'any' })
    person = await linkedSomeone(service)
  })

  /** What is still on its way when a CRM subscribes is news to it, so whatever came before must have been told. */
  const subscribe = async (url: string, more: object = {}): Promise<Json> => {
    if (lastPaid !== undefined) await isTold(lastPaid)
    const { status, body } = await service.api('POST', '/webhooks', { url, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const stateOf = async (id: string): Promise<Json> =>
    (await service.api('GET', '/webhooks')).body.items.find((each: Json) => each.id === id)
  const paid = async (roubles: number, more: Record<string, unknown> = {}) => {
    const id = await accepted(service, payout(person, roubles, more))
    await cameTo(service, id, 'sent')
    lastPaid = id
    return id
  }
  /** The stream of changes shows it, so whoever subscribes now begins behind it. */
  const isTold = async (eventId: string) =>
    await until(
      async () =>
        (await service.api('GET', '/changes?limit=1000')).body.items.some((each: Json) => each.eventId === eventId),
      patienceMs,
      'the change is told',
    )
  const hears = async (receiver: Receiver, count: number) =>
    await until(() => receiver.heard.length >= count, patienceMs, `the CRM hears ${count}`)
  /** The next attempt comes at once, not after its pause. */
  const hurry = async (id: string, more = '') =>
    await onDatabase(databaseUrl, (client) =>
      client.query(`update webhook_endpoints set next_attempt_at = now()${more} where id = $1`, [id]),
    )

  it('hears of each in order, signed, with the same item as the stream of changes has', async (t) => {
    const crm = await startReceiver(t)
    await paid(1)
    const { id, secret, cursor } = await subscribe(crm.url)
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    const events = [await paid(2), await paid(3), await paid(4)]
    service.telegram.person(person.chat).say('Спасибо!')
    await hears(crm, 5)
    const calls = crm.taken(secret)
    assert.deepEqual(
      calls.map((each: Json) => each.data.eventId ?? each.type),
      // His word, and that the last message has its reply.
      [...events, 'reply', events.at(-1)],
    )
    const { items } = (await service.api('GET', `/changes?cursor=${cursor}`)).body
    assert.deepEqual(
      calls,
      items.map((each: Json) => ({ type: each.kind, timestamp: each.at, data: each })),
    )
    const ids = crm.heard.map(({ headers }) => headers['webhook-id'])
    assert.equal(new Set(ids).size, ids.length)
    assert.match(crm.heard[0]?.headers['content-type'] ?? '', /^application\/json; charset=utf-8$/)
    await until(async () => (await stateOf(id)).cursor === items.at(-1).cursor, patienceMs, 'its place is kept')
    assert.equal((await stateOf(id)).state, 'active')
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('the secret is shown once, and lies in the database sealed', async (t) => {
    const crm = await startReceiver(t)
    const { id, secret } = await subscribe(crm.url)
    assert.ok(!JSON.stringify(await stateOf(id)).includes(secret))
    const [row] = await onDatabase(
      databaseUrl,
      async (client) => (await client.query('select secret from webhook_endpoints where id = $1', [id])).rows,
    )
    assert.ok(!row.secret.toString().includes(secret.slice(6)))
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('hears again what it did not take, under the same id, and what follows only afterwards', async (t) => {
    const crm = await startReceiver(t)
    const { id, secret } = await subscribe(crm.url)
    crm.answer = 500
    const events = [await paid(5), await paid(6)]
    await hears(crm, 1)
    const failing = await until(
      async () => {
        const state = await stateOf(id)
        return state.state === 'failing' && state
      },
      patienceMs,
      'it is seen to fail',
    )
    assert.deepEqual([failing.failures, failing.lastError], [1, 'http_500'])
    const pauseMs = Date.parse(failing.nextAttemptAt) - Date.parse(failing.failingSince)
    assert.ok(pauseMs > 3_000 && pauseMs < 7_000, String(pauseMs))
    crm.answer = 204
    await hurry(id)
    await hears(crm, 3)
    assert.deepEqual(
      crm.taken(secret).map((each: Json) => each.data.eventId),
      [events[0], events[0], events[1]],
    )
    assert.equal(crm.heard[0]?.headers['webhook-id'], crm.heard[1]?.headers['webhook-id'])
    await until(async () => (await stateOf(id)).state === 'active', patienceMs, 'all is well again')
    assert.equal((await stateOf(id)).lastError, undefined)
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('a redirect is not followed, and a flood for an answer is not read', async (t) => {
    const crm = await startReceiver(t)
    const elsewhere = await startReceiver(t)
    crm.answer = { status: 302, headers: { location: elsewhere.url } }
    const { id } = await subscribe(crm.url)
    await paid(7)
    await until(async () => (await stateOf(id)).lastError === 'http_302', patienceMs, 'it is a failure')
    assert.equal(elsewhere.heard.length, 0)
    crm.answer = { status: 200, body: 'x'.repeat(50_000_000) }
    await hurry(id)
    await until(async () => (await stateOf(id)).state === 'active', patienceMs, 'the status is enough')
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('one that keeps silent is given ten seconds, and holds up no other', async (t) => {
    const silent = await startReceiver(t)
    const lively = await startReceiver(t)
    silent.answer = 'silence'
    const slow = await subscribe(silent.url)
    const quick = await subscribe(lively.url)
    await paid(8)
    await paid(9)
    await hears(lively, 2)
    assert.equal(silent.heard.length, 1)
    assert.equal((await stateOf(slow.id)).state, 'active', 'it is still waited for')
    const { lastError } = await until(
      async () => {
        const state = await stateOf(slow.id)
        return state.state === 'failing' && state
      },
      patienceMs,
      'the deadline passes',
    )
    assert.equal(lastError, 'timeout')
    for (const { id } of [slow, quick]) await service.api('DELETE', `/webhooks/${id}`)
  })

  it('after three days of failure it is switched off, with an alarm; a new one goes on from its place', async (t) => {
    const crm = await startReceiver(t)
    crm.answer = 503
    const { id } = await subscribe(crm.url)
    const event = await paid(10)
    await hears(crm, 1)
    await until(async () => (await stateOf(id)).state === 'failing', patienceMs, 'it fails')
    await hurry(id, `, failing_since = now() - interval '73 hours'`)
    const off = await until(
      async () => {
        const state = await stateOf(id)
        return state.state === 'disabled' && state
      },
      patienceMs,
      'it is switched off',
    )
    assert.equal(off.disabledReason, 'failing')
    const alarm = service.logLines.map((line) => JSON.parse(line)).find((line) => line.msg === 'webhook.disabled')
    assert.deepEqual([alarm.level, alarm.endpoint, alarm.reason], [50, id, 'failing'])
    assert.ok(!service.logLines.some((line) => line.includes(crm.url)), 'its address may hold a token')
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    assert.match(metrics, /vestnik_outgoing_webhooks_disabled_total\{reason="failing"\} 1/)
    const calls = crm.heard.length
    crm.answer = 200
    await hurry(id)
    const { id: next, secret } = await subscribe(crm.url, { cursor: off.cursor })
    await hears(crm, calls + 1)
    assert.equal(crm.heard.length, calls + 1)
    crm.heard.splice(0, calls)
    assert.deepEqual(
      crm.taken(secret).map((each: Json) => each.data.eventId),
      [event],
    )
    for (const each of [id, next]) await service.api('DELETE', `/webhooks/${each}`)
  })

  it('«410 Gone» is its own word to be left alone', async (t) => {
    const crm = await startReceiver(t)
    crm.answer = 410
    const { id } = await subscribe(crm.url)
    await paid(11)
    await until(async () => (await stateOf(id)).disabledReason === 'gone', patienceMs, 'it is switched off')
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('hears only of the kinds that it asked for, and of what its key may see', async (t) => {
    const crm = await startReceiver(t)
    const other = await startReceiver(t)
    const replies = await subscribe(crm.url, { kinds: ['reply'] })
    const ofBranch = await caller(service, { scopes: ['webhooks:write'], branchCode: 'NN-01' })
    const { body: branch } = await ofBranch('POST', '/webhooks', { url: other.url, kinds: ['delivery'] })
    await paid(12)
    const event = await paid(13, { branch: { code: 'NN-01' } })
    service.telegram.person(person.chat).say('И вам хорошего дня')
    await hears(crm, 1)
    await hears(other, 1)
    assert.deepEqual([crm.heard[0]?.body.type, crm.heard[0]?.body.data.text], ['reply', 'И вам хорошего дня'])
    // Twice, perhaps: that it was taken, and that he replied.
    assert.deepEqual([...new Set(other.heard.map(({ body }) => body.data.eventId))], [event])
    const seen = (await ofBranch('GET', '/webhooks')).body.items.map((each: Json) => each.id)
    assert.deepEqual(seen, [branch.id])
    assert.equal((await ofBranch('DELETE', `/webhooks/${replies.id}`)).status, 404)
    for (const { id } of [replies, branch]) assert.equal((await service.api('DELETE', `/webhooks/${id}`)).status, 200)
    assert.equal(crm.heard.length, 1)
  })

  it('of two workers one speaks to it, and when that one stops the other goes on', async (t) => {
    const crm = await startReceiver(t)
    const { token, apiRoot } = service.telegram
    const second = await startService(t, {
      DATABASE_URL: databaseUrl,
      OUTGOING_WEBHOOKS: 'any',
      ROLES: 'worker',
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: apiRoot,
    })
    const { id, secret } = await subscribe(crm.url)
    const events: string[] = []
    for (let roubles = 20; roubles < 32; roubles++) events.push(await accepted(service, payout(person, roubles)))
    await hears(crm, 6)
    await second.stop()
    const told = () => crm.taken(secret).map((each: Json) => each.data.eventId)
    // The call in hand of the one that stopped may have been made twice, and is no news.
    await until(() => new Set(told()).size >= events.length, patienceMs, 'the CRM hears all')
    const heard = told()
    assert.deepEqual([...new Set(heard)], events)
    assert.ok(heard.length <= events.length + 1)
    await service.api('DELETE', `/webhooks/${id}`)
  })

  it('one whose worker died is taken over when its lease is over', async (t) => {
    const crm = await startReceiver(t)
    const { id } = await subscribe(crm.url)
    const leased = (until: string) =>
      onDatabase(databaseUrl, (client) =>
        client.query(`update webhook_endpoints set lease_id = 'dead', lease_until = ${until} where id = $1`, [id]),
      )
    await leased(`now() + interval '1 hour'`)
    const other = await startReceiver(t)
    const witness = await subscribe(other.url)
    await paid(39)
    await hears(other, 1)
    assert.equal(crm.heard.length, 0)
    await leased('now()')
    await hears(crm, 1)
    for (const each of [id, witness.id]) await service.api('DELETE', `/webhooks/${each}`)
  })

  it('a deleted one is left alone; nobody may make one without the right', async (t) => {
    const crm = await startReceiver(t)
    const { id } = await subscribe(crm.url)
    assert.deepEqual((await service.api('DELETE', `/webhooks/${id}`)).body, { id })
    assert.equal((await service.api('DELETE', `/webhooks/${id}`)).status, 404)
    await paid(40)
    const reader = await caller(service, { scopes: ['journal:read'] })
    assert.equal((await reader('POST', '/webhooks', { url: crm.url })).status, 403)
    assert.equal(crm.heard.length, 0)
  })
})

describe('a CRM in a network that the owner has not opened', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  for (const url of [
    'http://crm.example.ru/',
    'https://127.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706433/',
  ]) {
    it(`is refused at ${url}, in Russian`, async () => {
      const { status, body } = await service.api('POST', '/webhooks', { url })
      assert.deepEqual([status, body.code], [422, 'field_invalid'])
      assert.match(body.message, /url.*[а-яё]{3}/i)
    })
  }

  it('is not called when a name leads there', async (t) => {
    const crm = await startReceiver(t)
    const { port } = new URL(crm.url)
    const { status, body } = await service.api('POST', '/webhooks', { url: `https://localhost:${port}/` })
    assert.equal(status, 200, JSON.stringify(body))
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
    await until(
      async () => (await service.api('GET', '/webhooks')).body.items[0].lastError === 'address_forbidden',
      patienceMs,
      'the guard steps in',
    )
    assert.equal(crm.heard.length, 0)
  })
})
