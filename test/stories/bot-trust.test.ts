import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import type { Update } from '../../src/channels/channel.ts'
import { sql } from '../../src/db/sql.ts'
import { type MaxService, startMaxService } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  patienceMs,
  payout,
  screenOf,
  someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { flat, labelsOf, talkWith } from '../support/talk.ts'
import { publicUrl } from '../support/town.ts'
import { until } from '../support/until.ts'

const noon = { code: 'NOON-1', name: 'Полуденная', timezone: zoneWhereItIs(12) }
const phoneUser = 'Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36'

describe('what a client says to the bot, and whom it believes', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let service: MaxService

  before(async () => {
    service = await startMaxService(scope, {
      COMPANY_NAME: 'МеталлПром',
      COMPANY_SITE: 'https://металл.рф/цены?q=Чермет&a=1#медь',
      FEEDBACK_URL: 'https://metall.example.ru/otzyv',
    })
  })

  const { handsOf, answerTo, says, presses, metric } = talkWith(() => service)

  /** Updates as a messenger would bring them that somebody has forged; worked by the sweep, as those of a dead process are. */
  const forge = async (updates: readonly Update[]) => {
    const { db, vault } = service.services
    for (const update of updates) {
      const id = `upd_${Buffer.from(update.key).toString('hex').padEnd(32, '0').slice(-32)}`
      await db.run(
        sql`insert into updates (id, channel, key, payload, received_at)
            values (${id}, 'telegram', ${update.key}, ${vault.sealOwn(`update:${id}`, JSON.stringify(update))}, now() - interval '40 seconds')`,
      )
    }
    const left = sql`select count(*) as left from updates where key = any(${updates.map(({ key }) => key)}::text[]) and handled_at is null`
    await until(
      async () => (await db.one(z.object({ left: z.bigint() }), left)).left === 0n,
      patienceMs,
      'all are worked',
    )
  }

  it('a question reaches the operators of his branch, and their one answer comes back into that chat', async () => {
    const person = await linkedSomeone(service)
    await decided(service, await accepted(service, payout(person, 5, { branch: noon })))
    await says(person, 'привет', 'Задать вопрос')
    await presses(person, 'Задать вопрос', 'Напишите вопрос')
    const words = `Почему так долго? ${person.chat}`
    await says(person, words, 'передан сотруднику')

    const list = await service.api('GET', `/questions?state=open&branch=${noon.code}`)
    const question = list.body.items.find(({ text }: Json) => text === words)
    assert.deepEqual(
      [question.state, question.channel, question.branch, question.client.externalId],
      ['open', 'telegram', noon.code, person.id],
    )
    await until(
      async () => {
        const { body } = await service.api('GET', '/changes?limit=1000')
        return body.items.some(({ kind, text }: Json) => kind === 'reply' && text === words)
      },
      patienceMs,
      '1C hears of it',
    )
    assert.equal((await service.api('POST', `/questions/${question.id}/answer`, { text: ' ' })).status, 422)
    const answered = await service.api('POST', `/questions/${question.id}/answer`, {
      text: 'Банк занят, завтра будет.',
    })
    assert.deepEqual([answered.status, answered.body.state], [200, 'answered'])
    await waitForMessage(service.telegram, person, 'Ответ на ваш вопрос:\nБанк занят, завтра будет.')
    const line = (await cameTo(service, answered.body.answer.eventId, 'sent')).deliveries[0]
    assert.equal(line.channel, 'telegram')
    const journal = await service.api('GET', '/journal?type=answer')
    assert.equal(
      journal.body.items.find(({ eventId }: Json) => eventId === answered.body.answer.eventId)?.state,
      'sent',
    )

    const second = await service.api('POST', `/questions/${question.id}/answer`, { text: 'Другое' })
    assert.deepEqual([second.status, second.body.code], [409, 'already_answered'])
    assert.equal(
      (await service.api('POST', `/questions/${question.id}/close`)).body.answer.text,
      'Банк занят, завтра будет.',
    )
    assert.equal(screenOf(service.telegram, person).filter(({ text }) => text.includes('Ответ на ваш')).length, 1)
    assert.equal((await service.api('POST', '/questions/que_00000000000000000000000000000000/close')).status, 404)
  })

  it('the answer goes to no other chat than its question’s, whatever has become of that one', async () => {
    const asked = async () => {
      const person = await linkedSomeone(service)
      await decided(service, await accepted(service, payout(person, 5, { branch: noon })))
      await says(person, 'позовите оператора', 'Напишите вопрос')
      await says(person, `Вопрос ${person.chat}`, 'передан')
      const { body } = await service.api('GET', '/questions?state=open')
      return { person, id: body.items.find(({ text }: Json) => text === `Вопрос ${person.chat}`).id as string }
    }
    const [moved, blocked] = [await asked(), await asked()]
    const elsewhere = someone()
    service.telegram.person(elsewhere.chat).start()
    await waitForMessage(service.telegram, elsewhere, 'согласие')
    await service.api('PUT', `/clients/${moved.person.id}`, {
      contacts: [{ channel: 'telegram', address: String(elsewhere.chat) }],
    })
    handsOf(blocked.person).block()
    const maxUser = 820_000 + (blocked.person.chat % 10_000)
    service.max.person(maxUser, { firstName: 'Иван' }).start()
    await service.api('PUT', `/clients/${blocked.person.id}`, {
      contacts: [{ channel: 'max', address: String(maxUser) }],
    })

    const answer = (id: string) => service.api('POST', `/questions/${id}/answer`, { text: 'Секретный ответ' })
    const gone = await answer(moved.id)
    assert.equal(gone.status, 422)
    assert.match(gone.body.message, /Чата, в котором задали вопрос, больше нет/)
    const { state, reason } = await decided(service, (await answer(blocked.id)).body.answer.eventId)
    assert.deepEqual([state, reason], ['failed', 'blocked'])
    const seen = [...service.telegram.received.map(({ text }) => text), ...service.max.received.map(({ text }) => text)]
    assert.ok(!seen.some((text) => text.includes('Секретный ответ')))
  })

  it('half an hour after a payout he is asked for a mark, once, and never before', async () => {
    const person = await linkedSomeone(service)
    const { db } = service.services
    const event = await accepted(service, payout(person, 9, { branch: noon }))
    const { deliveries } = await cameTo(service, event, 'sent')
    const dueNow = sql`update ratings set due_at = now() where event_id = ${event} returning 1`
    await until(async () => (await db.run(dueNow)) === 1, patienceMs, 'its mark is due')
    const question = await waitForMessage(service.telegram, person, 'Как прошла выплата?')
    assert.deepEqual(labelsOf(question), ['1', '2', '3', '4', '5'])
    await presses(person, '2', 'Спасибо за оценку 2')
    await presses(person, '5', 'Спасибо за оценку 5')
    const row = await db.one(
      z.object({ score: z.number(), state: z.string(), delivery_id: z.string() }),
      sql`select score, state, delivery_id from ratings where event_id = ${event}`,
    )
    assert.deepEqual(row, { score: 5, state: 'rated', delivery_id: deliveries[0].id })
    assert.equal(
      (await service.api('GET', `/events/${event}`)).body.notifications[0].deliveries[0].engagement,
      'tapped',
    )
    assert.equal(screenOf(service.telegram, person).filter(({ text }) => text.includes('Как прошла')).length, 1)
    const early = await accepted(service, payout(person, 10, { branch: noon }))
    await cameTo(service, early, 'sent')
    const { due } = await db.one(
      z.object({ due: z.boolean() }),
      sql`select due_at > now() + interval '20 minutes' as due from ratings where event_id = ${early}`,
    )
    assert.ok(due)
  })

  it('two people in one chat are told apart, and an old button of one who left is refused quietly', async () => {
    const chat = someone()
    const ids = [`${chat.id}-a`, `${chat.id}-b`]
    for (const [index, id] of ids.entries())
      await decided(
        service,
        await accepted(
          service,
          payout({ id }, index + 1, {
            client: {
              id,
              phone: chat.phone,
              fullName: index === 0 ? 'Иванов Иван Петрович' : '<b>Анна</b> 𝔄💰 *x* [id1|a]',
            },
          }),
        ),
      )
    await linksHimself(service, chat)
    const chooser = await says(chat, 'где деньги', 'О ком вы спрашиваете?')
    const [ivan = '', anna = ''] = labelsOf(chooser)
    assert.match(ivan, /^Иван · \+7 903 •••-••-\d\d$/)
    assert.match(anna, /^\+7 903 •••-••-\d\d$/, 'what is no name names nobody')
    const told = await presses(chat, ivan, 'Выплата')
    assert.match(flat(told.text), /^Иван · .*:\n\n/)
    assert.match(flat(told.text), /Выплата 1 ₽/)
    assert.match(flat((await answerTo(chat, () => handsOf(chat).press(anna), 'Выплата')).text), /Выплата 2 ₽/)
    const data = await answerTo(chat, () => handsOf(chat).say('мои данные'), 'О ком')
    assert.match(
      (await answerTo(chat, () => handsOf(chat).press(labelsOf(data)[1] ?? ''), 'храним')).text,
      /Имя: <b>Анна<\/b> 𝔄💰 \*x\* \[id1\|a\]/,
    )

    // 1C corrects Ivan's phone: this chat is his no more.
    await decided(
      service,
      await accepted(service, payout({ id: ids[0] ?? '' }, 3, { client: { id: ids[0], phone: someone().phone } })),
    )
    const before = screenOf(service.telegram, chat).length
    handsOf(chat).press(ivan)
    const last = await says(chat, 'где деньги', 'Выплата 2')
    const after = screenOf(service.telegram, chat).slice(before)
    assert.deepEqual(
      after.map(({ text }) => text),
      [last.text],
    )
  })

  it('another’s button, a forged one and a press from a foreign chat are refused quietly and counted', async () => {
    const [person, stranger] = [await linkedSomeone(service), await linkedSomeone(service)]
    const event = await accepted(service, payout(person, 31))
    const { deliveries } = await cameTo(service, event, 'sent')
    await says(person, 'меню', 'Что показать?')
    const shown = await presses(person, 'Где мои деньги?', 'Выплата 31')
    const payloads = shown.buttons.flat().flatMap((each) => (each.kind === 'callback' ? [each.data] : []))
    const count = async () =>
      Number((await metric(/vestnik_bot_refused_total\{channel="telegram",why="press"\} (\d+)/)) ?? 0)
    const [screen, counted] = [screenOf(service.telegram, stranger).length, await count()]
    const tries = [
      payloads[0] ?? '',
      `ok:${deliveries[0].id}`,
      'b:money:AAAAAAAAAAAAAAAAAAAAAA:',
      'b:nothing::',
      'x'.repeat(64),
    ]
    await forge(
      tries.map((payload, index) => ({
        key: `forged-${stranger.chat}-${index}`,
        address: String(stranger.chat),
        at: new Date(),
        kind: 'press',
        payload,
        pressId: String(index),
      })),
    )
    assert.equal(screenOf(service.telegram, stranger).length, screen, 'he is told nothing')
    assert.equal((await count()) - counted, tries.length)
    const { body } = await service.api('GET', `/events/${event}`)
    assert.equal(body.notifications[0].deliveries[0].engagement, undefined)
  })

  it('who floods the bot is told once to wait, and then nothing; «/stop» is heard all the same', async () => {
    const person = await linkedSomeone(service)
    const before = screenOf(service.telegram, person).length
    for (let i = 0; i < 30; i++) handsOf(person).say(`флуд ${i}`)
    handsOf(person).say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    const texts = screenOf(service.telegram, person)
      .slice(before)
      .map(({ text }) => text)
    assert.equal(texts.filter((text) => text.includes('Подождите минуту')).length, 1)
    // His «/start» of a moment ago was the first of twenty.
    assert.ok(texts.length <= 22, `${texts.length} answers`)
    assert.ok(Number(await metric(/vestnik_bot_refused_total\{channel="telegram",why="flood"\} (\d+)/)) >= 10)
  })

  it('he reads what is kept of him, and asks to be erased: after a «yes» the operators have it, once', async () => {
    const person = await linkedSomeone(service, { fullName: 'Иванов Иван Петрович' })
    const mine = await says(person, 'мои данные', 'Что мы о вас храним')
    assert.match(mine.text, /Имя: Иванов Иван Петрович\nТелефон: \+7 903 •••-••-\d\d\nЧаты: Telegram с /)
    assert.match(mine.text, /сообщения о приёме лома и выплатах: согласие от/)
    assert.ok(!mine.text.includes(person.phone.slice(-7)))
    await presses(person, 'Удалить мои данные', 'Удалить ваши имя, телефон')
    await presses(person, 'Да, удалить', 'Заявка на удаление принята')
    await presses(person, 'Да, удалить', 'уже ждёт')
    const { body } = await service.api('GET', '/erasure-requests')
    const [request, ...more] = body.items.filter(({ client }: Json) => client.externalId === person.id)
    assert.deepEqual(more, [])

    // Once he is erased his request is done, and what he asked and chose is gone.
    await says(person, 'настройки', 'Сначала пишем')
    await presses(person, 'Скрывать суммы', 'скрыты')
    await says(person, 'есть вопрос', 'Напишите вопрос')
    await says(person, `Удалите меня ${person.chat}`, 'передан')
    const { db } = service.services
    const found = sql`select c.id as client, q.body, q.state from clients c join questions q on q.client_id = c.id where c.external_id = ${person.id}`
    await db.run(sql`update clients set erased_at = now(), data_key = null where external_id = ${person.id}`)
    const row = z.object({ client: z.string(), body: z.null(), state: z.literal('closed') })
    const { client } = await db.one(row, found)
    const chosen = sql`select client_id from client_settings where client_id = ${client}
      union all select client_id from conversations where client_id = ${client}`
    assert.deepEqual(await db.many(z.object({ client_id: z.string() }), chosen), [])
    const done = await service.api('GET', '/erasure-requests?state=done')
    assert.ok(done.body.items.some(({ id }: Json) => id === request.id))
  })

  it('a tap on a link of a message counts, a preview does not, and nothing else leads anywhere', async () => {
    const person = await linkedSomeone(service)
    const event = await accepted(service, payout(person, 44))
    await cameTo(service, event, 'sent')
    const shown = await waitForMessage(service.telegram, person, '44')
    const urls = shown.buttons.flat().flatMap((each) => (each.kind === 'link' ? [each.url] : []))
    assert.equal(urls.length, 2)
    const open = async (url: string, headers: Record<string, string>, method = 'GET') =>
      await fetch(url.replace(publicUrl, service.url), { method, redirect: 'manual', headers })
    const engagement = async () =>
      (await service.api('GET', `/events/${event}`)).body.notifications[0].deliveries[0].engagement
    const [feedback = '', site = ''] = urls
    const previews = [
      await open(feedback, { 'user-agent': 'TelegramBot (like TwitterBot)' }),
      await open(feedback, { 'user-agent': 'Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)' }),
      await open(feedback, { 'user-agent': 'WhatsApp/2.23.20.0' }),
      await open(feedback, { 'user-agent': phoneUser, 'sec-purpose': 'prefetch;prerender' }),
      await open(feedback, { 'user-agent': phoneUser }, 'HEAD'),
    ]
    for (const { status, headers } of previews)
      assert.deepEqual([status, headers.get('location')], [302, 'https://metall.example.ru/otzyv'])
    assert.equal(await engagement(), undefined)
    const tapped = await open(site, { 'user-agent': phoneUser })
    assert.deepEqual(
      [tapped.status, tapped.headers.get('location')],
      [302, new URL('https://металл.рф/цены?q=Чермет&a=1#медь').href],
    )
    assert.match(tapped.headers.get('location') ?? '', /^https:\/\/xn--[!-~]+$/)
    assert.equal(await engagement(), 'tapped')
    await says(person, 'спасибо', 'передали')
    assert.equal(await engagement(), 'replied')
    await open(site, { 'user-agent': phoneUser })
    assert.equal(await engagement(), 'replied', 'it is never lowered')
    const token = site.slice(site.lastIndexOf('/') + 1)
    for (const wrong of [
      `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`,
      'https:%2F%2Fevil.example',
      'x',
      token.slice(0, 20),
    ]) {
      const { status, headers } = await open(`${publicUrl}/r/${wrong}`, { 'user-agent': phoneUser })
      assert.deepEqual([status, headers.get('location')], [404, null], wrong)
    }
    const page = await (await open(`${publicUrl}/r/x`, { 'user-agent': phoneUser })).text()
    assert.match(page, /Ссылка не найдена/)
  })
})
