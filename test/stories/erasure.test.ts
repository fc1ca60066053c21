import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { keptTables } from '../../src/clients/erasure/act.ts'
import { erasingSteps } from '../../src/clients/erasure/store.ts'
import { sql } from '../../src/db/sql.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  patienceMs,
  payout,
  reminder,
  type Someone,
  screenOf,
  someone,
  sumsOn,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

/** Rare words: wherever one of them turns up, it came from this person. */
const canary = {
  name: 'Кенарейкин Кенар',
  reply: 'канарейка поёт',
  question: 'почём канарейки?',
  consent: 'Я, Кенарейкин, согласен',
}

describe('a client is erased', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const erase = async ({ id }: { id: string }, body?: Json) => await service.api('POST', `/clients/${id}/erase`, body)

  it('nothing of him can be read in a dump of every table, nor in the log; the counts stay', async () => {
    const person: Someone = { id: 'kenar-erased', chat: 987_654_321_055, phone: '+79037654355' }
    const client = { id: person.id, phone: person.phone, fullName: canary.name }
    await linksHimself(service, person)
    const sent = await accepted(service, payout(person, 31_417, { client }))
    await cameTo(service, sent, 'sent')
    service.telegram.person(person.chat).say(canary.reply)
    await waitForMessage(service.telegram, person, '/start — подключиться')
    service.telegram.person(person.chat).say('Задать вопрос')
    await waitForMessage(service.telegram, person, 'Напишите вопрос одним сообщением')
    service.telegram.person(person.chat).say(canary.question)
    await waitForMessage(service.telegram, person, 'Вопрос передан')
    await service.api('PUT', `/clients/${person.id}`, {
      consents: [{ purpose: 'service', granted: true, text: canary.consent, at: new Date().toISOString() }],
    })
    // One that waits for the morning, one that was refused, and a plan of instalments with its reminder.
    const waiting = await accepted(service, reminder(person, 500, zoneWhereItIs(2)))
    await cameTo(service, waiting, 'waiting')
    await accepted(
      service,
      payout(person, 700, {
        type: 'payout.partial',
        payment: { amount: '700.00', stage: 1, stages: 2, remaining: '700.00', nextDate: '2099-01-01' },
      }),
    )
    await until(
      async () => (await service.api('GET', `/schedules?clientId=${person.id}`)).body.items[0],
      patienceMs,
      'a reminder',
    )

    const { status, body: act } = await erase(person)
    assert.equal(status, 200)
    assert.deepEqual([act.client.externalId, act.ground, act.by], [person.id, 'demand', 'admin-key'])
    const rows = Object.fromEntries(act.destroyed.map((each: Json) => [each.table, each.rows]))
    assert.ok(
      rows.deliveries >= 3 && rows.events >= 3 && rows.contacts === 1 && rows.clients === 1,
      JSON.stringify(rows),
    )
    assert.ok(
      rows.questions === 1 && rows.changes >= 1 && rows.schedules === 1 && rows.consents >= 1,
      JSON.stringify(rows),
    )

    const secrets = [
      canary.name,
      'Кенарейкин',
      canary.reply,
      canary.question,
      canary.consent,
      person.phone.slice(1),
      String(person.chat),
      '31\u00a0417',
    ]
    const dump = await dumpOf(service)
    for (const secret of secrets) {
      for (const form of formsOf(secret)) assert.ok(!dump.includes(form), `«${secret}» as ${form} in the dump`)
      assert.ok(!service.logLines.some((line) => line.includes(secret)), `«${secret}» in the log`)
    }
    for (const secret of secrets) assert.ok(!JSON.stringify(act).includes(secret), `«${secret}» in the act`)

    // What happened is still counted; what waited is not sent any more; 1C hears of it.
    assert.equal((await cameTo(service, sent, 'sent')).deliveries[0].text, undefined)
    assert.equal((await cameTo(service, waiting, 'skipped')).reason, 'erased')
    assert.equal((await service.api('GET', `/clients/${person.id}`)).status, 404)
    await until(
      async () => {
        const { items } = (await service.api('GET', '/changes?limit=1000')).body
        return items.some((each: Json) => each.eventId === waiting && each.reason === 'erased')
      },
      patienceMs,
      'the end of the waiting message is told to 1C',
    )

    // Asked again: the same act. A new event about his phone begins a new record, without consent.
    assert.deepEqual((await erase(person, { ground: 'withdrawal' })).body, act)
    const anew = await decided(service, await accepted(service, payout(person, 5, { client })))
    assert.deepEqual([anew.state, anew.reason], ['skipped', 'no_contact'])
    assert.deepEqual((await service.api('GET', `/clients/${person.id}`)).body.consents, [])
  })

  it('while his message is on its way: it is closed by its own answer, and its text is not kept again', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.slow(1_500, aboutMoneyTo(person))
    const event = await accepted(service, payout(person, 61))
    await cameTo(service, event, 'sending')
    assert.equal((await erase(person)).status, 200)
    const { deliveries } = await cameTo(service, event, 'sent')
    assert.equal(deliveries[0].text, undefined)
    assert.deepEqual(sumsOn(service.telegram, person), [61])
  })

  it('while his message waits for its next try: nothing is sent any more', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.limit(2, aboutMoneyTo(person))
    const event = await accepted(service, payout(person, 62))
    await cameTo(service, event, 'waiting')
    await erase(person)
    assert.equal((await decided(service, event)).reason, 'erased')
    assert.deepEqual(sumsOn(service.telegram, person), [])
  })

  it('known only by his phone he asks in the bot, and is erased by our id; asked again, by the same act', async () => {
    const person = someone()
    await decided(service, await accepted(service, payout(person, 63, { client: { phone: person.phone } })))
    await linksHimself(service, person)
    const hands = service.telegram.person(person.chat)
    hands.say('мои данные')
    await waitForMessage(service.telegram, person, 'Что мы о вас храним')
    hands.press('Удалить мои данные')
    await waitForMessage(service.telegram, person, 'Удалить ваши имя, телефон')
    hands.press('Да, удалить')
    await waitForMessage(service.telegram, person, 'Заявка на удаление принята')
    const { items } = (await service.api('GET', '/erasure-requests')).body
    const { id, externalId } = items.find(({ client }: Json) => client.phone === person.phone).client
    assert.equal(externalId, undefined)
    const consents = await service.api('GET', `/clients/${id}/consents`)
    assert.deepEqual([consents.status, consents.body.client], [200, { id }])
    const act = await erase({ id })
    assert.deepEqual([act.status, act.body.client], [200, { id }])
    assert.deepEqual((await erase({ id }, { ground: 'withdrawal' })).body, act.body)
    assert.equal((await erase({ id: `cli_${'0'.repeat(32)}` })).status, 404)
  })

  it('in the midst of events and imports of his: whatever is kept belongs to a new record, or to nobody', async () => {
    const person = await linkedSomeone(service)
    const { id: before } = (await service.api('GET', `/clients/${person.id}`)).body
    const posts = Array.from({ length: 30 }, (_, index) => accepted(service, payout(person, 70 + index)))
    const imports = Array.from({ length: 5 }, () =>
      service.api('PUT', `/clients/${person.id}`, { phone: person.phone, fullName: canary.name }),
    )
    await erase(person)
    await Promise.all(imports)
    for (const event of await Promise.all(posts)) await decided(service, event)
    const left = await service.services.db.one(
      z.object({ clients: z.bigint(), contacts: z.bigint(), events: z.bigint(), waiting: z.bigint() }),
      sql`select (select count(*) from clients where id = ${before} and (phone is not null or data_key is not null)) as clients,
            (select count(*) from contacts where client_id = ${before}) as contacts,
            (select count(*) from events where client_id = ${before} and payload is not null) as events,
            (select count(*) from deliveries where client_id = ${before} and decided_at is null) as waiting`,
    )
    assert.deepEqual(left, { clients: 0n, contacts: 0n, events: 0n, waiting: 0n })
  })

  it('a press of an old button in the chat of a client who is gone does nothing wrong', async () => {
    const person = someone()
    await linksHimself(service, person)
    await until(
      () => screenOf(service.telegram, person).find(({ text }) => text.includes('по желанию')),
      patienceMs,
      'advertising is asked of',
    )
    await decided(
      service,
      await accepted(service, payout(person, 1, { client: { id: person.id, phone: person.phone } })),
    )
    await erase(person)
    service.telegram.person(person.chat).press((button) => /да, присылайте/i.test(button.text))
    await waitForMessage(service.telegram, person, 'Этот чат не подключён')
    service.telegram.person(person.chat).press((button) => /^соглас/i.test(button.text))
    await until(
      () => screenOf(service.telegram, person).filter(({ text }) => text.includes('один шаг')).length === 2,
      patienceMs,
      'he may begin anew',
    )
  })

  it('every table with keys or blind indexes is in the short-lived part of a backup', async () => {
    const tables = await service.services.db.many(
      z.object({ name: z.string() }),
      sql`select distinct table_name as name from information_schema.columns
          where table_schema = 'public' and data_type = 'bytea' and (column_name in ('data_key', 'wrapped') or column_name like '%\_index')`,
    )
    assert.ok(tables.length >= 5)
    assert.deepEqual(
      tables.map((each) => each.name).filter((name) => !keyTables().includes(name)),
      [],
      'add it to key_tables of deploy/backup.sh',
    )
  })

  it('every table of the database is erased or has a reason to stay', async () => {
    const tables = await service.services.db.many(
      z.object({ name: z.string() }),
      sql`select t.table_name as name from information_schema.tables t
          where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
            and not exists (select 1 from pg_inherits i where i.inhrelid = format('public.%I', t.table_name)::regclass)`,
    )
    const known = new Set([...erasingSteps.map((each) => each.table), ...Object.keys(keptTables)])
    assert.deepEqual(
      tables.map((each) => each.name).filter((name) => !known.has(name)),
      [],
      'add a step to erasingSteps, or a reason to keptTables',
    )
    const there = new Set(tables.map((each) => each.name))
    assert.deepEqual(
      [...known].filter((name) => !there.has(name)),
      [],
    )
  })
})

/** What deploy/backup.sh keeps apart for a short time. */
function keyTables(): string[] {
  const script = readFileSync(new URL('../../deploy/backup.sh', import.meta.url), 'utf8')
  return /^key_tables='([a-z_ ]+)'$/m.exec(script)?.[1]?.split(' ') ?? []
}

/** As pg_dump writes it: every row of every table, bytes in hex. */
async function dumpOf(service: TestService): Promise<string> {
  const { db } = service.services
  const tables = await db.many(
    z.object({ name: z.string() }),
    sql`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'bullmq')`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const rows = await db.many(z.object({ row: z.string() }), {
      text: `select t::text as row from ${name} t`,
      values: [],
    })
    parts.push(...rows.map(({ row }) => row))
  }
  assert.ok(parts.length > 30)
  return parts.join('\n')
}

/** Plain, hex, and base64 wherever in a group of three bytes it may begin. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return encoded.slice(shift === 0 ? 0 : 4, -4)
  })
  return [text, bytes.toString('hex'), ...inBase64].filter((each) => each.length >= 6)
}
