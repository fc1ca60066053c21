import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { onDatabase, testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  patienceMs,
  type Someone,
  screenOf,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

/** A branch where it is noon: nothing waits for a morning. */
const timezone = zoneWhereItIs(12)
const branch = { code: 'NOON', timezone }

/** A day so many days from now, on the wall of the branch. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: timezone })
}

describe('the service reminds of the instalments to come', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let other: TestService
  let databaseUrl: string

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startService(scope, { DATABASE_URL: databaseUrl })
    // Two processes look for what is due.
    other = await startService(scope, {
      DATABASE_URL: databaseUrl,
      ROLES: 'worker',
      TELEGRAM_BOT_TOKEN: service.telegram.token,
      TELEGRAM_API_ROOT: service.telegram.apiRoot,
    })
  })

  const document = () => `plan-${randomBytes(6).toString('hex')}`
  /** A stage of an instalment plan that is paid; the next one comes on `nextDate`. */
  const stage = (to: Someone, operation: string, number: number, nextDate?: string, more: Json = {}) => ({
    id: `${operation}/stage/${number}/${randomBytes(3).toString('hex')}`,
    type: 'payout.partial',
    occurredAt: new Date().toISOString(),
    branch,
    client: { id: to.id },
    operation: { id: operation, number: 'Р-14/25' },
    payment: {
      amount: '5000.00',
      method: 'card',
      stage: number,
      stages: 4,
      remaining: `${(4 - number) * 5000}.00`,
      ...(nextDate === undefined ? {} : { nextDate }),
    },
    ...more,
  })
  /** A part of the payment that does not say which. */
  const part = (to: Someone, operation: string, nextDate: string, more: Json = {}) => {
    const { payment, ...event } = stage(to, operation, 1, nextDate, more)
    const { stage: _, stages: __, ...rest } = payment
    return { ...event, payment: rest }
  }
  const schedulesOf = async (operation: string): Promise<Json[]> =>
    (await service.api('GET', `/schedules?operationId=${encodeURIComponent(operation)}`)).body.items
  /** The newest schedule of the operation, once it is as told. */
  const scheduled = async (operation: string, state: string, count = 1): Promise<Json> =>
    await until(
      async () => {
        const items = await schedulesOf(operation)
        return items.length === count && items[0].state === state && items[0]
      },
      patienceMs,
      `${operation} has ${count} schedules, the newest is ${state}`,
    )
  /** As if the moment had come. */
  const timeComes = async (operation: string) => {
    await onDatabase(databaseUrl, (client) =>
      client.query(`update schedules set due_at = now() where operation_id = $1 and state = 'planned'`, [operation]),
    )
  }
  const remindersTo = (person: Someone) =>
    screenOf(service.telegram, person).filter(({ text }) => text.includes('Напоминаем о рассрочке'))

  it('the day before, at ten of the branch, once, in the usual words', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    const paid = await accepted(service, stage(person, operation, 2, inDays(5)))
    const planned = await scheduled(operation, 'planned')
    assert.equal(planned.madeBy, paid)
    assert.equal(planned.nextDate, inDays(5))
    const wall = new Date(planned.dueAt).toLocaleString('sv-SE', { timeZone: timezone })
    assert.equal(wall, `${inDays(4)} 10:00:00`)
    assert.equal(remindersTo(person).length, 0)

    await timeComes(operation)
    const { endedBy } = await scheduled(operation, 'fired')
    await cameTo(service, endedBy, 'sent')
    const { text } = await waitForMessage(service.telegram, person, 'Напоминаем о рассрочке')
    assert.match(
      text,
      /документ №\u00a0Р-14\/25.*очередной платёж — .*этап 3 из 4.*Остаток по рассрочке — 10\u00a0000\u00a0₽/,
    )
    const { body } = await service.api('GET', `/events/${endedBy}`)
    assert.equal(body.event.id, `schedule/${operation}/${inDays(5)}`)
    assert.equal(body.event.client.id, person.id)
    assert.equal(remindersTo(person).length, 1)
    const metrics = await Promise.all(
      [service, other].map(async ({ url }) => await (await fetch(`${url}/metrics`)).text()),
    )
    for (const state of ['planned', 'fired']) {
      assert.match(metrics.join('\n'), new RegExp(`vestnik_schedules_total\\{state="${state}",reason=""\\} [1-9]`))
      assert.ok([...service.logLines, ...other.logLines].some((line) => line.includes(`"schedule.${state}"`)))
    }
  })

  it('the next stage cancels it and plans the next; the last payment cancels for good', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    await scheduled(operation, 'planned')
    const second = await accepted(service, stage(person, operation, 2, inDays(35)))
    await scheduled(operation, 'planned', 2)
    const [next, first] = await schedulesOf(operation)
    assert.deepEqual([first.state, first.reason, first.endedBy], ['cancelled', 'paid', second])
    assert.equal(next.nextDate, inDays(35))

    const final = { ...stage(person, operation, 4), type: 'payout.paid' }
    await accepted(service, final)
    assert.equal((await scheduled(operation, 'cancelled', 2)).reason, 'paid')
  })

  it('a correction moves it', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    await scheduled(operation, 'planned')
    await accepted(service, stage(person, operation, 1, inDays(9)))
    const moved = await scheduled(operation, 'planned', 2)
    assert.equal(moved.nextDate, inDays(9))
    assert.equal((await schedulesOf(operation))[1].reason, 'corrected')
  })

  it('a stage that 1C sends again after a later one changes nothing', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 2, inDays(35)))
    await scheduled(operation, 'planned')
    const late = await accepted(service, stage(person, operation, 1, inDays(5)))
    await decided(service, late)
    assert.equal((await scheduled(operation, 'planned')).nextDate, inDays(35))
  })

  it('1C that reminds by itself reminds alone, whether it comes before the plan, after it, or after ours', async () => {
    const person = await linkedSomeone(service)
    const own = (operation: string, nextDate: string) => ({
      id: `${operation}/own`,
      type: 'installment.reminder',
      branch,
      client: { id: person.id },
      operation: { id: operation },
      payment: { nextDate },
    })
    const [after, earlier, told] = [document(), document(), document()]
    await accepted(service, stage(person, after, 1, inDays(5)))
    await scheduled(after, 'planned')
    await cameTo(service, await accepted(service, own(after, inDays(5))), 'sent')
    assert.equal((await scheduled(after, 'cancelled')).reason, 'told_by_sender')

    await cameTo(service, await accepted(service, own(earlier, inDays(5))), 'sent')
    await cameTo(service, await accepted(service, stage(person, earlier, 1, inDays(5))), 'sent')
    assert.deepEqual(await schedulesOf(earlier), [])

    await accepted(service, stage(person, told, 1, inDays(5)))
    await scheduled(told, 'planned')
    await timeComes(told)
    await cameTo(service, (await scheduled(told, 'fired')).endedBy, 'sent')
    const second = await cameTo(service, await accepted(service, own(told, inDays(5))), 'skipped')
    assert.equal(second.reason, 'superseded')
    assert.equal(remindersTo(person).length, 3)
  })

  it('the phone and the name of that day are used, not those of the plan', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5), { client: { id: person.id, phone: person.phone } }))
    await scheduled(operation, 'planned')
    const phone = `+7905${String(person.chat).padStart(7, '0')}`
    await service.api('PUT', `/clients/${person.id}`, { phone })
    await timeComes(operation)
    await scheduled(operation, 'fired')
    assert.equal((await service.api('GET', `/clients/${person.id}`)).body.phone, phone)
  })

  it('no reminder comes of a test, of a plan that is paid up, of one without a document, nor where the branch wants none', async () => {
    const person = await linkedSomeone(service)
    const [test, paidUp, off] = [document(), document(), document()]
    const events = [
      await accepted(service, stage(person, test, 1, inDays(5)), { 'X-Test': '1' }),
      await accepted(service, { ...stage(person, paidUp, 4, inDays(5)) }),
      await accepted(service, stage(person, '', 1, inDays(5), { operation: undefined })),
    ]
    await service.api('PUT', '/branches/SILENT', { timezone, reminders: 'off' })
    // Either process may plan it, and each remembers the rules for three seconds.
    const saidAt = Date.now()
    await until(() => Date.now() - saidAt > 3_500, patienceMs, 'every process has heard of it')
    events.push(await accepted(service, stage(person, off, 1, inDays(5), { branch: { code: 'SILENT' } })))
    for (const id of events) await decided(service, id)
    for (const operation of [test, paidUp, off]) assert.deepEqual(await schedulesOf(operation), [])
  })

  it('a reminder whose moment has passed when the plan comes is not made, and that is shown', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(0)))
    assert.equal((await scheduled(operation, 'cancelled')).reason, 'too_late')
  })

  it('the branch says how many days before, and at which hour', async () => {
    const person = await linkedSomeone(service)
    await service.api('PUT', '/branches/EARLY', { timezone, reminders: { daysBefore: 3, hour: 15 } })
    await until(
      async () => {
        const operation = document()
        await accepted(service, stage(person, operation, 1, inDays(9), { branch: { code: 'EARLY' } }))
        const { dueAt } = await scheduled(operation, 'planned')
        return new Date(dueAt).toLocaleString('sv-SE', { timeZone: timezone }) === `${inDays(6)} 15:00:00`
      },
      patienceMs,
      'the wish of the branch is known',
    )
  })

  it('when many are due at once, each is told once, whichever process takes it', async () => {
    const people = await Promise.all(Array.from({ length: 25 }, () => linkedSomeone(service)))
    const plans = people.map((person) => ({ person, operation: document() }))
    await service.post(plans.map(({ person, operation }) => stage(person, operation, 1, inDays(5))))
    for (const { operation } of plans) await scheduled(operation, 'planned')
    await onDatabase(databaseUrl, (client) =>
      client.query(`update schedules set due_at = now() where operation_id = any($1)`, [
        plans.map((each) => each.operation),
      ]),
    )
    for (const { operation } of plans) await cameTo(service, (await scheduled(operation, 'fired')).endedBy, 'sent')
    for (const person of people) assert.equal(remindersTo(person).length, 1)
  })

  it('a payment that is kept but not planned yet when the moment comes still cancels it', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    const { id } = await scheduled(operation, 'planned')
    const { rows } = await onDatabase(databaseUrl, (client) =>
      client.query('select payload from schedules where id = $1', [id]),
    )
    await accepted(service, stage(person, operation, 2))
    assert.equal((await scheduled(operation, 'cancelled')).reason, 'paid')
    // As if its planning had missed the reminder, which was not committed yet.
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `update schedules set state = 'planned', reason = null, ended_at = null, ended_by = null, due_at = now(),
           payload = $2 where id = $1`,
        [id, rows[0].payload],
      ),
    )
    assert.equal((await scheduled(operation, 'cancelled')).reason, 'paid')
  })

  it('a part that comes late, without a stage, after the final payment plans nothing', async () => {
    const person = await linkedSomeone(service)
    const [unstaged, staged] = [document(), document()]
    const occurredAt = new Date(Date.now() - 3_600_000).toISOString()
    for (const [operation, last] of [
      [unstaged, undefined],
      [staged, 4],
    ] as const) {
      const final = stage(person, operation, 4)
      const payment = { ...final.payment, stage: last }
      await cameTo(service, await accepted(service, { ...final, type: 'payout.paid', payment }), 'sent')
      await decided(service, await accepted(service, part(person, operation, inDays(5), { occurredAt })))
      assert.deepEqual(await schedulesOf(operation), [])
    }
  })

  it('facts that come late leave the reminder as it is, when they come and when it is told', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await cameTo(service, await accepted(service, part(person, operation, inDays(5))), 'sent')
    await scheduled(operation, 'planned')
    const occurredAt = new Date(Date.now() - 3_600_000).toISOString()
    const late = [
      part(person, operation, inDays(2), { occurredAt }),
      part(person, operation, inDays(3), { occurredAt, id: `${operation}/accepted`, type: 'operation.accepted' }),
    ]
    for (const event of late) await decided(service, await accepted(service, event))
    assert.equal((await scheduled(operation, 'planned')).nextDate, inDays(5))
    await timeComes(operation)
    await scheduled(operation, 'fired')
  })

  /** A reminder whose time came at night. */
  const waitingForMorning = async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    const night = { code: 'NIGHT', timezone: zoneWhereItIs(23) }
    await accepted(service, stage(person, operation, 1, inDays(5), { branch: night }))
    await scheduled(operation, 'planned')
    await timeComes(operation)
    const { endedBy } = await scheduled(operation, 'fired')
    await cameTo(service, endedBy, 'waiting')
    return { person, operation, night, endedBy }
  }

  it('a reminder that waits for the morning ends when its payment is told, and whom it held up goes on', async () => {
    const { person, operation, night, endedBy } = await waitingForMorning()
    // The same payment told anew, with the same day, leaves it.
    await cameTo(service, await accepted(service, stage(person, operation, 1, inDays(5), { branch: night })), 'sent')
    await cameTo(service, endedBy, 'waiting')
    await cameTo(service, await accepted(service, stage(person, operation, 2, undefined, { branch: night })), 'sent')
    assert.equal((await cameTo(service, endedBy, 'skipped')).reason, 'superseded')
  })

  it('a reminder that is planned after its payment was kept is not told', async () => {
    const { person, operation, endedBy } = await waitingForMorning()
    const say = (text: string) => onDatabase(databaseUrl, (client) => client.query(text, [endedBy]))
    // As if nobody had planned it yet.
    await say('delete from deliveries where event_id = $1')
    await say('delete from notifications where event_id = $1')
    await cameTo(service, await accepted(service, stage(person, operation, 2)), 'sent')
    await say(`update events set planned_at = null, received_at = now() - interval '10 minutes' where id = $1`)
    assert.equal((await cameTo(service, endedBy, 'skipped')).reason, 'superseded')
  })

  it('a reminder that could only leave after its day is not made', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    const zone = zoneWhereItIs(23)
    await accepted(service, stage(person, operation, 1, inDays(5), { branch: { code: 'NIGHT', timezone: zone } }))
    await scheduled(operation, 'planned')
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: zone })
    await onDatabase(databaseUrl, (client) =>
      client.query('update schedules set next_date = $2, due_at = now() where operation_id = $1', [operation, today]),
    )
    assert.equal((await scheduled(operation, 'cancelled')).reason, 'too_late')
  })

  it('a reminder that failed in one messenger and came in another was told', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    await scheduled(operation, 'planned')
    await timeComes(operation)
    const { endedBy } = await scheduled(operation, 'fired')
    await cameTo(service, endedBy, 'sent')
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `insert into deliveries select r.* from deliveries d, jsonb_populate_record(d, jsonb_build_object(
           'id', d.id || 'x', 'state', 'failed', 'reason', 'blocked')) r where d.event_id = $1`,
        [endedBy],
      ),
    )
    const own = await accepted(service, {
      id: `${operation}/own`,
      type: 'installment.reminder',
      branch,
      client: { id: person.id },
      operation: { id: operation },
      payment: { nextDate: inDays(5) },
    })
    assert.equal((await cameTo(service, own, 'skipped')).reason, 'superseded')
  })

  it('of two plans that were planned out of order the later holds', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    const { id } = await scheduled(operation, 'planned')
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `insert into schedules select r.* from schedules s, jsonb_populate_record(s, jsonb_build_object(
           'id', s.id || 'x', 'made_by_seq', s.made_by_seq + 1, 'next_date', s.next_date + 4)) r where s.id = $1`,
        [id],
      ),
    )
    await timeComes(operation)
    await scheduled(operation, 'fired', 2)
    const [later, earlier] = await schedulesOf(operation)
    assert.deepEqual([later.state, earlier.state, earlier.reason], ['fired', 'cancelled', 'corrected'])
  })

  it('one that cannot be told stands back for those behind it', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    await scheduled(operation, 'planned')
    await onDatabase(databaseUrl, (client) =>
      client.query(`update schedules set payload = '\\x0102', due_at = now() where operation_id = $1`, [operation]),
    )
    await until(
      async () => {
        const { dueAt } = await scheduled(operation, 'planned')
        return Date.parse(dueAt) > Date.now() + 120_000
      },
      patienceMs,
      'it is tried again later',
    )
  })

  it('erasing a client takes what was to be said to him', async () => {
    const person = await linkedSomeone(service)
    const operation = document()
    await accepted(service, stage(person, operation, 1, inDays(5)))
    await scheduled(operation, 'planned')
    // As erasure leaves the record.
    const { rows } = await onDatabase(databaseUrl, async (client) => {
      await client.query('update clients set erased_at = now(), data_key = null where external_id = $1', [person.id])
      return await client.query('select state, reason, payload from schedules where operation_id = $1', [operation])
    })
    assert.deepEqual(rows, [{ state: 'cancelled', reason: 'erased', payload: null }])
  })
})
