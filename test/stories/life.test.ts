import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { sql } from '../../src/db/sql.ts'
import { dumpOf, formsOf } from '../support/dump.ts'
import { type MaxService, startMaxService } from '../support/max.ts'
import { latestSeedMoment, paid, seedText } from '../support/people.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import { accepted, notificationOf, patienceMs } from '../support/story.ts'
import { until } from '../support/until.ts'
import { emulatedVk } from '../support/vk.ts'
import { emulatedWhatsApp } from '../support/whatsapp.ts'

type Town = MaxService & {
  vk: Awaited<ReturnType<typeof emulatedVk>>['vk']
  whatsapp: Awaited<ReturnType<typeof emulatedWhatsApp>>['whatsapp']
}

/** One person in his messenger: what he does there, and what stands on his screen from us, oldest first. */
type InChat = {
  /** Follows the one-time link as his messenger does. */
  follow(link: URL): void
  say(text: string): void
  /** Presses the button with these words; WhatsApp's lists are answered with a number instead. */
  press(label: string): void
  /** Chooses an entry of the bot's menu. */
  choose(label: string): void
  screen(): string[]
}

/** The yard of the seed's sentence keeps Moscow's time, where it may be night: the quiet hours are those that are not now. */
const moscowHour = (new Date().getUTCHours() + 3) % 24
const yard = { code: 'NN-01', name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' }

describe('the life of a client, from the slip to the erasure', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: Town

  before(async () => {
    const vk = await emulatedVk(scope)
    const whatsapp = await emulatedWhatsApp(scope)
    const started = await startMaxService(scope, { ...vk.settings, ...whatsapp.settings, COMPANY_NAME: 'МеталлПром' })
    const asleep = { from: (moscowHour + 10) % 24, to: (moscowHour + 12) % 24 }
    const { status } = await started.api('PUT', `/branches/${yard.code}`, {
      name: yard.name,
      timezone: yard.timezone,
      quietHours: asleep,
    })
    assert.equal(status, 200)
    await vk.connect(started)
    await whatsapp.connect(started)
    service = { ...started, vk: vk.vk, whatsapp: whatsapp.whatsapp }
  })

  const chats: Record<string, (number: number) => InChat> = {
    telegram: (number) => {
      const hands = service.telegram.person(number, { firstName: 'Иван' })
      return {
        follow: (link) => hands.start(link.searchParams.get('start') ?? ''),
        say: (text) => hands.say(text),
        press: (label) => hands.press(label),
        choose: (label) => hands.press(label),
        screen: () => textsOf(service.telegram.received.filter(({ chatId }) => chatId === String(number))),
      }
    },
    vk: (number) => {
      const hands = service.vk.person(number, { firstName: 'Иван' })
      const press = (label: string) => void hands.press(label)
      return {
        follow: (link) => hands.start({ ref: link.searchParams.get('ref') ?? '' }),
        say: (text) => hands.say(text),
        press,
        choose: press,
        screen: () => textsOf(service.vk.received.filter(({ peerId }) => peerId === String(number))),
      }
    },
    max: (number) => {
      const hands = service.max.person(number, { firstName: 'Иван' })
      return {
        follow: (link) => hands.start(link.searchParams.get('start') ?? ''),
        say: (text) => hands.say(text),
        press: (label) => hands.press(label),
        choose: (label) => hands.press(label),
        screen: () => textsOf(service.max.received.filter(({ userId }) => userId === String(number))),
      }
    },
    whatsapp: (number) => {
      const phone = `7905${String(number).slice(-7)}`
      const hands = service.whatsapp.person(phone, { name: 'Иван' })
      const screen = () => textsOf(service.whatsapp.received.filter((each) => each.phone === phone))
      return {
        follow: (link) => hands.say(link.searchParams.get('text') ?? ''),
        say: (text) => hands.say(text),
        press: (label) => hands.press(label),
        choose: (label) => {
          const list = screen().findLast((text) => text.includes(label)) ?? ''
          hands.say(new RegExp(`(\\d+) — ${label}`).exec(list)?.[1] ?? label)
        },
        screen,
      }
    },
  }

  /** Waits until the screen shows it, once. */
  const sees = async ({ screen }: InChat, part: string) => {
    await until(() => screen().some((text) => text.includes(part)), patienceMs, `«${part}»`).catch((error: unknown) =>
      assert.fail(`${String(error)}; seen: ${JSON.stringify(screen())}`),
    )
    assert.equal(
      screen().filter((text) => text.includes(part)).length,
      1,
      `«${part}» once: ${JSON.stringify(screen())}`,
    )
  }
  /** The messenger's screen is ahead of the journal. */
  const journaled = async (event: string) => {
    let last: Json
    await until(
      async () => {
        last = await notificationOf(service, event)
        return ['sent', 'delivered'].includes(last?.state)
      },
      patienceMs,
      'it is in the journal',
    ).catch((error: unknown) => assert.fail(`${String(error)}; it is ${JSON.stringify(last)}`))
  }

  for (const [index, [channel, title]] of (
    [
      ['telegram', 'Telegram: link, consent, accepted, paid, question, answer, rating, «стоп», erased without a trace'],
      ['vk', 'VK: the same, by its ref and its buttons'],
      ['max', 'MAX: the same, by its payload and its buttons'],
      [
        'whatsapp',
        'WhatsApp: the same inside 24 hours after he wrote (our own words, no template), by numbers where a list has no buttons',
      ],
    ] as const
  ).entries()) {
    it(title, async () => {
      const number = 910_555_011 + index
      const chat = chats[channel]?.(number) ?? assert.fail(channel)
      const canary = `Зимородкин${['ъ', 'ы', 'э', 'ё'][index]}`
      const person = {
        id: `life-${channel}`,
        phone: `+7905${String(number).slice(-7)}`,
        fullName: `${canary} Иван Петрович`,
      }
      const client = { id: person.id, phone: person.phone, fullName: person.fullName }
      const words = `Почём ${canary.toLowerCase()} перья?`
      const reply = `Перья ${canary.toLowerCase()} не принимаем`
      assert.equal((await service.api('PUT', `/clients/${person.id}`, { ...client, id: undefined })).status, 200)

      const link = (await service.api('POST', `/clients/${person.id}/link`)).body
      assert.match(link.qr, /^<svg /)
      chat.follow(new URL(link.links.find((each: Json) => each.channel === channel).url))
      await sees(chat, 'Здравствуйте, Иван!')
      chat.press('Согласен')
      await sees(chat, 'Готово')

      const operation = { id: `doc-${channel}`, number: `ПСА-${channel}`, amount: '14500.00' }
      const items = [
        { material: 'Медь', materialGenitive: 'меди', netKg: '12.348', pricePerKg: '780.00', amount: '14500.00' },
      ]
      const moment = Date.parse(latestSeedMoment())
      const event = {
        id: `${person.id}/accepted`,
        type: 'operation.accepted',
        occurredAt: new Date(moment - 600_000).toISOString(),
        branch: yard,
        client,
        operation: { ...operation, items },
      }
      await journaled(await accepted(service, event))
      await sees(chat, 'Лом принят')
      const payout = await accepted(
        service,
        paid({ id: `${person.id}/paid`, client, operation: { ...operation, items }, branch: yard }),
      )
      await journaled(payout)
      assert.equal(chat.screen().filter((text) => text.includes('зачислена на карту')).length, 1)
      assert.ok(
        chat.screen().some((text) => text.replace(/карту .*(?=12:43)/, 'карту ').startsWith(seedText)),
        JSON.stringify(chat.screen()),
      )

      chat.say('меню')
      const menus = () => chat.screen().filter((text) => text.startsWith('Что показать?')).length
      await until(() => menus() === 2, patienceMs, 'the menu, which came after the consent as well')
      chat.choose('Задать вопрос')
      await sees(chat, 'Напишите вопрос')
      chat.say(words)
      await sees(chat, 'передан сотруднику')
      const asked = (await service.api('GET', '/questions?state=open')).body.items.find(
        ({ text }: Json) => text === words,
      )
      assert.equal(asked.channel, channel)
      const answered = await service.api('POST', `/questions/${asked.id}/answer`, { text: reply })
      await journaled(answered.body.answer.eventId)
      await sees(chat, reply)

      const { db } = service.services
      const dueNow = sql`update ratings set due_at = now() where event_id = ${payout} returning 1`
      await until(async () => (await db.run(dueNow)) === 1, patienceMs, 'his mark is due')
      await sees(chat, 'Как прошла выплата?')
      chat.choose('5')
      await sees(chat, 'Спасибо за оценку 5')

      chat.say('стоп')
      await sees(chat, 'Вы отписаны')
      const late = await accepted(
        service,
        paid({ id: `${person.id}/late`, client, operation: { id: `late-${channel}` } }),
      )
      const refused = await until(
        async () => {
          const last = await notificationOf(service, late)
          return last?.state === 'skipped' ? last : undefined
        },
        patienceMs,
        'nothing is sent after «стоп»',
      )
      assert.equal(refused.reason, 'opted_out')
      const inOrder = [
        'Здравствуйте, Иван!',
        'Готово',
        'Лом принят',
        'зачислена на карту',
        'Напишите вопрос',
        'передан',
        reply,
        'Как прошла',
        'Спасибо за оценку',
        'отписаны',
      ]
      const places = inOrder.map((part) => chat.screen().findIndex((text) => text.includes(part)))
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
        JSON.stringify(chat.screen()),
      )

      assert.equal((await service.api('POST', `/clients/${person.id}/erase`)).status, 200)
      const secrets = [canary, canary.toLowerCase(), person.phone.slice(1), words, reply, 'на карту 12:43']
      const dump = await dumpOf(service)
      for (const secret of secrets) {
        for (const form of formsOf(secret)) assert.ok(!dump.includes(form), `«${secret}» as ${form} in the dump`)
        assert.ok(!service.logLines.some((line) => line.includes(secret)), `«${secret}» in the log`)
      }
    })
  }
})

function textsOf(received: readonly { text: string }[]): string[] {
  return received.map(({ text }) => text)
}
