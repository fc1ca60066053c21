import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  reminder,
  type Someone,
  sumsOn,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

describe('messages of a client leave in the order of their events', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let services: TestService[]

  before(async () => {
    // Two services on one database, and one messenger: two workers, two sweeps, two doors for 1C.
    const databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl })
    const other = await startService(scope, {
      DATABASE_URL: databaseUrl,
      TELEGRAM_BOT_TOKEN: service.telegram.token,
      TELEGRAM_API_ROOT: service.telegram.apiRoot,
    })
    services = [service, other]
  })

  const accepting = (to: Someone, document: string, more: object = {}) => ({
    id: `${document}/accepted`,
    type: 'operation.accepted',
    occurredAt: new Date().toISOString(),
    client: { id: to.id },
    operation: { id: document, amount: '1000.00' },
    ...more,
  })

  it('many clients, events that 1C posts one after another, two workers, calls that fail on the way', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => linkedSomeone(service)))
    service.telegram.setLatency(5)
    let calls = 0
    service.telegram.faults.limit(1, { textIncludes: '3\u00a0₽', times: 1 })
    service.telegram.faults.error(400, 'Bad Request: something new', {
      times: 3,
      textIncludes: '₽',
      when: () => {
        calls += 1
        return calls % 7 === 0
      },
    })

    await Promise.all(
      people.map(async (person) => {
        for (let number = 1; number <= 5; number++) await accepted(service, payout(person, number))
      }),
    )

    for (const person of people) {
      await until(
        async () => {
          const { body } = await service.api('GET', `/journal?phone=${encodeURIComponent(person.phone)}`)
          const states: string[] = body.items.map((each: { state: string }) => each.state)
          return states.length === 5 && states.every((each) => each === 'sent' || each === 'failed')
        },
        patienceMs,
        'all five are decided',
      )
      const sums = sumsOn(service.telegram, person)
      assert.deepEqual(
        sums,
        [...new Set(sums)].sort((a, b) => a - b),
        'in order, none twice',
      )
    }
    const all = people.reduce((sum, person) => sum + sumsOn(service.telegram, person).length, 0)
    // A message that the messenger refused for good is failed, and holds back nobody.
    assert.equal(all, 5 * people.length - 3)
    service.telegram.faults.clear()
    service.telegram.setLatency(0)
  })

  it('events of one array leave in the order of the array', async () => {
    const person = await linkedSomeone(service)
    const { status } = await service.post(Array.from({ length: 10 }, (_, index) => payout(person, index + 1)))
    assert.equal(status, 200)
    await waitForMessage(service.telegram, person, '10\u00a0₽')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('a message that the bot must put off holds back the later ones of its client', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.limit(1, { ...aboutMoneyTo(person, { times: 2 }), textIncludes: '1\u00a0₽' })
    const first = await accepted(service, payout(person, 1))
    const second = await accepted(service, payout(person, 2))

    await cameTo(service, second, 'sent')
    const { state, deliveries } = await notificationOf(service, first)
    assert.equal(state, 'sent')
    assert.deepEqual(
      deliveries[0].attempts.map((each: { outcome: string }) => each.outcome),
      ['limited', 'limited', 'sent'],
    )
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2])
  })

  it('acceptance that arrives after the payout of its operation is no news', async () => {
    const person = await linkedSomeone(service)
    await accepted(service, payout(person, 1, { operation: { id: 'late-1' } }))
    const late = await accepted(service, accepting(person, 'late-1'))
    const { state, reason } = await decided(service, late)
    assert.deepEqual([state, reason], ['skipped', 'superseded'])
    await accepted(service, accepting(person, 'late-2'))
    await waitForMessage(service.telegram, person, 'Лом принят')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 1000])
  })

  it('acceptance that arrives after the payout is no news either when 1C knows the document by its number only', async () => {
    const person = await linkedSomeone(service)
    const { operation: _, ...event } = payout(person, 1)
    await accepted(service, { ...event, operation: { number: 'ПСА-000777' } })
    const late = await accepted(service, accepting(person, 'by-number', { operation: { number: 'ПСА-000777' } }))
    const { state, reason } = await decided(service, late)
    assert.deepEqual([state, reason], ['skipped', 'superseded'])
  })

  it('«sent» after «paid» of the same payment is no news, of another stage it is', async () => {
    const person = await linkedSomeone(service)
    const stage = (type: string, number: number, roubles = 50) =>
      payout(person, roubles, {
        id: `${person.id}/${type}/${number}`,
        type,
        operation: { id: `plan-of-${person.id}` },
        payment: { amount: `${roubles}.00`, method: 'card', stage: number, stages: 4 },
        occurredAt: undefined,
      })
    await accepted(service, stage('payout.partial', 1))
    const late = await accepted(service, stage('payout.sent', 1))
    const next = await accepted(service, stage('payout.sent', 2))
    assert.equal((await decided(service, late)).reason, 'superseded')
    assert.equal((await decided(service, next)).state, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [50, 50])
  })

  it('money does not wait for a reminder that waits for the morning, and a later reminder does', async () => {
    const person = await linkedSomeone(service)
    const night = zoneWhereItIs(2)
    const sleeping = await accepted(service, reminder(person, 11, night))
    const later = await accepted(service, reminder(person, 12, zoneWhereItIs(13)))
    const money = await accepted(service, payout(person, 13))

    assert.equal((await cameTo(service, money, 'sent')).state, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [13])
    assert.equal((await notificationOf(service, sleeping)).state, 'waiting')
    const { id } = (await notificationOf(service, later)).deliveries[0]
    const isBehind = (line: string) => line.includes(id) && line.includes('"behind"')
    await until(() => services.some(({ logLines }) => logLines.some(isBehind)), patienceMs, 'a worker leaves it behind')
    assert.notEqual((await notificationOf(service, later)).state, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [13])
  })

  it('a message that is skipped wakes the one behind it', async () => {
    const person = await linkedSomeone(service)
    await accepted(service, payout(person, 1))
    await accepted(service, payout(person, 2, { occurredAt: '2020-01-01T00:00:00+03:00' }))
    await accepted(service, payout(person, 3))
    await waitForMessage(service.telegram, person, '3\u00a0₽')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 3])
  })
})
