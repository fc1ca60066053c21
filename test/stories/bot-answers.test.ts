import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import type { ChannelName, Update } from '../../src/channels/channel.ts'
import { sql } from '../../src/db/sql.ts'
import { startMaxEmulator } from '../../src/sandbox/max/emulator.ts'
import { startVkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { startWhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { cleanup } from '../support/cleanup.ts'
import { madeKey } from '../support/keys.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  linksHimself,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

const publicUrl = 'https://vestnik.example.ru'
const day = 24 * 3_600_000
const noon = { code: 'NOON-1', name: 'Полуденная', timezone: zoneWhereItIs(12) }
const phoneUser = 'Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36'

type Town = TestService & {
  vk: Awaited<ReturnType<typeof startVkEmulator>>
  max: Awaited<ReturnType<typeof startMaxEmulator>>
  whatsapp: Awaited<ReturnType<typeof startWhatsAppEmulator>>
}

describe('what a client asks the bot', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let service: Town

  before(async () => {
    const [vk, max, whatsapp] = await Promise.all([startVkEmulator(), startMaxEmulator(), startWhatsAppEmulator()])
    for (const each of [vk, max, whatsapp]) cleanup(scope, () => each.close())
    const started = await startService(scope, {
      PUBLIC_URL: publicUrl,
      COMPANY_NAME: 'МеталлПром',
      COMPANY_SITE: 'https://металл.рф/цены?q=Чермет&a=1#медь',
      FEEDBACK_URL: 'https://metall.example.ru/otzyv',
      VK_TOKEN: vk.token,
      VK_GROUP_ID: vk.groupId,
      VK_API_ROOT: vk.apiRoot,
      VK_CONFIRMATION: vk.callbacks.confirmation,
      VK_SECRET: 'Sesam_open_1',
      VK_RATE_PER_SECOND: '1000',
      MAX_TOKEN: max.token,
      MAX_API_ROOT: max.apiRoot,
      MAX_WEBHOOK_SECRET: 'sesam-oeffne-dich',
      MAX_RATE_PER_SECOND: '1000',
      WHATSAPP_TOKEN: whatsapp.token,
      WHATSAPP_API_ROOT: whatsapp.apiRoot,
      WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
      WHATSAPP_APP_SECRET: whatsapp.appSecret,
      WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken,
      WHATSAPP_RATE_PER_SECOND: '1000',
    })
    max.lead(publicUrl, started.url)
    await vk.callbacks.connect(`${started.url}/channels/vk`, 'Sesam_open_1')
    await whatsapp.webhooks.connect(`${started.url}/channels/whatsapp`)
    service = { ...started, vk, max, whatsapp }
  })

  const handsOf = (person: { chat: number }) => service.telegram.person(person.chat)
  /** Does something, and answers the first message that comes after it and has those words. */
  const answerTo = async (person: { chat: number }, act: () => unknown, part: string | RegExp) => {
    const before = screenOf(service.telegram, person).length
    act()
    const isIt = (text: string) => (typeof part === 'string' ? text.includes(part) : part.test(text))
    return await until(
      () =>
        screenOf(service.telegram, person)
          .slice(before)
          .find(({ text }) => isIt(text)),
      patienceMs,
      `an answer with ${part}`,
    ).catch((error: unknown) => {
      const seen = screenOf(service.telegram, person).slice(before)
      throw new Error(`${String(error)}; seen: ${JSON.stringify(seen.map(({ text }) => text))}`)
    })
  }
  const says = (person: { chat: number }, words: string, part: string | RegExp) =>
    answerTo(person, () => handsOf(person).say(words), part)
  const presses = (person: { chat: number }, label: string, part: string | RegExp) =>
    answerTo(person, () => handsOf(person).press(label), part)
  const labelsOf = ({ buttons }: { buttons: { text: string }[][] }) => buttons.flat().map(({ text }) => text)
  const metric = async (line: RegExp) => line.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1]
  /** Roubles with the space that no line breaks. */
  const flat = (text: string) => text.replaceAll('\u00a0', ' ')
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

  const accept = (to: Someone, document: string, more: Record<string, unknown> = {}) => ({
    id: `${document}/accepted`,
    type: 'operation.accepted',
    occurredAt: new Date(Date.now() - 3_600_000).toISOString(),
    branch: noon,
    client: { id: to.id },
    operation: {
      id: document,
      number: `ПСА-${document}`,
      date: '2026-11-23T12:00:00+03:00',
      items: [
        {
          material: 'Медь кусок',
          grossKg: '13.1',
          tareKg: '0.5',
          contaminationPct: '2',
          netKg: '12.348',
          pricePerKg: '780.00',
          amount: '9631.44',
        },
        { material: 'Латунь', netKg: '10.244', pricePerKg: '450.00', amount: '4600.00' },
      ],
      amount: '14231.44',
    },
    ...more,
  })

  it('linked, he has a menu: where his money is, from acceptance to payment, as buttons and in his own words', async () => {
    const person = someone()
    await linksHimself(service, person)
    const menu = await waitForMessage(service.telegram, person, 'Что показать?')
    assert.deepEqual(labelsOf(menu), [
      'Где мои деньги?',
      'История',
      'Рассрочка',
      'Почему сумма отличается?',
      'Задать вопрос',
      'Настройки',
      'Мои данные',
    ])
    await presses(person, 'Где мои деньги?', 'пока нет')

    const document = `money-${person.chat}`
    const client = { id: person.id, phone: person.phone }
    await decided(service, await accepted(service, accept(person, document, { client })))
    const taken = await presses(person, 'Где мои деньги?', 'Лом принят')
    assert.match(flat(taken.text), /сумма 14 231,44 ₽\. О выплате сведений ещё нет/)
    assert.match(taken.text, /МеталлПром$/)

    const about = { operation: { id: document, number: `ПСА-${document}`, amount: '14231.44' }, branch: noon }
    await decided(
      service,
      await accepted(service, {
        ...payout(person, 14_000, { id: `${document}/delayed`, type: 'payout.delayed', ...about }),
        payment: { amount: '14231.44', dueDate: '2026-01-15' },
      }),
    )
    const late = await says(person, 'Ну и где мои денги???', 'задерживается')
    assert.match(late.text, /Причину площадка не сообщила/)
    assert.match(late.text, /Эта дата прошла, а новых сведений площадка не передала/)

    await decided(service, await accepted(service, payout(person, 14_000, { id: `${document}/paid`, ...about })))
    const paid = await says(person, 'когда выплата', 'зачислена на карту')
    assert.match(flat(paid.text), /Выплата 14 000 ₽ зачислена на карту/)

    const lines = await answerTo(
      person,
      () => handsOf(person).press((button) => button.text.startsWith(`ПСА-${document}`)),
      'Медь кусок',
    )
    assert.match(flat(lines.text), /брутто 13,1 кг − тара 0,5 кг = 12,6 кг/)
    assert.match(flat(lines.text), /засор 2 % — минус 0,252 кг/)
    assert.match(flat(lines.text), /нетто 12,348 кг × 780 ₽ за кг = 9 631,44 ₽/)
    // 10.244 × 450 is 4609.80, and the act says another sum: nothing is called equal that is not.
    assert.match(flat(lines.text), /нетто 10,244 кг × 450 ₽ за кг; по акту 4 600 ₽/)
    assert.match(flat(lines.text), /Итого по акту: 14 231,44 ₽/)

    const why = await presses(person, 'Почему сумма отличается?', 'Принято на')
    assert.match(flat(why.text), /Принято на 14 231,44 ₽, выплачено 14 000 ₽: на 231,44 ₽ меньше/)
    assert.match(why.text, /Причину площадка нам не передала/)
    const again = payout(person, 14_000, { id: `${document}/paid/2`, ...about, reason: 'Удержан НДФЛ', version: '2' })
    await decided(service, await accepted(service, again))
    assert.match((await says(person, 'почему меньше', 'Принято на')).text, /указала причину: Удержан НДФЛ\./)
  })

  it('history is turned by buttons, and instalments say what is left and when', async () => {
    const person = await linkedSomeone(service)
    const ids: string[] = []
    for (let i = 1; i <= 6; i++)
      ids.push(
        await accepted(service, payout(person, i, { occurredAt: new Date(Date.now() - (50 - i) * day).toISOString() })),
      )
    for (const id of ids) await decided(service, id)
    const first = await says(person, 'история', 'страница 1 из 2')
    assert.ok(!flat(first.text).includes(' 1 ₽'), 'the oldest is on the other page')
    assert.match(flat((await presses(person, 'Раньше →', 'страница 2 из 2')).text), /Выплата 1 ₽/)
    await presses(person, '← Новее', 'страница 1 из 2')

    await presses(person, 'Меню', 'Что показать?')
    await presses(person, 'Рассрочка', 'частями у вас нет')
    const document = `plan-${person.chat}`
    for (const stage of [1, 2]) {
      const part = payout(person, 5_000, {
        id: `${document}/${stage}`,
        type: 'payout.partial',
        operation: { id: document, number: `ПСА-${document}`, amount: '20000.00' },
        payment: {
          amount: '5000.00',
          stage,
          stages: 4,
          remaining: `${20_000 - stage * 5_000}.00`,
          nextDate: '2099-12-23',
        },
      })
      await decided(service, await accepted(service, part))
    }
    const plan = flat((await says(person, 'сколько осталось', 'Выплачено частей: 2 из 4')).text)
    assert.match(plan, /Этап 1: 5 000 ₽/)
    assert.match(plan, /Осталось: 10 000 ₽/)
    assert.match(plan, /Следующая выплата: 23 декабря 2099 года/)
    assert.match(flat((await presses(person, 'Меню', 'Что показать?')).text), /Что/)
    assert.match(flat((await presses(person, 'Почему сумма отличается?', 'частями')).text), /осталось 10 000 ₽/)
  })

  it('a test, and what came for the team, are not told', async () => {
    const person = await linkedSomeone(service)
    const { status, body } = await service.post(payout(person, 77), { 'x-test': '1' })
    assert.equal(status, 200)
    await decided(service, body.results[0].id)
    const { key } = await madeKey(service, { kind: 'team', source: '1c' })
    await decided(service, await accepted(service, payout(person, 78), { authorization: `Bearer ${key}` }))
    await says(person, 'где деньги', 'пока нет')
  })

  it('his settings hold: no sum is named, his messenger comes first, his hours are quiet', async () => {
    const person = await linkedSomeone(service)
    const maxUser = 810_000 + (person.chat % 10_000)
    service.max.person(maxUser, { firstName: 'Иван' }).start()
    await service.api('PUT', `/clients/${person.id}`, {
      fullName: 'Кенарейкин Пётр Ильич',
      contacts: [{ channel: 'max', address: String(maxUser) }],
    })
    await says(person, 'настройки', 'Сначала пишем: как решила площадка')
    await presses(person, 'Сначала Telegram', 'Сначала пишем: в Telegram')
    await presses(person, 'Скрывать суммы', 'карта: скрыты')
    const first = await accepted(service, payout(person, 31_415))
    const { deliveries } = (await cameTo(service, first, 'sent')) as Json
    assert.deepEqual(
      deliveries.map(({ channel }: Json) => channel),
      ['telegram'],
    )
    assert.ok(!deliveries[0].text.includes('₽'), deliveries[0].text)
    const told = await says(person, 'где деньги', 'Выплата проведена')
    assert.ok(!/₽|31/.test(told.text), told.text)
    const mine = await says(person, 'мои данные', 'Что мы о вас храним')
    assert.match(mine.text, /Имя: скрыто/)
    assert.ok(!mine.text.includes('Кенарейкин'))

    await says(person, 'настройки', 'карта: скрыты')
    await presses(person, 'Тихо с 21 до 9', 'с 21:00 до 9:00 не пишем ни о чём')
    const night = { code: 'NIGHT-1', timezone: zoneWhereItIs(2) }
    await cameTo(service, await accepted(service, payout(person, 2, { branch: night })), 'waiting')
    const byDay = await accepted(service, payout(someone(), 3, { client: { id: person.id }, branch: noon }))
    assert.equal((await cameTo(service, byDay, 'waiting')).state, 'waiting', 'it keeps its place behind the other')
  })

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

  it('VK: the same, by its buttons', async () => {
    const page = 7_900_001
    const hands = service.vk.person(page, { firstName: 'Иван' })
    const sees = (part: string) =>
      service.vk.waitFor(({ peerId, text }) => peerId === String(page) && text.includes(part), patienceMs)
    hands.start()
    await sees('нужно ваше согласие')
    await putWith('vk', 'vk-client', String(page))
    await cameTo(service, await accepted(service, payout({ id: 'vk-client' }, 51, { branch: noon })), 'sent')
    hands.say('меню')
    await sees('Что показать?')
    hands.press('Где мои деньги?')
    await sees('Операция от')
    hands.press('Задать вопрос')
    await sees('Напишите вопрос')
    hands.say('Вопрос из ВК')
    await sees('передан')
    await answerOpen('Вопрос из ВК', 'Ответ в ВК')
    await sees('Ответ в ВК')
  })

  it('MAX: the same, by its buttons', async () => {
    const user = 830_001
    const hands = service.max.person(user, { firstName: 'Иван' })
    hands.start()
    await putWith('max', 'max-client', String(user))
    await cameTo(service, await accepted(service, payout({ id: 'max-client' }, 52, { branch: noon })), 'sent')
    const sees = async (part: string) =>
      await until(
        () => service.max.received.find((each) => each.userId === String(user) && each.text.includes(part)),
        patienceMs,
        `MAX shows ${part}`,
      )
    hands.say('меню')
    await sees('Что показать?')
    hands.press('Где мои деньги?')
    await sees('Операция от')
    hands.press('Задать вопрос')
    await sees('Напишите вопрос')
    hands.say('Вопрос из MAX')
    await sees('передан')
    await answerOpen('Вопрос из MAX', 'Ответ в MAX')
    await sees('Ответ в MAX')
  })

  it('WhatsApp, which has room for three buttons: the menu is a list that he answers with a number', async () => {
    const phone = '79055550101'
    const hands = service.whatsapp.person(phone, { name: 'Иван' })
    await putWith('whatsapp', 'whatsapp-client', phone)
    hands.say('здравствуйте')
    const sees = (part: string) =>
      service.whatsapp.waitFor((each) => each.phone === phone && each.text.includes(part), patienceMs)
    await sees('1 — Где мои деньги?')
    await cameTo(service, await accepted(service, payout({ id: 'whatsapp-client' }, 53, { branch: noon })), 'delivered')
    hands.say('1')
    await sees('Операция от')
    hands.say('меню')
    await sees('Что показать?')
    hands.say('5')
    await sees('Напишите вопрос')
    hands.say('Вопрос из WhatsApp')
    await sees('передан')
    await answerOpen('Вопрос из WhatsApp', 'Ответ в WhatsApp')
    await sees('Ответ в WhatsApp')
  })

  async function putWith(channel: ChannelName, id: string, address: string): Promise<void> {
    const { status, body } = await service.api('PUT', `/clients/${id}`, {
      contacts: [{ channel, address }],
      consents: [{ purpose: 'service', granted: true, text: 'Анкета', at: new Date().toISOString() }],
    })
    assert.equal(status, 200, JSON.stringify(body))
  }

  async function answerOpen(question: string, text: string): Promise<void> {
    const { body } = await service.api('GET', '/questions?state=open')
    const found = body.items.find((each: Json) => each.text === question)
    assert.equal((await service.api('POST', `/questions/${found.id}/answer`, { text })).status, 200)
  }
})
