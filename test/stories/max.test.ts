import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openUpdates, startBots } from '../../src/bots.ts'
import {
  linkedInMax,
  type MaxPerson,
  type MaxService,
  maxPerson,
  maxScreenOf,
  maxSecret,
  startMaxService,
  waitForMaxMessage,
} from '../support/max.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import { accepted, cameTo, decided, notificationOf, patienceMs, payout } from '../support/story.ts'
import { until } from '../support/until.ts'

const aboutMoneyTo = ({ userId }: MaxPerson) => ({ userId: String(userId), textIncludes: '₽' })

describe('MAX calls us', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: MaxService

  before(async () => {
    service = await startMaxService(scope)
    await until(() => service.max.subscriptions().length === 1, patienceMs, 'MAX knows our address')
  })

  const handsOf = (person: MaxPerson) =>
    service.max.person(person.userId, { firstName: 'Иван', lastName: 'Иванов', phone: person.phone.slice(1) })
  const sumsOn = (person: MaxPerson) =>
    maxScreenOf(service.max, person).flatMap(({ text }) => /(\d+)\u00a0₽/.exec(text)?.[1] ?? [])
  const lineOf = async (eventId: string): Promise<Json> => {
    const { body } = await service.api('GET', '/journal?limit=1000')
    return body.items.find((each: { eventId: string }) => each.eventId === eventId)
  }
  const contactOf = async (id: string): Promise<Json> => (await service.api('GET', `/clients/${id}`)).body.contacts[0]
  const linksHimself = async (person: MaxPerson) => {
    const hands = handsOf(person)
    hands.start()
    await waitForMaxMessage(service.max, person, 'нужно ваше согласие')
    hands.press('Согласен')
    await waitForMaxMessage(service.max, person, 'один шаг')
    hands.press('Отправить мой номер')
    await waitForMaxMessage(service.max, person, 'Готово')
  }

  it('a payout of 1C comes to the phone, and its line in the journal says so', async () => {
    const person = await linkedInMax(service)
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'sent')
    const shown = await waitForMaxMessage(service.max, person, '100\u00a0₽')
    const { channel, state, text, providerMessageId, attempts, repeat } = await lineOf(eventId)
    assert.deepEqual([channel, state, attempts, repeat], ['max', 'sent', 1, false])
    assert.equal(text, shown.text)
    assert.equal(providerMessageId, shown.mid)
  })

  it('start, consent, his own number by the button: the next payment reaches him', async () => {
    const person = maxPerson()
    await linksHimself(person)
    const event = payout({ id: '' }, 200, { client: { phone: person.phone } })
    await cameTo(service, await accepted(service, event), 'sent')
    assert.deepEqual(sumsOn(person), ['200'])
    assert.ok(!service.logLines.some((line) => line.includes(person.phone) || line.includes(service.max.token)))
  })

  it('a card without the proof of MAX links nothing, be it another’s or his own attached by hand', async () => {
    const [person, stranger] = [maxPerson(), maxPerson()]
    const hands = handsOf(stranger)
    hands.start()
    await waitForMaxMessage(service.max, stranger, 'нужно ваше согласие')
    hands.press('Согласен')
    await waitForMaxMessage(service.max, stranger, 'один шаг')
    hands.forwardContact(person.phone.slice(1), person.userId)
    hands.forwardContact(person.phone.slice(1), stranger.userId)
    hands.attachOwnContact()
    const refusals = () => maxScreenOf(service.max, stranger).filter(({ text }) => text.includes('не ваш номер'))
    await until(() => refusals().length === 3, patienceMs, 'all three are refused')
    const event = payout({ id: '' }, 300, { client: { phone: person.phone } })
    const { state, reason } = await decided(service, await accepted(service, event))
    assert.deepEqual([state, reason], ['skipped', 'no_contact'])
  })

  it('«стоп» ends it, and /start typed in the old dialog brings it back', async () => {
    const person = maxPerson()
    await linksHimself(person)
    handsOf(person).say('стоп')
    await waitForMaxMessage(service.max, person, 'Вы отписаны')
    const event = () => payout({ id: '' }, 400, { client: { phone: person.phone } })
    assert.equal((await decided(service, await accepted(service, event()))).reason, 'opted_out')
    handsOf(person).say('/start')
    const asked = () => maxScreenOf(service.max, person).filter(({ text }) => text.includes('нужно ваше согласие'))
    await until(() => asked().length === 2, patienceMs, 'he is asked again')
    handsOf(person).press('Согласен')
    const done = () => maxScreenOf(service.max, person).filter(({ text }) => text.includes('Готово'))
    await until(() => done().length === 2, patienceMs, 'he is in again')
    await cameTo(service, await accepted(service, event()), 'sent')
  })

  it('he stops the bot: the contact is marked, the next message is not even tried; he comes back and is told again', async () => {
    const person = await linkedInMax(service)
    handsOf(person).removeDialog()
    await until(async () => (await contactOf(person.id)).blocked === 'blocked', patienceMs, 'the block is noted')
    const calls = service.max.calls['POST /messages']
    const meanwhile = await decided(service, await accepted(service, payout(person, 500)))
    assert.deepEqual([meanwhile.state, meanwhile.reason], ['failed', 'blocked'])
    assert.equal(service.max.calls['POST /messages'], calls)
    handsOf(person).unblock()
    await until(async () => (await contactOf(person.id)).blocked === undefined, patienceMs, 'the block is over')
    await cameTo(service, await accepted(service, payout(person, 600)), 'sent')
    assert.deepEqual(sumsOn(person), ['600'])
  })

  it('MAX answers that he stopped the bot, and we had not heard of it: failed, and the contact is marked', async () => {
    const person = await linkedInMax(service)
    const suspended = 'Key: error.dialog.suspended, args: [182182182,].'
    service.max.faults.error(403, 'chat.denied', suspended, aboutMoneyTo(person))
    const { state, reason } = await decided(service, await accepted(service, payout(person, 700)))
    assert.deepEqual([state, reason], ['failed', 'blocked'])
    assert.equal((await contactOf(person.id)).blocked, 'blocked')
  })

  it('a lost answer: one repeat, which says that it is one', async () => {
    const person = await linkedInMax(service)
    service.max.faults.lostAnswer(aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 800))
    const { deliveries } = await cameTo(service, eventId, 'sent')
    assert.deepEqual(
      deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['unknown', 'sent'],
    )
    const texts = maxScreenOf(service.max, person).flatMap(({ text }) => (text.includes('₽') ? [text] : []))
    assert.equal(texts.length, 2)
    assert.ok(!texts[0]?.includes('Повторное') && texts[1]?.startsWith('Повторное сообщение: Выплата 800\u00a0₽'))
    assert.equal((await lineOf(eventId)).repeat, true)
  })

  it('a limit of MAX is waited out, and the message leaves once, without a mark', async () => {
    const person = await linkedInMax(service)
    service.max.faults.limit(1, aboutMoneyTo(person))
    const eventId = await accepted(service, payout(person, 900))
    const { deliveries } = await cameTo(service, eventId, 'sent')
    assert.deepEqual(
      deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['limited', 'sent'],
    )
    assert.deepEqual(sumsOn(person), ['900'])
  })

  it('updates that come twice, or out of order, are worked once each; a stranger’s are not worked at all', async () => {
    const person = maxPerson()
    const hands = handsOf(person)
    service.max.carrying.twice()
    hands.start()
    await waitForMaxMessage(service.max, person, 'нужно ваше согласие')
    service.max.carrying.twice()
    hands.say('Когда?')
    await waitForMaxMessage(service.max, person, '/stop — отписаться')
    const forged = (secret: string) =>
      fetch(`${service.url}/channels/max`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-max-bot-api-secret': secret },
        body: JSON.stringify({
          update_type: 'message_created',
          timestamp: 1,
          message: {
            sender: { user_id: person.userId },
            recipient: { chat_type: 'dialog' },
            body: { mid: 'mid.forged', text: 'Когда?' },
          },
        }),
      })
    assert.equal((await forged('another-secret')).status, 401)
    hands.say('стоп')
    await waitForMaxMessage(service.max, person, 'Вы отписаны')
    const texts = maxScreenOf(service.max, person).map(({ text }) => text.split('\n')[0])
    assert.equal(texts.length, 3, texts.join('; '))
    assert.equal((await forged(maxSecret)).status, 200)
    const answered = () => maxScreenOf(service.max, person).length === 4
    await until(answered, patienceMs, 'what bears the secret is worked')
  })
})

describe('MAX is in trouble, or is polled', { timeout: 240_000 }, () => {
  it('«suspended» for everybody is our trouble: most of the contacts stay as they are, and the messages wait', async (t) => {
    const service = await startMaxService(t)
    const people: MaxPerson[] = []
    for (let i = 0; i < 5; i++) people.push(await linkedInMax(service))
    const suspended = 'Key: error.dialog.suspended, args: [182182182,].'
    service.max.faults.error(403, 'chat.denied', suspended, { times: 1_000, textIncludes: '₽' })
    const states: string[] = []
    for (const person of people) {
      const eventId = await accepted(service, payout(person, 100))
      const end = await until(
        async () => {
          const notification = await notificationOf(service, eventId)
          // What failed is told as waiting until it is clear that no other messenger reaches him.
          const outcome = notification?.deliveries[0].attempts.at(-1)?.outcome
          const isEnd = notification?.state === 'failed' || (notification?.state === 'waiting' && outcome === 'broken')
          return isEnd ? notification : undefined
        },
        patienceMs,
        'it failed or waits',
      )
      states.push(end.state)
      if (end.state === 'waiting') break
    }
    assert.deepEqual(states, ['failed', 'failed', 'waiting'])
  })

  it('without an address from outside it is polled, and all is the same', async (t) => {
    const service = await startMaxService(t, { PUBLIC_URL: '' })
    const person = await linkedInMax(service)
    await cameTo(service, await accepted(service, payout(person, 100)), 'sent')
    service.max.person(person.userId).say('/stop')
    await waitForMaxMessage(service.max, person, 'Вы отписаны')
    assert.equal(service.max.subscriptions().length, 0)
  })

  it('MAX that forgets our address is told it again, as often as the door asks for', async (t) => {
    const service = await startMaxService(t, { PUBLIC_URL: '' })
    const opened: string[] = []
    const answers = [{ ok: false, detail: 'нет ответа' }]
    const door = {
      read: () => ({ status: 200, body: '', updates: [] }),
      open: async (url: string) => {
        opened.push(url)
        return answers.pop() ?? { ok: true, detail: 'подписка на месте' }
      },
      reopenEveryMs: 20,
    }
    const channel = service.services.channels.get('max')
    assert.ok(channel)
    const { receive: _, ...rest } = channel
    const stopping = new AbortController()
    const config = { ...service.services.config, PUBLIC_URL: 'https://vestnik.example.ru/' }
    const services = { ...service.services, config, channels: new Map([['max' as const, { ...rest, door }]]) }
    const ended = startBots(services, openUpdates(services), stopping.signal)
    await until(() => opened.length >= 4, patienceMs, 'it is opened again')
    stopping.abort()
    await Promise.all(ended)
    assert.deepEqual([...new Set(opened)], ['https://vestnik.example.ru/channels/max'])
    const lines = service.logLines.filter((line) => line.includes('bot.door_'))
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).msg),
      ['bot.door_shut', 'bot.door_open'],
      'all that is new, and no more',
    )
  })

  it('a file of certificates that is none stops the start with one line', async (t) => {
    await assert.rejects(startMaxService(t, { MAX_CA_FILE: '/nowhere/ca.pem' }), /^Error: MAX_CA_FILE: expected/)
    await assert.rejects(startMaxService(t, { MAX_CA_FILE: 'package.json' }), /MAX_CA_FILE: expected/)
  })
})
