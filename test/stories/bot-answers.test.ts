import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type ChannelName, channelNames } from '../../src/channels/channel.ts'
import { madeKey } from '../support/keys.ts'
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
  type Someone,
  screenOf,
  someone,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { flat, labelsOf, talkWith } from '../support/talk.ts'
import { startTown, type Town } from '../support/town.ts'
import { until } from '../support/until.ts'

const day = 24 * 3_600_000
const noon = { code: 'NOON-1', name: 'Полуденная', timezone: zoneWhereItIs(12) }

describe('what a client asks the bot', { timeout: 300_000 }, () => {
  const scope = suiteScope()
  let service: Town

  before(async () => {
    service = await startTown(scope, { COMPANY_NAME: 'МеталлПром' })
  })

  const { handsOf, answerTo, says, presses } = talkWith(() => service)

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

  type Person = {
    address: string
    /** Begins to speak with the bot; after it, or before, 1C names him with his chat and his consent. */
    begins(): void
    says(words: string): void
    /** Takes one of the menu: presses it, or answers with its number. */
    takes(label: string, number: string): void
    /** What he has been shown. */
    screen(): readonly string[]
  }

  const messengers: Record<ChannelName, { state: string; menu: string; person(town: Town): Person }> = {
    telegram: {
      state: 'sent',
      menu: 'Что показать?',
      person: ({ telegram }) => {
        const { chat } = someone()
        const hands = telegram.person(chat, { firstName: 'Иван' })
        return {
          address: String(chat),
          begins: () => hands.start(),
          says: (words) => hands.say(words),
          takes: (label) => hands.press(label),
          screen: () => screenOf(telegram, { chat }).map(({ text }) => text),
        }
      },
    },
    vk: {
      state: 'sent',
      menu: 'Что показать?',
      person: ({ vk }) => {
        const hands = vk.person(7_900_001, { firstName: 'Иван' })
        return {
          address: '7900001',
          begins: () => hands.start(),
          says: (words) => hands.say(words),
          takes: (label) => hands.press(label),
          screen: () => vk.received.filter(({ peerId }) => peerId === '7900001').map(({ text }) => text),
        }
      },
    },
    max: {
      state: 'sent',
      menu: 'Что показать?',
      person: ({ max }) => {
        const hands = max.person(830_001, { firstName: 'Иван' })
        return {
          address: '830001',
          begins: () => hands.start(),
          says: (words) => hands.say(words),
          takes: (label) => hands.press(label),
          screen: () => max.received.filter(({ userId }) => userId === '830001').map(({ text }) => text),
        }
      },
    },
    // It has room for three buttons: the menu is a list that he answers with a number.
    whatsapp: {
      state: 'delivered',
      menu: '1 — Где мои деньги?',
      person: ({ whatsapp }) => {
        const phone = '79055550101'
        const hands = whatsapp.person(phone, { name: 'Иван' })
        return {
          address: phone,
          begins: () => hands.say('/start'),
          says: (words) => hands.say(words),
          takes: (_label, number) => hands.say(number),
          screen: () => whatsapp.received.filter((each) => each.phone === phone).map(({ text }) => text),
        }
      },
    },
  }

  for (const channel of channelNames) {
    it(`${channel}: the menu, his money, a question and its answer`, async () => {
      const { state, menu, person: personIn } = messengers[channel]
      const person = personIn(service)
      const seen = (part: string, times = 1) =>
        until(
          () => person.screen().filter((text) => text.includes(part)).length >= times,
          patienceMs,
          `${channel} shows ${part}`,
        )
      const id = `${channel}-client`
      person.begins()
      await seen('нужно ваше согласие')
      const { status, body } = await service.api('PUT', `/clients/${id}`, {
        contacts: [{ channel, address: person.address }],
        consents: [{ purpose: 'service', granted: true, text: 'Анкета', at: new Date().toISOString() }],
      })
      assert.equal(status, 200, JSON.stringify(body))
      await cameTo(service, await accepted(service, payout({ id }, 51, { branch: noon })), state)
      person.says('меню')
      await seen(menu)
      await seen('Что показать?')
      person.takes('Где мои деньги?', '1')
      await seen('Операция от')
      person.says('меню')
      await seen('Что показать?', 2)
      person.takes('Задать вопрос', '5')
      await seen('Напишите вопрос')
      const words = `Вопрос из ${channel}`
      person.says(words)
      await seen('передан')
      const open = await service.api('GET', '/questions?state=open')
      const question = open.body.items.find(({ text }: Json) => text === words)
      const answered = await service.api('POST', `/questions/${question.id}/answer`, { text: `Ответ в ${channel}` })
      assert.equal(answered.status, 200)
      await seen(`Ответ в ${channel}`)
    })
  }
})
