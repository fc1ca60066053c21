import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { linkedInMax, startMaxService, waitForMaxMessage } from '../support/max.ts'
import { latestSeedMoment, paid, seedText } from '../support/people.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  linkedSomeone,
  notificationOf,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  waitForMessage,
} from '../support/story.ts'
import { until } from '../support/until.ts'
import { lineOf, registeredPage, startVkService } from '../support/vk.ts'

const logo = 'https://cdn.lom.example/logo.png'

describe('branding', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, {
      COMPANY_NAME: 'ЛомЦентр',
      COMPANY_SITE: 'https://lom.example',
      FEEDBACK_URL: 'https://lom.example/otzyv',
    })
  })

  let documents = 0
  /** The seed sentence's payout, of a document of its own. */
  const seed = (person: Someone, branch: object, more: object = {}) => {
    documents += 1
    const { operation, ...event } = paid({
      client: { id: person.id, fullName: 'Иванов Иван Петрович' },
      branch,
      ...more,
    })
    return { ...event, operation: { ...Object(operation), id: `brand-${documents}` } }
  }
  const moneyOn = (person: Someone) => screenOf(service.telegram, person).filter(({ text }) => text.includes('₽'))
  const arrives = async (person: Someone, event: object) => {
    const before = moneyOn(person).length
    const id = await accepted(service, event)
    await cameTo(service, id, 'sent')
    const shown = moneyOn(person)
    assert.equal(shown.length, before + 1)
    const [last] = shown.slice(-1)
    assert.ok(last)
    return { id, ...last }
  }
  const brand = async (code: string, branding: object, more: object = {}) => {
    const { status, body } = await service.api('PUT', `/branches/${code}`, { ...more, branding })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const deliveryOf = async (id: string): Promise<Json> => (await notificationOf(service, id)).deliveries[0]
  const engagementOf = async (id: string): Promise<unknown> => (await deliveryOf(id)).engagement
  const linksOf = (message: { buttons: { text: string }[][] }) => message.buttons.flat().map(({ text }) => text)

  it('a branch speaks in its own name from the next message on, another one in that of the company', async () => {
    const person = await linkedSomeone(service)
    const branch = { code: 'OWN', timezone: 'Europe/Moscow' }
    const before = await arrives(person, seed(person, branch))
    assert.equal(before.text, `${seedText}\n\nЛомЦентр`)
    assert.deepEqual(linksOf(before), ['Оставить отзыв', 'Наш сайт'])

    await brand('OWN', { name: 'Лом на Титова', site: 'https://titova.example', greeting: true }, { name: 'Титова' })
    const after = await arrives(person, seed(person, branch))
    assert.match(
      after.text,
      new RegExp(
        `^(Доброе утро|Добрый день|Добрый вечер|Здравствуйте), Иван Петрович!\\n\\n${seedText}\\n\\nЛом на Титова$`,
      ),
    )
    assert.deepEqual(
      after.buttons.flat().map((each) => each.kind === 'link' && each.url),
      ['https://lom.example/otzyv', 'https://titova.example'],
    )
    const byName = await arrives(person, seed(person, { name: 'титова', timezone: 'Europe/Moscow' }))
    assert.equal(byName.text, after.text)
    const elsewhere = await arrives(person, seed(person, { code: 'OTHER', timezone: 'Europe/Moscow' }))
    assert.equal(elsewhere.text, before.text)
  })

  it('«Понятно» is noted on that message, once, and the client is thanked', async () => {
    const person = await linkedSomeone(service)
    await brand('ASKS', { buttons: ['ok', 'question'] })
    const shown = await arrives(person, seed(person, { code: 'ASKS', timezone: 'Europe/Moscow' }))
    assert.ok(shown.text.includes(seedText))
    assert.deepEqual(linksOf(shown), ['Понятно', 'Вопрос по выплате', 'Оставить отзыв', 'Наш сайт'])
    const hands = service.telegram.person(person.chat)
    for (const _ of [1, 2]) hands.press('Понятно')
    await until(async () => (await engagementOf(shown.id)) === 'tapped', patienceMs, 'the press is noted')
    await until(() => hands.notice?.startsWith('Спасибо'), patienceMs, 'he is thanked')
    // A change is told once all transactions before it are over.
    const told = await until(
      async () => {
        const { body } = await service.api('GET', '/changes?limit=1000')
        const ours: Json[] = body.items.filter((each: Json) => each.eventId === shown.id)
        return ours.length > 1 ? ours : undefined
      },
      patienceMs,
      'the change is told',
    )
    assert.deepEqual(
      told.map(({ state, engagement }: Json) => [state, engagement]),
      [
        ['sent', undefined],
        ['sent', 'tapped'],
      ],
    )
    assert.equal(moneyOn(person).length, 1)
  })

  it('«Вопрос по выплате» is answered with whom to ask and what to name', async () => {
    const person = await linkedSomeone(service)
    const branch = { code: 'CALLS', name: 'Титова, <1>', timezone: 'Europe/Moscow' }
    await brand('CALLS', { buttons: ['question'], phone: '+7 343 123-45-67' })
    const shown = await arrives(person, seed(person, branch))
    service.telegram.person(person.chat).press('Вопрос по выплате')
    const answer = await waitForMessage(service.telegram, person, 'Позвоните')
    assert.equal(
      answer.text,
      'Позвоните на площадку «Титова, <1>»: +7 343 123-45-67.\n' +
        'Назовите документ ПСА-000457 и сумму 14\u00a0500\u00a0₽: так вашу выплату найдут быстрее.\nСайт: https://lom.example',
    )
    assert.equal(await engagementOf(shown.id), 'tapped')
  })

  it('a press that names another’s message, or nothing of ours, changes nothing', async () => {
    const [person, stranger] = [await linkedSomeone(service), await linkedSomeone(service)]
    await brand('SAFE', { buttons: ['ok', 'question'] })
    const shown = await arrives(person, seed(person, { code: 'SAFE', timezone: 'Europe/Moscow' }))
    const { id } = await deliveryOf(shown.id)
    const payloads = [`ok:${id}`, `question:${id}`, `ok:${id}:1`, 'ok', `ok:dlv_${'0'.repeat(32)}`, 'привет']
    const { apiRoot, token } = service.telegram
    for (const [index, payload] of payloads.entries()) {
      const reply_markup = { inline_keyboard: [[{ text: `№ ${index}`, callback_data: payload }]] }
      await fetch(`${apiRoot}/bot${token}/sendMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: stranger.chat, text: 'чужое', reply_markup }),
      })
      service.telegram.person(stranger.chat).press(`№ ${index}`)
    }
    // A chat's updates are worked in their order, so the presses are worked by then.
    service.telegram.person(stranger.chat).say('готово?')
    await waitForMessage(service.telegram, stranger, '/stop — отписаться')
    assert.equal(await engagementOf(shown.id), undefined)
    assert.deepEqual(
      screenOf(service.telegram, stranger).filter(({ text }) => text.includes('площадку')),
      [],
    )
  })

  it('a repeat after a lost answer begins with «Повторное сообщение», before the greeting, and its button works', async () => {
    const person = await linkedSomeone(service)
    await brand('AGAIN', { greeting: true, buttons: ['ok'] })
    service.telegram.faults.lostAnswer({ chatId: String(person.chat), textIncludes: '₽' })
    const id = await accepted(service, seed(person, { code: 'AGAIN', timezone: 'Europe/Moscow' }))
    const { text } = await waitForMessage(service.telegram, person, /^Повторное сообщение: [А-Я]/)
    assert.ok(text.includes(seedText))
    service.telegram.person(person.chat).press('Понятно')
    await until(async () => (await engagementOf(id)) === 'tapped', patienceMs, 'the press is noted')
  })

  it('the logo comes with the message, and Telegram fetches it once', async () => {
    const person = await linkedSomeone(service)
    await brand('LOGO', { logoUrl: logo, buttons: ['ok'] })
    const event = () => seed(person, { code: 'LOGO', timezone: 'Europe/Moscow' })
    for (const _ of [1, 2]) {
      const { text, photo, buttons } = await arrives(person, event())
      assert.deepEqual([photo, linksOf({ buttons })[0]], [logo, 'Понятно'])
      assert.equal(text, `${seedText}\n\nЛомЦентр`)
    }
    assert.deepEqual(
      service.telegram.fetched().filter((each) => each === logo),
      [logo],
    )
  })

  it('money does not wait for a logo that Telegram refuses', async () => {
    const person = await linkedSomeone(service)
    await brand('NOLOGO', { logoUrl: 'https://gone.example/logo.png' })
    const refused = 'Bad Request: wrong file identifier/HTTP URL specified'
    service.telegram.faults.error(400, refused, { method: 'sendPhoto', chatId: String(person.chat) })
    const { id, text, photo } = await arrives(person, seed(person, { code: 'NOLOGO', timezone: 'Europe/Moscow' }))
    assert.deepEqual([text, photo], [`${seedText}\n\nЛомЦентр`, undefined])
    assert.equal((await deliveryOf(id)).attempts.length, 1)
  })

  it('what 1C calls a branch and gives as a reason comes out sign for sign', async () => {
    const person = await linkedSomeone(service)
    const reason = 'банк <b>"Лом & Ко"</b> &amp; *не* _дал_ [id1|x] \u200fעברית\u200e 👷‍♂️\u00a0`5`~6~'
    const event = payout(person, 5, {
      type: 'payout.failed',
      id: `nasty-${person.id}`,
      reason,
      occurredAt: latestSeedMoment(),
    })
    const { text } = await arrives(person, event)
    assert.ok(text.includes(reason), text)
  })
})

describe('branding in the other messengers', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  const branding = { buttons: ['ok', 'question'], logoUrl: logo, phone: '112-112' }
  const branch = { code: 'SAYS', timezone: 'Europe/Moscow' }

  it('VK: the text and the buttons; a press is noted, and reading it later still counts', async () => {
    const service = await startVkService(scope)
    const person = await registeredPage(service)
    await service.api('PUT', '/branches/SAYS', { branding })
    const id = await accepted(service, payout(person, 7, { branch }))
    await cameTo(service, id, 'sent')
    service.vk.person(person.page).press('Понятно')
    await lineOf(service, id, (line) => line.engagement === 'tapped')
    service.vk.person(person.page).read()
    const line = await lineOf(service, id, (each) => each.state === 'delivered')
    assert.equal(line.engagement, 'tapped')
  })

  it('MAX: the picture, the text, the buttons; a question is answered', async () => {
    const service = await startMaxService(scope)
    const person = await linkedInMax(service)
    await service.api('PUT', '/branches/SAYS', { branding })
    const id = await accepted(service, payout(person, 7, { branch }))
    await cameTo(service, id, 'sent')
    const shown = await waitForMaxMessage(service.max, person, '₽')
    assert.equal(shown.picture, logo)
    service.max.person(person.userId).press('Вопрос по выплате')
    await waitForMaxMessage(service.max, person, '112-112')
    assert.equal((await notificationOf(service, id)).deliveries[0].engagement, 'tapped')
  })
})
