import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { sql } from '../../src/db/sql.ts'
import { startVkEmulator, type VkEmulator } from '../../src/sandbox/vk/emulator.ts'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../src/sandbox/whatsapp/emulator.ts'
import { type MaxService, maxPerson, startMaxService, waitForMaxMessage } from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
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

describe('how a client and his chat find each other', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: MaxService
  let vk: VkEmulator
  let whatsapp: WhatsAppEmulator

  before(async () => {
    vk = await startVkEmulator()
    scope.after(() => vk.close())
    whatsapp = await startWhatsAppEmulator()
    scope.after(() => whatsapp.close())
    service = await startMaxService(scope, {
      VK_TOKEN: vk.token,
      VK_GROUP_ID: vk.groupId,
      VK_API_ROOT: vk.apiRoot,
      VK_UPDATES: 'polling',
      WHATSAPP_TOKEN: whatsapp.token,
      WHATSAPP_API_ROOT: whatsapp.apiRoot,
      WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
      WHATSAPP_APP_SECRET: whatsapp.appSecret,
      WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken,
      COMPANY_NAME: 'МеталлПром',
    })
    await whatsapp.webhooks.connect(`${service.url}/channels/whatsapp`)
    await until(() => vk.longPoll.polls > 0, patienceMs, 'VK is polled')
  })

  const handsOf = (person: Someone) =>
    service.telegram.person(person.chat, { firstName: 'Иван', phone: person.phone.slice(1) })
  const registered = async (more: object = {}): Promise<Someone> => {
    const person = someone()
    const { status } = await service.api('PUT', `/clients/${person.id}`, {
      phone: person.phone,
      fullName: 'Иванов Иван Петрович',
      ...more,
    })
    assert.equal(status, 200)
    return person
  }
  const linkOf = async ({ id }: { id: string }): Promise<Json> => {
    const { status, body } = await service.api('POST', `/clients/${id}/link`)
    assert.equal(status, 200)
    return body
  }
  const tokenIn = (link: Json): string => /\/l\/([\w-]+)$/.exec(link.url)?.[1] ?? assert.fail(link.url)
  const urlOf = (link: Json, channel: string): URL =>
    new URL(link.links.find((each: Json) => each.channel === channel).url)
  const codeOf = async ({ id }: Someone): Promise<string> =>
    (await service.api('POST', `/clients/${id}/code`)).body.code
  const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
  const hears = (person: Someone, part: string | RegExp) => waitForMessage(service.telegram, person, part)
  /** Says something to which the bot has said `part` so many times by then. */
  const hearsTimes = async (person: Someone, part: string, times: number) =>
    await until(
      () => screenOf(service.telegram, person).filter(({ text }) => text.includes(part)).length === times,
      patienceMs,
      `«${part}» ${times} times`,
    )
  const agrees = (person: Someone) => handsOf(person).press((button) => /^соглас/i.test(button.text))
  /** Nobody can write to a bot before he has pressed «Начать». */
  const types = async (person: Someone, phone: string) => {
    handsOf(person).start()
    await hears(person, 'нужно ваше согласие')
    handsOf(person).say(phone)
    return await hears(person, 'код из 6 цифр')
  }
  const contactsOf = async ({ id }: { id: string }): Promise<Json[]> =>
    (await service.api('GET', `/clients/${id}`)).body.contacts
  const spent = 'Эта ссылка уже не действует'

  it('the slip: scanned, agreed, linked; what was paid before and meanwhile is told then, in its order, once', async () => {
    const person = await registered()
    const before = await accepted(service, payout(person, 1))
    assert.equal((await decided(service, before)).reason, 'no_contact')
    const link = await linkOf(person)
    assert.deepEqual(link.links.map((each: Json) => each.channel).sort(), ['max', 'telegram', 'vk', 'whatsapp'])
    assert.match(link.qr, /^<svg /)
    assert.match(link.slip, /МеталлПром.*<svg .*Ссылка одноразовая/s)
    handsOf(person).start(urlOf(link, 'telegram').searchParams.get('start') ?? '')
    const question = await hears(person, 'нужно ваше согласие')
    assert.match(question.text, /^Здравствуйте, Иван!/)
    assert.doesNotMatch(question.text, /Иванов|Петрович/)
    const between = await accepted(service, payout(person, 2))
    assert.equal((await decided(service, between)).reason, 'no_contact')
    agrees(person)
    await hears(person, 'Готово')
    for (const event of [before, between]) await cameTo(service, event, 'sent')
    const after = await accepted(service, payout(person, 3))
    await cameTo(service, after, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3])
    assert.deepEqual(
      (await contactsOf(person)).map(({ channel, linkedBy }) => [channel, linkedBy]),
      [['telegram', 'link']],
    )
  })

  it('of an operation only its last news is told, and nothing if the last was told', async () => {
    const person = await registered()
    const operation = { id: `doc-${person.id}` }
    const told = (type: string, roubles: number) => ({
      ...payout(person, roubles),
      id: `${person.id}/${type}`,
      type,
      operation,
    })
    const events: string[] = []
    for (const [type, roubles] of [
      ['operation.accepted', 5],
      ['payout.sent', 6],
      ['payout.paid', 7],
    ] as const) {
      events.push(await accepted(service, told(type, roubles)))
      await decided(service, events.at(-1) ?? '')
    }
    handsOf(person).start(tokenIn(await linkOf(person)))
    await hears(person, 'нужно ваше согласие')
    agrees(person)
    await cameTo(service, events[2] ?? '', 'sent')
    agrees(person)
    await hearsTimes(person, 'Готово', 2)
    const last = await accepted(service, payout(person, 8))
    await cameTo(service, last, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [7, 8])
  })

  it('payments that are planned while he agrees are told once each, none is lost', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => registered()))
    for (const person of people) {
      handsOf(person).start(tokenIn(await linkOf(person)))
      await hears(person, 'нужно ваше согласие')
    }
    await Promise.all(
      people.map(async (person, at) => {
        const posted: Promise<string>[] = []
        for (let sum = 1; sum <= 4; sum++) {
          if (sum === 1 + (at % 4)) agrees(person)
          posted.push(accepted(service, payout(person, sum)))
        }
        for (const id of await Promise.all(posted)) await cameTo(service, id, 'sent')
        assert.deepEqual([...sumsOn(service.telegram, person)].sort(), [1, 2, 3, 4])
      }),
    )
  })

  it('VK: the ref of the first message; MAX: the payload of the start; WhatsApp: the words of the link', async () => {
    const inVk = await registered()
    const page = vk.person(8_800_001, { firstName: 'Иван' })
    page.start({ ref: urlOf(await linkOf(inVk), 'vk').searchParams.get('ref') ?? '' })
    await vk.waitFor(({ text }) => text.includes('Здравствуйте, Иван!'), patienceMs)
    page.press((button) => /^соглас/i.test(JSON.stringify(button).match(/согла[^"]*/i)?.[0] ?? ''))
    await vk.waitFor(({ text }) => text.includes('Готово'), patienceMs)

    const inMax = await registered()
    const user = maxPerson()
    const hands = service.max.person(user.userId, { firstName: 'Иван' })
    hands.start(urlOf(await linkOf(inMax), 'max').searchParams.get('start') ?? '')
    await waitForMaxMessage(service.max, user, 'Здравствуйте, Иван!')
    hands.press('Согласен')
    await waitForMaxMessage(service.max, user, 'Готово')

    const inWhatsApp = await registered()
    const words = urlOf(await linkOf(inWhatsApp), 'whatsapp').searchParams.get('text') ?? ''
    const phone = whatsapp.person('79051112233', { name: 'Иван' })
    phone.say(words)
    await whatsapp.waitFor(({ text }) => text.includes('Здравствуйте, Иван!'), patienceMs)
    phone.press('Согласен')
    await whatsapp.waitFor(({ text }) => text.includes('Готово'), patienceMs)

    for (const [person, channel] of [
      [inVk, 'vk'],
      [inMax, 'max'],
      [inWhatsApp, 'whatsapp'],
    ] as const) {
      const event = await accepted(service, payout(person, 9))
      const { deliveries } = await until(
        async () => {
          const last = await notificationOf(service, event)
          return ['sent', 'delivered'].includes(last?.state) ? last : undefined
        },
        patienceMs,
        `${channel} takes it`,
      )
      assert.equal(deliveries.at(-1).channel, channel)
    }
  })

  it('the page behind the QR offers the messengers, and nobody who only looks at it uses the link up', async () => {
    const person = await registered()
    const link = await linkOf(person)
    const path = new URL(link.url).pathname
    for (const agent of ['TelegramBot (like TwitterBot)', 'vkShare', 'Mozilla/5.0']) {
      const answer = await fetch(`${service.url}${path}`, { headers: { 'user-agent': agent } })
      const page = await answer.text()
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('x-robots-tag'), 'noindex, nofollow')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
      for (const title of ['MAX', 'ВКонтакте', 'Telegram', 'WhatsApp']) assert.match(page, new RegExp(title))
      assert.doesNotMatch(page, /<script|Иван/)
    }
    assert.equal((await fetch(`${service.url}${path}`, { method: 'HEAD' })).status, 200)
    assert.equal((await fetch(`${service.url}/l/${'A'.repeat(32)}`)).status, 200, 'a guess looks like a link')
    assert.equal((await fetch(`${service.url}/l/nothing`)).status, 404)
    handsOf(person).start(tokenIn(link))
    await hears(person, 'нужно ваше согласие')
    agrees(person)
    await hears(person, 'Готово')
    assert.equal(service.logLines.join('\n').includes(tokenIn(link)), false, 'no log holds the link')
  })

  it('a link that was used, has expired or never was is answered alike, and links nobody', async () => {
    const [owner, second, third, guesser] = [await registered(), someone(), someone(), someone()]
    const token = tokenIn(await linkOf(owner))
    for (const person of [owner, second]) {
      handsOf(person).start(token)
      await hears(person, 'нужно ваше согласие')
    }
    agrees(owner)
    await hears(owner, 'Готово')
    agrees(second)
    const late = tokenIn(await linkOf(owner))
    await service.services.db.run(
      sql`update link_tokens set expires_at = now() - interval '1 second' where used_at is null`,
    )
    handsOf(third).start(late)
    handsOf(guesser).start('A'.repeat(32))
    const answers = [await hears(second, spent), await hears(third, spent), await hears(guesser, spent)]
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    assert.equal((await contactsOf(owner)).length, 1)
    const event = await accepted(service, payout(owner, 4))
    await cameTo(service, event, 'sent')
    for (const stranger of [second, third, guesser]) assert.deepEqual(sumsOn(service.telegram, stranger), [])
  })

  it('a chat that keeps guessing is refused even a good link for a while, and it is counted', async () => {
    const [person, guesser] = [await registered(), someone()]
    for (let guess = 0; guess < 5; guess++) handsOf(guesser).start(String(guess).repeat(32))
    handsOf(guesser).start(tokenIn(await linkOf(person)))
    await hearsTimes(guesser, spent, 6)
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    assert.match(metrics, /vestnik_links_total\{way="link",result="limited"\} 1/)
    assert.match(metrics, /vestnik_links_total\{way="link",result="refused"\} \d/)
  })

  it('a ref of an advertisement is no link: he is welcomed as everybody', async () => {
    const person = someone()
    handsOf(person).start('autumn-2026')
    assert.match((await hears(person, 'нужно ваше согласие')).text, /^Здравствуйте! Это бот/)
  })

  it('«Не сейчас» to a second person’s link in a shared chat leaves the first as he was; «Согласен» tells both apart', async () => {
    const [husband, wife] = [await registered(), await registered({ fullName: 'Иванова Анна Сергеевна' })]
    handsOf(husband).start(tokenIn(await linkOf(husband)))
    await hears(husband, 'нужно ваше согласие')
    agrees(husband)
    await hears(husband, 'Готово')
    const hers = tokenIn(await linkOf(wife))
    handsOf(husband).start(hers)
    await hears(husband, 'Здравствуйте, Анна!')
    handsOf(husband).press((button) => /не сейчас/i.test(button.text))
    await hears(husband, 'ничего не подключено')
    await cameTo(service, await accepted(service, payout(husband, 1)), 'sent')
    assert.equal((await decided(service, await accepted(service, payout(wife, 2)))).reason, 'no_contact')
    handsOf(husband).start(hers)
    await hearsTimes(husband, 'Здравствуйте, Анна!', 2)
    agrees(husband)
    await hears(husband, 'Здравствуйте, Анна! Готово')
    await until(() => sumsOn(service.telegram, husband).length === 2, patienceMs, 'hers is told as well')
    assert.deepEqual(sumsOn(service.telegram, husband), [1, 2])
  })

  it('the link speaks for its client alone: another card on the same phone gets nothing of this chat', async () => {
    const person = await registered()
    handsOf(person).start(tokenIn(await linkOf(person)))
    await hears(person, 'нужно ваше согласие')
    agrees(person)
    await hears(person, 'Готово')
    const other = { ...payout({ id: '' }, 2), client: { id: `${person.id}-b`, phone: person.phone } }
    assert.equal((await decided(service, await accepted(service, other))).reason, 'no_contact')
  })

  it('a phone is typed, an operator reads out the code, the code links; what was missed is told after the consent', async () => {
    const person = await registered()
    const event = await accepted(service, payout(person, 1))
    await decided(service, event)
    await types(person, person.phone.replace('+7', '8 '))
    const code = await codeOf(person)
    handsOf(person).say(`${code.slice(0, 3)} ${code.slice(3)}`)
    await hearsTimes(person, 'нужно ваше согласие', 2)
    agrees(person)
    await cameTo(service, event, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1])
    assert.equal((await contactsOf(person))[0].linkedBy, 'code')
  })

  it('whether a phone is known cannot be learned, and a code is no good without its phone, twice, or to its neighbour', async () => {
    const [person, neighbour, stranger] = [await registered(), await registered(), someone()]
    const known = await types(stranger, person.phone)
    assert.equal((await types(neighbour, '+79039999999')).text, known.text)
    const code = await codeOf(person)
    handsOf(neighbour).say(code)
    const wrong = await hears(neighbour, 'Этот код не подошёл')
    handsOf(stranger).say(otherThan(code))
    assert.equal((await hears(stranger, 'Этот код не подошёл')).text, wrong.text)
    assert.deepEqual(await contactsOf(person), [])
  })

  it('five tries a chat and five a code; a stranger who spends them costs the client one more code and no more', async () => {
    const [person, stranger, helper] = [await registered(), someone(), someone()]
    let code = await codeOf(person)
    for (const each of [stranger, helper, person]) await types(each, person.phone)
    for (let guess = 0; guess < 5; guess++) handsOf(stranger).say(otherThan(code))
    await hearsTimes(stranger, 'Этот код не подошёл', 5)
    handsOf(helper).say(code)
    await hears(helper, 'Этот код не подошёл')
    handsOf(stranger).say(code)
    await hearsTimes(stranger, 'Этот код не подошёл', 6)
    assert.deepEqual(await contactsOf(person), [])
    code = await codeOf(person)
    agrees(person)
    await hears(person, 'один шаг')
    handsOf(person).say(code)
    await hears(person, 'Готово')
    assert.equal((await contactsOf(person)).length, 1)
  })

  it('a code older than ten minutes is none', async () => {
    const person = await registered()
    await types(person, person.phone)
    const code = await codeOf(person)
    await service.services.db.run(sql`update link_codes set expires_at = now() - interval '1 second'`)
    handsOf(person).say(code)
    await hears(person, 'Этот код не подошёл')
  })

  it('an operator unlinks: nothing goes there any more, 1C hears of it, a new link begins anew', async () => {
    const person = await registered()
    handsOf(person).start(tokenIn(await linkOf(person)))
    await hears(person, 'нужно ваше согласие')
    agrees(person)
    await hears(person, 'Готово')
    const own: string = (await service.api('GET', `/clients/${person.id}`)).body.id
    assert.deepEqual((await service.api('DELETE', `/clients/${own}/contacts/telegram`)).body, { removed: 1 })
    assert.deepEqual((await service.api('DELETE', `/clients/${own}/contacts/telegram`)).body, { removed: 0 })
    const event = await accepted(service, payout(person, 1))
    assert.equal((await decided(service, event)).reason, 'no_contact')
    assert.deepEqual(await contactsOf(person), [])
    await unlinkedComes(person, 'telegram')
    handsOf(person).start(tokenIn(await linkOf(person)))
    await cameTo(service, event, 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('a changed phone ends the links that the old one proved, until the client confirms; 1C and the operator are told', async () => {
    const person = await registered()
    handsOf(person).start(tokenIn(await linkOf(person)))
    await hears(person, 'нужно ваше согласие')
    agrees(person)
    await hears(person, 'Готово')
    const phone = someone().phone
    await service.api('PUT', `/clients/${person.id}`, { phone })
    await unlinkedComes({ ...person, phone }, 'telegram')
    const event = await accepted(service, payout(person, 1))
    assert.equal((await decided(service, event)).reason, 'no_contact')
    assert.equal((await contactsOf(person))[0].needsConfirmation, true)
    handsOf(person).start(tokenIn(await linkOf(person)))
    await cameTo(service, event, 'sent')
  })

  it('a busy client is a matter of waiting: unlinking answers 503', async () => {
    const person = await registered()
    await service.services.db.transaction(async (db) => {
      await db.run(sql`select 1 from clients where external_id = ${person.id} for no key update`)
      assert.equal((await service.api('DELETE', `/clients/${person.id}/contacts/telegram`)).status, 503)
    })
  })

  it('links and codes are made for clients who are there', async () => {
    for (const way of ['link', 'code']) {
      assert.equal((await service.api('POST', `/clients/nobody/${way}`)).status, 404)
      assert.equal((await service.api('POST', `/clients/cli_${'0'.repeat(32)}/${way}`)).status, 404)
    }
  })

  async function unlinkedComes(person: Someone, channel: string): Promise<void> {
    await until(
      async () => {
        const { body } = await service.api('GET', '/changes?limit=1000')
        return body.items.some(
          (each: Json) => each.kind === 'unlinked' && each.channel === channel && each.client.externalId === person.id,
        )
      },
      patienceMs,
      'the end of the link is told',
    )
  }
})
