import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { onePerClient, owned, sealed, staying } from '../../src/clients/merging/sealed.ts'
import { named, sql } from '../../src/db/sql.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  sumsOn,
  waitForMessage,
} from '../support/story.ts'
import { until } from '../support/until.ts'

describe('two records of one person', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const doubleOf = async (person: Someone, more: object = {}): Promise<{ id: string }> => {
    const double = { id: `${person.id}-b` }
    await service.api('PUT', `/clients/${double.id}`, { phone: person.phone, fullName: 'Иванов Иван', ...more })
    return double
  }
  const merge = async (from: { id: string }, into: { id: string }) =>
    await until(
      async () => {
        const { status, body } = await service.api('POST', `/clients/${from.id}/merge`, { into: into.id })
        return status === 503 ? undefined : { status, body }
      },
      patienceMs,
      'nothing of his is being sent',
    )
  const clientOf = async ({ id }: { id: string }): Promise<Json> => (await service.api('GET', `/clients/${id}`)).body

  it('they are listed and stay apart until an operator says that they are one; then both ids mean the same client', async () => {
    const person = await linkedSomeone(service, { fullName: 'Иванов Иван' })
    const double = await doubleOf(person)
    const { body } = await service.api('GET', '/client-doubles?limit=500')
    const listed = body.items.find((each: Json) => each.phone === person.phone)
    assert.deepEqual(listed.clients.map((each: Json) => each.externalId).sort(), [person.id, double.id])
    assert.equal(listed.sameName, true)
    const missed = await accepted(service, payout(double, 1))
    assert.equal((await decided(service, missed)).reason, 'no_contact')
    const own = await clientOf(double)

    assert.equal((await merge(double, person)).status, 200)
    for (const id of [double.id, own.id, person.id]) {
      const { externalId, aliases, id: ours } = await clientOf({ id })
      assert.deepEqual([externalId, aliases], [person.id, [double.id]])
      assert.notEqual(ours, own.id)
    }
    await cameTo(service, missed, 'sent')
    for (const [to, sum] of [
      [double, 2],
      [person, 3],
      [double, 4],
    ] as const) {
      await cameTo(service, await accepted(service, payout(to, sum)), 'sent')
    }
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3, 4])
    assert.equal((await merge(double, person)).status, 200, 'said again, it is done already')
    const { body: after } = await service.api('GET', '/client-doubles?limit=500')
    assert.equal(
      after.items.some((each: Json) => each.phone === person.phone),
      false,
    )
  })

  it('his events, messages and replies are read as before, and nothing of the old record is left', async () => {
    const person = await linkedSomeone(service)
    const double = await doubleOf(person, {
      contacts: [{ channel: 'telegram', address: String(person.chat) }],
      consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
    })
    const event = await accepted(service, payout(double, 5))
    await cameTo(service, event, 'sent')
    service.telegram.person(person.chat).say('Привет бухгалтерии')
    await waitForMessage(service.telegram, person, '/start')
    const own = await clientOf(double)
    const before = (await service.api('GET', `/events/${event}`)).body
    assert.equal((await merge(double, person)).status, 200)
    const after = (await service.api('GET', `/events/${event}`)).body
    assert.deepEqual(after.event, before.event)
    assert.deepEqual(after.notifications, before.notifications)
    const { items } = (await service.api('GET', `/journal?limit=1000`)).body
    assert.equal(items.find((each: Json) => each.eventId === event).client.externalId, person.id)
    const changes: Json[] = await until(
      async () => {
        const found = (await service.api('GET', '/changes?limit=1000')).body.items.filter(
          (each: Json) => each.client.externalId === person.id || each.client.externalId === double.id,
        )
        return found.some((each: Json) => each.kind === 'reply') ? found : undefined
      },
      patienceMs,
      'the reply is told',
    )
    assert.ok(changes.every((each) => each.client.externalId === person.id && each.client.phone === person.phone))
    assert.ok(changes.some((each) => each.kind === 'reply' && each.text === 'Привет бухгалтерии'))
    for (const { table } of sealed.filter((each) => each.table !== 'changes')) {
      const left = await service.services.db.run(sql`select 1 from ${named(table)} t where t.client_id = ${own.id}`)
      assert.equal(left, 0, table)
    }
  })

  it('what is under way when they are merged leaves in the order of the events of both', async () => {
    const person = await linkedSomeone(service)
    const double = await doubleOf(person, {
      contacts: [{ channel: 'telegram', address: String(person.chat) }],
      consents: [{ purpose: 'service', granted: true, text: 'Согласие в анкете', at: new Date().toISOString() }],
    })
    const posted: string[] = []
    for (let sum = 1; sum <= 6; sum++) posted.push(await accepted(service, payout(sum % 2 ? person : double, sum)))
    assert.equal((await merge(double, person)).status, 200)
    for (let sum = 7; sum <= 9; sum++) posted.push(await accepted(service, payout(sum % 2 ? person : double, sum)))
    for (const id of posted) await cameTo(service, id, 'sent')
    const sums = sumsOn(service.telegram, person)
    assert.deepEqual(
      [...sums].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      'each once',
    )
    for (const parity of [0, 1]) {
      const line = sums.filter((each) => each % 2 === parity)
      assert.deepEqual(
        line,
        [...line].sort((a, b) => a - b),
        'a client’s own line keeps its order',
      )
    }
    assert.deepEqual(sums.slice(-3), [7, 8, 9], 'one line from then on')
    assert.equal(
      screenOf(service.telegram, person).some(({ text }) => text.includes('Повторное')),
      false,
    )
  })

  it('erased, they answer the same act by every id that either had', async () => {
    const person = await linkedSomeone(service)
    const double = await doubleOf(person)
    const [own, theirs] = [await clientOf(person), await clientOf(double)]
    assert.equal((await merge(double, person)).status, 200)
    const erase = async (id: string) => await service.api('POST', `/clients/${id}/erase`)
    const { status, body: act } = await erase(double.id)
    assert.deepEqual(
      [status, act.client],
      [200, { id: own.id, externalId: person.id, aliases: [double.id] }],
      JSON.stringify(act),
    )
    for (const id of [double.id, person.id, own.id, theirs.id]) assert.deepEqual((await erase(id)).body, act, id)
  })

  it('people with different phones are not made one, nor whom nobody knows', async () => {
    const [one, other] = [await linkedSomeone(service), await linkedSomeone(service)]
    assert.equal((await merge(one, other)).status, 422)
    assert.equal((await merge(someone(), other)).status, 404)
    assert.equal((await merge(one, someone())).status, 404)
  })

  it('two operators merge them both ways at once: one record stays, and it is whole', async () => {
    const person = await linkedSomeone(service)
    const double = await doubleOf(person)
    const ends = await Promise.all([merge(double, person), merge(person, double)])
    assert.ok(
      ends.every(({ status }) => status === 200 || status === 404),
      JSON.stringify(ends),
    )
    const [a, b] = [await clientOf(person), await clientOf(double)]
    assert.equal(a.id, b.id)
    assert.equal(a.phone, person.phone)
    await cameTo(service, await accepted(service, payout(double, 1)), 'sent')
  })

  it('every column that is sealed with a client’s key, and every table of a client’s, is in the list of merging', async () => {
    const columns = await service.services.db.many(
      z.object({ table_name: z.string(), column_name: z.string(), data_type: z.string() }),
      sql`select c.table_name, c.column_name, c.data_type from information_schema.columns c
          where c.table_schema = 'public' and (c.data_type = 'bytea' or c.column_name = 'client_id')
          order by 1, 2`,
    )
    const ofClients = new Set(columns.filter((each) => each.column_name === 'client_id').map((each) => each.table_name))
    const listed = new Set([...sealed.map((each) => each.table), ...owned, ...onePerClient, ...staying])
    assert.deepEqual(
      [...ofClients].filter((table) => !listed.has(table)),
      [],
    )
    const isHash = (column: string) => /_(index|hash)$/.test(column)
    const found = columns
      .filter((each) => each.data_type === 'bytea' && ofClients.has(each.table_name) && !isHash(each.column_name))
      .map((each) => `${each.table_name}.${each.column_name}`)
    assert.deepEqual(
      found.sort(),
      sealed.flatMap(({ table, columns }) => Object.keys(columns).map((column) => `${table}.${column}`)).sort(),
    )
  })
})
