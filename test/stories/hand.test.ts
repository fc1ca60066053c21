import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sendTestCommand } from '../../src/cli/send-test.ts'
import { sql } from '../../src/db/sql.ts'
import { expire } from '../../src/deliveries/store/overdue.ts'
import { linkedInMax, type MaxPerson, type MaxService, maxScreenOf, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import { adminKey, type Json, startService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  sumsOn,
  waitForMessage,
} from '../support/story.ts'
import { until } from '../support/until.ts'

type Both = MaxPerson & Pick<Someone, 'chat'>

describe("an operator's hand", { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: MaxService

  before(async () => {
    service = await startMaxService(scope)
  })

  const inBoth = async (): Promise<Both> => {
    const person = await linkedInMax(service)
    const { chat } = someone()
    await service.api('PUT', `/clients/${person.id}`, {
      phone: person.phone,
      contacts: [
        { channel: 'max', address: String(person.userId) },
        { channel: 'telegram', address: String(chat) },
      ],
    })
    service.telegram.person(chat, { firstName: 'Иван' }).start()
    return { ...person, chat }
  }
  const last = (notification: Json): Json => notification.deliveries.at(-1)
  const again = (id: string, body: Record<string, unknown> = {}) =>
    service.api('POST', `/deliveries/${id}/resend`, body)
  const textsIn = (person: { chat: number }) => screenOf(service.telegram, person).map(({ text }) => text)

  it('a message that failed is sent again in the same words, once, however often the button is pressed', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.error(400, 'Bad Request: strange', {
      chatId: String(person.chat),
      textIncludes: '₽',
      times: 1,
    })
    const event = await accepted(service, payout(person, 101))
    const failed = await decided(service, event)
    assert.equal(failed.state, 'failed')

    const id = last(failed).id
    const clicks = await Promise.all(Array.from({ length: 5 }, () => again(id)))
    assert.deepEqual(clicks.map(({ status, body }) => `${status} ${body.status}`).sort(), [
      '200 already',
      '200 already',
      '200 already',
      '200 already',
      '200 queued',
    ])
    assert.equal(new Set(clicks.map(({ body }) => body.id)).size, 1)
    assert.ok(clicks.every(({ body }) => body.repeat === false))
    await cameTo(service, event, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [101])
    assert.doesNotMatch(textsIn(person).join(), /Повторное/)
    assert.equal((await again(id)).body.status, 'already')
    const { rows } = await auditOf(id)
    assert.equal(rows.length, 6)
    assert.deepEqual(rows[0], { who: 'admin', kind: 'key', act: 'delivery.resend', outcome: 'done' })
  })

  it('what came or may have come needs a second yes, and says that it is a repeat', async () => {
    const person = await inBoth()
    const event = await accepted(service, payout(person, 102))
    const told = await cameTo(service, event, 'sent')
    const refused = await again(last(told).id)
    assert.equal(refused.status, 409)
    assert.match(refused.body.message, /могло дойти.*force/s)

    const forced = await again(last(told).id, { channel: 'telegram', force: true })
    assert.deepEqual([forced.status, forced.body.repeat, forced.body.channel], [200, true, 'telegram'])
    const { text } = await waitForMessage(service.telegram, person, '102')
    assert.match(text, /^Повторное сообщение: Выплата 102/)
    const shown = await until(
      async () => {
        const now = await notificationOf(service, event)
        return now.deliveries.length === 2 && now.state === 'sent' ? now : undefined
      },
      patienceMs,
      'the repeat is in the journal',
    )
    assert.match(last(shown).text, /^Повторное сообщение: /)
    assert.match((await again(last(told).id, { force: true })).body.status, /already/)
  })

  it('a repeat whose messenger refuses it goes on by the next, and still says what it is', async () => {
    const person = await inBoth()
    const event = await accepted(service, payout(person, 103))
    const told = await cameTo(service, event, 'sent')
    service.max.faults.error(403, 'chat.denied', 'Key: error.dialog.suspended, args: [1,].', {
      userId: String(person.userId),
      textIncludes: '₽',
      times: 1,
    })
    const forced = await again(last(told).id, { channel: 'max', force: true })
    assert.equal(forced.status, 200, JSON.stringify(forced.body))
    const { text } = await waitForMessage(service.telegram, person, '103')
    assert.match(text, /^Повторное сообщение: Выплата 103/)
    assert.equal(maxScreenOf(service.max, person).filter((each) => each.text.includes('103')).length, 1)
  })

  it('nothing is sent to who withdrew, to whom the law closes, or while it is on its way', async () => {
    const person = await inBoth()
    const told = await cameTo(service, await accepted(service, payout(person, 104)), 'sent')
    for (const [channel, expected] of [
      ['vk', /Канал отправки выключен/],
      ['whatsapp', /Канал отправки выключен/],
    ] as const) {
      const answer = await again(last(told).id, { channel, force: true })
      assert.equal(answer.status, 409, channel)
      assert.match(answer.body.message, expected)
    }
    const lawful = await startService(scope, {
      DATABASE_URL: service.services.config.DATABASE_URL ?? '',
      ROLES: 'api',
      FOREIGN_MESSENGERS: 'forbidden',
    })
    const unlawful = await lawful.api('POST', `/deliveries/${last(told).id}/resend`, {
      channel: 'telegram',
      force: true,
    })
    assert.equal(unlawful.status, 409)
    assert.match(unlawful.body.message, /отправлять нельзя по закону/)
    await lawful.stop()
    await service.api('PUT', `/clients/${person.id}`, {
      consents: [{ purpose: 'service', granted: false, at: new Date().toISOString() }],
    })
    const withdrawn = await again(last(told).id, { force: true })
    assert.equal(withdrawn.status, 409)
    assert.match(withdrawn.body.message, /Клиент отказался от сообщений/)
    assert.equal((await again(`dlv_${'0'.repeat(32)}`)).status, 404)
    assert.equal((await again('nonsense')).status, 404)
    assert.equal((await again(last(told).id, { channel: 'icq' })).status, 422)

    const test = await decided(service, await accepted(service, payout(person, 105), { 'x-test': '1' }))
    const { items } = (await service.api('GET', '/journal?limit=1')).body
    assert.equal(test.state, 'skipped')
    assert.match((await again(items[0].id, { force: true })).body.message, /тестовое событие/)
  })

  it('old news is not told by a slip: what a later event has overtaken needs a second yes', async () => {
    const person = await linkedSomeone(service)
    const operation = { operation: { id: `doc-${person.id}` } }
    const delayed = payout(person, 106, { ...operation, type: 'payout.delayed', id: `${person.id}/delayed` })
    service.telegram.faults.error(400, 'Bad Request: strange', {
      chatId: String(person.chat),
      textIncludes: '106',
      times: 1,
    })
    const failed = await decided(service, await accepted(service, delayed))
    assert.equal(failed.state, 'failed')
    await cameTo(service, await accepted(service, payout(person, 107, operation)), 'sent')
    const refused = await again(last(failed).id)
    assert.equal(refused.status, 409)
    assert.match(refused.body.message, /более новое событие/)

    // A stage that was paid stays true, whatever stage came after it.
    const stages = (stage: number) => ({
      type: 'payout.partial',
      operation: { id: `stages-${person.id}` },
      id: `${person.id}/stage/${stage}`,
      payment: { amount: `${stage}118.00`, method: 'card', stage, stages: 2, remaining: '10.00' },
    })
    const aim = { chatId: String(person.chat), textIncludes: '1\u00a0118', times: 1 }
    service.telegram.faults.error(400, 'Bad Request: strange', aim)
    const event = await accepted(service, payout(person, 0, stages(1)))
    const first = await decided(service, event)
    assert.equal(first.state, 'failed')
    await cameTo(service, await accepted(service, payout(person, 0, stages(2))), 'sent')
    assert.equal((await again(last(first).id)).status, 200)
    await cameTo(service, event, 'sent')
  })

  it('a repeat that lost its chat is not told to the next one as if it were news', async () => {
    const person = await linkedSomeone(service)
    const event = await accepted(service, payout(person, 121))
    await cameTo(service, event, 'sent')
    const first = last(await notificationOf(service, event))
    await service.api('POST', '/queues/telegram/pause')
    assert.equal((await again(first.id, { force: true })).status, 200)
    assert.equal((await service.api('DELETE', `/clients/${person.id}/contacts/telegram`)).body.removed, 1)
    await service.api('POST', '/queues/telegram/resume')
    await cameTo(service, event, 'skipped')
    const contacts = [{ channel: 'telegram', address: String(person.chat) }]
    await service.api('PUT', `/clients/${person.id}`, { contacts })
    await cameTo(service, await accepted(service, payout(person, 122)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [121, 122])
  })

  it('a pause holds a lane through a restart, money does not grow old in it, and what waited leaves in new words', async () => {
    const person = await linkedSomeone(service)
    const paused = await service.api('POST', '/queues/telegram/pause')
    assert.deepEqual([paused.status, paused.body.mode], [200, 'paused'])
    const first = await accepted(service, payout(person, 108))
    const second = await accepted(service, payout(person, 109))
    for (const event of [first, second]) await cameTo(service, event, 'waiting')
    const { db } = service.services
    await db.run(sql`update deliveries set expires_at = now() - interval '1 hour' where event_id = ${first}`)
    await expire(db)
    assert.equal((await notificationOf(service, first)).state, 'waiting')
    await service.api('PUT', '/templates/payout.paid', { text: 'Новыми словами: {{ сумма }}.' })
    await service.api('POST', '/templates/payout.paid/publish')
    const { queues } = (await service.api('GET', '/queues')).body
    const telegram = queues.find((each: Json) => each.name === 'telegram')
    assert.deepEqual([telegram.mode, telegram.waiting, telegram.inHand, telegram.by], ['paused', 2, 0, 'admin'])
    assert.deepEqual(sumsOn(service.telegram, person), [])

    // Another process of the same service: the pause is a row, and no memory of anybody.
    const other = await startService(scope, {
      DATABASE_URL: service.services.config.DATABASE_URL ?? '',
      ROLES: 'worker',
    })
    await until(() => other.logLines.some((line) => line.includes('service.ready')), patienceMs, 'it works')
    assert.deepEqual(sumsOn(service.telegram, person), [])
    await other.stop()

    assert.equal((await service.api('POST', '/queues/telegram/resume')).body.mode, 'running')
    await cameTo(service, second, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [108, 109])
    assert.match(textsIn(person).join(' '), /Новыми словами: 108.₽\. Новыми словами: 109/)
    await service.api('POST', '/templates/payout.paid/rollback', { version: 0 })
    assert.equal((await service.api('POST', '/queues/pigeons/pause')).status, 404)
  })

  it('drained, a lane finishes what it has begun and takes nothing new', async () => {
    const [begun, fresh] = [await linkedSomeone(service), await linkedSomeone(service)]
    service.telegram.faults.error(500, 'Internal Server Error', {
      chatId: String(begun.chat),
      textIncludes: '₽',
      times: 1,
    })
    await service.api('POST', '/queues/money/pause')
    const tried = await accepted(service, payout(begun, 110))
    const untried = await accepted(service, payout(fresh, 111))
    for (const event of [tried, untried]) await cameTo(service, event, 'waiting')
    await service.services.db.run(sql`update deliveries set attempts = 1 where event_id = ${tried}`)
    const drained = await service.api('POST', '/queues/money/drain')
    assert.deepEqual([drained.body.mode, drained.body.begun, drained.body.waiting], ['draining', 1, 1])
    await cameTo(service, tried, 'sent')
    assert.equal((await notificationOf(service, untried)).state, 'waiting')
    assert.equal((await service.api('GET', '/queues')).body.queues.find((each: Json) => each.name === 'money').begun, 0)
    await service.api('POST', '/queues/money/resume')
    await cameTo(service, untried, 'sent')
  })

  it('what did not arrive is told apart by whose it is, and sent again by a list with a limit', async () => {
    const since = new Date().toISOString()
    const [ours, theirs, nobody] = [await linkedSomeone(service), await linkedSomeone(service), someone()]
    service.telegram.faults.error(400, 'Bad Request: strange', {
      chatId: String(ours.chat),
      textIncludes: '₽',
      times: 2,
    })
    service.telegram.person(theirs.chat).block()
    const events = []
    for (const roubles of [112, 113]) events.push(await accepted(service, payout(ours, roubles)))
    events.push(await accepted(service, payout(theirs, 114)))
    events.push(await accepted(service, payout(nobody, 115, { client: { id: nobody.id, phone: nobody.phone } })))
    for (const event of events) await decided(service, event)

    const reasonsOf = async (side: string) =>
      (await service.api('GET', `/dead-letters?side=${side}&from=${encodeURIComponent(since)}`)).body.items.map(
        (each: Json) => each.reason,
      )
    assert.deepEqual(await reasonsOf('ours'), ['rejected_by_channel', 'rejected_by_channel'])
    assert.deepEqual(await reasonsOf('theirs'), ['blocked'])
    assert.deepEqual(await reasonsOf('unreachable'), ['no_contact'])
    const page = (await service.api('GET', `/dead-letters?limit=1&from=${encodeURIComponent(since)}`)).body
    assert.equal(page.items[0].reason, 'no_contact')
    const rest = (
      await service.api('GET', `/dead-letters?limit=50&cursor=${page.nextCursor}&from=${encodeURIComponent(since)}`)
    ).body
    assert.equal(rest.items.length, 3)

    const one = await service.api('POST', '/dead-letters/replay', { side: 'ours', from: since, limit: 1 })
    assert.deepEqual({ ...one.body, refused: one.body.refused.length }, { total: 1, resent: 1, already: 0, refused: 0 })
    const all = await service.api('POST', '/dead-letters/replay', { from: since, limit: 10 })
    assert.equal(all.body.resent, 1)
    assert.deepEqual(all.body.refused.map((each: Json) => each.why).sort(), ['blocked', 'no_contact'])
    for (const event of events.slice(0, 2)) await cameTo(service, event, 'sent')
    assert.deepEqual(sumsOn(service.telegram, ours).sort(), [112, 113])
    assert.deepEqual(await reasonsOf('ours'), [])
  })

  it('a sample goes to the team and to nobody else', async () => {
    const [client, colleague] = [await linkedSomeone(service), await linkedSomeone(service)]
    await service.api('PUT', `/clients/${colleague.id}`, {
      fullName: 'Коллегин Пётр',
      contacts: [{ channel: 'telegram', address: String(colleague.chat), team: true }],
    })
    const { contacts } = (await service.api('GET', '/team')).body
    assert.deepEqual(
      contacts.map((each: Json) => [each.channel, each.fullName]),
      [['telegram', 'Коллегин Пётр']],
    )
    const sent = await service.api('POST', '/test-send', { contact: contacts[0].id, type: 'payout.paid' })
    assert.equal(sent.status, 200, JSON.stringify(sent.body))
    assert.match(textsIn(colleague).join(' '), /Проверка, это не выплата\..*14.500.₽/s)
    const { id } = await service.services.db.one(
      z.object({ id: z.string() }),
      sql`select k.id from contacts k join clients c on c.id = k.client_id where c.external_id = ${client.id}`,
    )
    assert.equal((await service.api('POST', '/test-send', { contact: id })).status, 404)
    assert.deepEqual(sumsOn(service.telegram, client), [])

    const config = service.services.config
    await sendTestCommand(() => config).parseAsync(['--all', '--type', 'operation.accepted'], { from: 'user' })
    assert.equal(textsIn(colleague).filter((each) => each.startsWith('Проверка, это не выплата')).length, 2)
    assert.deepEqual(sumsOn(service.telegram, client), [])
  })

  it('the journal is taken away as a file, whole, and the audit log names who took it', async () => {
    const person = await linkedSomeone(service)
    const fullName = '=cmd|calc 🙂 <b>'
    const client = { id: person.id, phone: person.phone, fullName }
    for (const roubles of [116, 117])
      await cameTo(service, await accepted(service, payout(person, roubles, { client })), 'sent')
    const fileOf = async (path: string) => {
      const answer = await fetch(`${service.url}/api/v1${path}`, { headers: { authorization: `Bearer ${adminKey}` } })
      return {
        status: answer.status,
        type: answer.headers.get('content-type'),
        bytes: Buffer.from(await answer.arrayBuffer()),
      }
    }
    const csv = await fileOf(`/journal.csv?phone=${encodeURIComponent(person.phone)}&status=sent`)
    assert.deepEqual([csv.status, csv.type], [200, 'text/csv; charset=utf-8'])
    const text = csv.bytes.toString()
    assert.ok(text.startsWith('\ufeffДата и время;'))
    assert.equal(text.trim().split('\r\n').length, 3)
    assert.ok(text.includes(`;'${fullName};`) && text.includes(`;${person.phone.slice(1)};`), text)
    const xlsx = await fileOf('/journal.xlsx')
    assert.equal(xlsx.bytes.subarray(0, 2).toString(), 'PK')
    assert.equal((await fileOf('/journal.csv?phone=nobody')).status, 422)
    const noted = await until(
      async () => {
        const { items } = (await service.api('GET', '/audit?act=journal.export')).body
        return items.length === 2 ? items : undefined
      },
      patienceMs,
      'both files are noted',
    )
    assert.deepEqual(
      noted.map((each: Json) => [each.who, each.kind, each.object, each.outcome, each.detail.phone]),
      [
        ['admin', 'key', 'xlsx', 'done', undefined],
        ['admin', 'key', 'csv', 'done', true],
      ],
    )
    assert.equal(noted[1].detail.rows, 2)
    assert.ok(!JSON.stringify(noted).includes(person.phone.slice(-10)))
    const deeds = (await service.api('GET', '/audit?deeds=true&limit=1')).body
    assert.equal(deeds.items.length, 1)
    assert.equal((await service.api('GET', `/audit?cursor=${deeds.nextCursor}`)).status, 200)
  })

  const auditOf = async (object: string) => ({
    rows: await service.services.db.many(
      z.object({ who: z.string(), kind: z.string(), act: z.string(), outcome: z.string() }),
      sql`select who, kind, act, outcome from audit where object = ${object} order by id`,
    ),
  })
})
