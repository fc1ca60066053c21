import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import type { Aim } from '../../src/sandbox/telegram/emulator.ts'
import { startLine } from '../support/line.ts'
import { freePort } from '../support/redis.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  screenOf,
  sumsOn,
  waitForMessage,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const mark = 'Повторное сообщение'

describe('the answer of the messenger is lost', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const repeated = async (eventId: string): Promise<Json> =>
    await until(
      async () => {
        const delivery = (await notificationOf(service, eventId))?.deliveries[0]
        return delivery?.attempts.length === 2 && delivery.attempts[1].outcome !== undefined ? delivery : undefined
      },
      patienceMs,
      'the repeat was made',
    )
  const line = async (eventId: string): Promise<Json> => {
    const { body } = await service.api('GET', '/journal?limit=1000')
    return body.items.find((each: { eventId: string }) => each.eventId === eventId)
  }

  const losses: [title: string, lose: (aim: Aim) => void, arrived: boolean][] = [
    ['the connection breaks after the message arrived', (aim) => service.telegram.faults.lostAnswer(aim), true],
    ['the connection breaks in the middle of the call', (aim) => service.telegram.faults.dropped(aim), false],
    ['the answer is a page of some proxy', (aim) => service.telegram.faults.garbage(200, aim), true],
    ['the answer is a page with 502', (aim) => service.telegram.faults.garbage(502, aim), true],
    [
      'the answer is 500 in the messenger’s own words',
      (aim) => service.telegram.faults.error(500, 'Internal Server Error', aim),
      false,
    ],
  ]
  for (const [title, lose, arrived] of losses) {
    it(`${title}: one repeat, which says that it is one`, async () => {
      const person = await linkedSomeone(service)
      const postedAt = Date.now()
      lose(aboutMoneyTo(person))
      const eventId = await accepted(service, payout(person, 100))

      const { state, deliveries } = await cameTo(service, eventId, 'sent')

      const texts = screenOf(service.telegram, person).filter(({ text }) => text.includes('100\u00a0₽'))
      assert.equal(texts.length, arrived ? 2 : 1)
      assert.ok(texts.at(-1)?.text.startsWith(`${mark}: Выплата 100\u00a0₽`), texts.at(-1)?.text)
      if (arrived) assert.ok(!texts[0]?.text.includes(mark))
      // The contract’s twenty seconds, and what a busy machine adds.
      assert.ok((texts.at(-1)?.at.getTime() ?? 0) - postedAt < 25_000)
      assert.equal(state, 'sent')
      assert.deepEqual(
        deliveries[0].attempts.map(({ number, outcome }: Json) => `${number} ${outcome}`),
        ['1 unknown', '2 sent'],
      )
      const { repeat, text, attempts, state: shown } = await line(eventId)
      assert.deepEqual([repeat, attempts, shown], [true, 2, 'sent'])
      assert.equal(text, texts.at(-1)?.text)
    })
  }

  it('the database refuses to note the answer: said once, offered again until it is noted, and nobody is told twice', async () => {
    const { db } = service.services
    const person = await linkedSomeone(service)
    // Counts outside of the transaction that it ends.
    await db.run(sql`create sequence refused_notes`)
    await db.run(sql`create function refuse_note() returns trigger language plpgsql as
      $$ begin perform nextval('refused_notes'); raise exception 'no room' using errcode = '53100'; end $$`)
    await db.run(sql`create trigger refuse_note before update on attempts for each row execute function refuse_note()`)
    const eventId = await accepted(service, payout(person, 1))
    const tries = sql`select case when is_called then last_value else 0 end as tries from refused_notes`
    await until(
      async () => (await db.one(z.object({ tries: z.bigint() }), tries)).tries >= 3n,
      patienceMs,
      'it is offered again',
    )
    assert.equal((await notificationOf(service, eventId)).deliveries[0].attempts[0].outcome, undefined)
    await db.run(sql`drop trigger refuse_note on attempts`)

    const { deliveries } = await cameTo(service, eventId, 'sent')
    assert.deepEqual([deliveries.length, deliveries[0].attempts.length], [1, 1])
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2])
    const told = service.logLines
      .filter((each) => each.includes('delivery.note_failed'))
      .map((each) => JSON.parse(each))
    assert.deepEqual(
      told.map(({ level, delivery }) => [level, delivery]),
      [[50, deliveries[0].id]],
    )
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    assert.match(metrics, /vestnik_answers_not_noted_total\{channel="telegram"\} 1\n/)
  })

  it('a second lost answer is the end: the state stays unknown, and nobody is told a third time', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.lostAnswer(aboutMoneyTo(person, { times: 2 }))
    const eventId = await accepted(service, payout(person, 100))

    const delivery = await repeated(eventId)
    const marker = await accepted(service, payout(person, 200))
    await cameTo(service, marker, 'sent')

    assert.equal(delivery.state, 'unknown')
    assert.equal((await notificationOf(service, eventId)).state, 'unknown')
    assert.deepEqual(sumsOn(service.telegram, person), [100, 100, 200])
    assert.deepEqual(
      delivery.attempts.map(({ outcome }: Json) => outcome),
      ['unknown', 'unknown'],
    )
    assert.equal((await line(eventId)).repeat, true)
  })

  it('while the answer is lost the state is unknown, and the client’s later message waits for the repeat', async () => {
    const [person, other] = [await linkedSomeone(service), await linkedSomeone(service)]
    service.telegram.faults.lostAnswer(aboutMoneyTo(person))
    service.telegram.faults.slow(1_500, aboutMoneyTo(person))
    const first = await accepted(service, payout(person, 1))
    await cameTo(service, first, 'unknown')
    const second = await accepted(service, payout(person, 2))
    const elsewhere = await accepted(service, payout(other, 3))

    // Nobody else waits.
    await cameTo(service, elsewhere, 'sent')
    await cameTo(service, second, 'sent')
    const texts = screenOf(service.telegram, person).flatMap(({ text }) =>
      text.includes('₽') ? [text.slice(0, 8)] : [],
    )
    assert.deepEqual(texts, ['Выплата ', 'Повторно', 'Выплата '])
    assert.deepEqual(sumsOn(service.telegram, person), [1, 1, 2])
  })

  it('whatever the repeat meets, it is never called failed: the first may have arrived', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.lostAnswer(aboutMoneyTo(person))
    service.telegram.faults.error(403, 'Forbidden: bot was blocked by the user', aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 100))

    const delivery = await repeated(eventId)

    assert.equal(delivery.state, 'unknown')
    assert.deepEqual(
      delivery.attempts.map(({ outcome }: Json) => outcome),
      ['unknown', 'refused'],
    )
    assert.deepEqual(sumsOn(service.telegram, person), [100])
  })

  it('a repeat that was surely not sent is made once more, and still says what it is', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.lostAnswer(aboutMoneyTo(person))
    service.telegram.faults.limit(1, aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 100))

    const { deliveries } = await cameTo(service, eventId, 'sent')

    assert.deepEqual(
      deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['unknown', 'limited', 'sent'],
    )
    assert.ok(screenOf(service.telegram, person).at(-1)?.text.startsWith(mark))
  })

  it('a client who opts out before the repeat is not written to again, and the state stays unknown', async () => {
    const person = await linkedSomeone(service)
    const hands = service.telegram.person(person.chat)
    service.telegram.faults.lostAnswer(aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'unknown')
    hands.say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')

    const end = await until(
      async () => {
        const notification = await notificationOf(service, eventId)
        const hasEnded = notification.reason === 'opted_out' || notification.deliveries[0].attempts.length > 1
        return hasEnded ? notification : undefined
      },
      patienceMs,
      'the repeat is decided',
    )
    // Either «/stop» came first, or the repeat was on its way already: never a repeat after the bot's «you are out».
    if (end.reason === 'opted_out') {
      assert.equal(end.state, 'unknown')
      assert.deepEqual(sumsOn(service.telegram, person), [100])
    }
    const texts = screenOf(service.telegram, person).map(({ text }) => text)
    assert.ok(
      !texts.slice(texts.findIndex((text) => text.startsWith('Вы отписаны'))).some((text) => text.includes('₽')),
    )
  })
})

describe('no connection stood', { timeout: 120_000 }, () => {
  it('the message was surely not sent: it waits because of the network, and bears no mark when it leaves', async (t) => {
    const port = await freePort()
    const service = await startService(t, { TELEGRAM_API_ROOT: `http://127.0.0.1:${port}` })
    const person = await linkedSomeone(service)
    const eventId = await accepted(service, payout(person, 100))

    const waiting = await cameTo(service, eventId, 'waiting')
    assert.equal(waiting.reason, 'network')
    // The messenger comes back under the address where nobody listened.
    await startLine(t, { port: Number(new URL(service.telegram.apiRoot).port), host: '127.0.0.1' }, port)
    const { deliveries } = await cameTo(service, eventId, 'sent')

    const [delivery] = deliveries
    assert.equal(delivery.repeat, false)
    assert.equal(delivery.reason, undefined)
    const outcomes: string[] = delivery.attempts.map(({ outcome }: Json) => outcome)
    assert.equal(outcomes.at(-1), 'sent')
    assert.ok(outcomes.slice(0, -1).every((each) => each === 'deferred') && outcomes.length > 1, outcomes.join())
    assert.deepEqual(sumsOn(service.telegram, person), [100])
    assert.ok(!screenOf(service.telegram, person).some(({ text }) => text.includes(mark)))
  })
})
