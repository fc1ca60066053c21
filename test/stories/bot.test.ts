import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import type { Update } from '../../src/channels/channel.ts'
import { sql } from '../../src/db/sql.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  decided,
  linkedSomeone,
  linksHimself,
  patienceMs,
  payout,
  type Someone,
  screenOf,
  someone,
  sumsOn,
  waitForMessage,
} from '../support/story.ts'
import { until } from '../support/until.ts'

describe('the client’s side', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const handsOf = (person: Someone) =>
    service.telegram.person(person.chat, { firstName: 'Иван', phone: person.phone.slice(1) })
  const says = async (person: Someone, words: string, answer: string | RegExp) => {
    handsOf(person).say(words)
    await waitForMessage(service.telegram, person, answer)
  }
  const agrees = (person: Someone) => handsOf(person).press((button) => /^соглас/i.test(button.text))
  const refuses = (person: Someone) => handsOf(person).press((button) => /не сейчас/i.test(button.text))
  const payoutByPhone = ({ phone }: { phone: string }, roubles: number, client: object = {}) =>
    payout({ id: '' }, roubles, { client: { phone, ...client } })
  const endOf = async (event: unknown): Promise<string> => {
    const { state, reason } = await decided(service, await accepted(service, event))
    return reason === undefined ? state : `${state} ${reason}`
  }

  it('start, consent, his own contact: the next payment reaches him, whether 1C names him by phone or by id too', async () => {
    const person = someone()
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1)), 'sent')
    assert.equal(await endOf(payoutByPhone(person, 2, { id: person.id })), 'sent')
    assert.equal(await endOf(payout(person, 3)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3])
  })

  it('the contact first and the consent afterwards is as good', async () => {
    const person = someone()
    handsOf(person).start()
    await waitForMessage(service.telegram, person, 'нужно ваше согласие')
    handsOf(person).shareContact()
    await until(
      () => screenOf(service.telegram, person).filter(({ text }) => text.includes('нужно ваше согласие')).length === 2,
      patienceMs,
      'he is asked again',
    )
    assert.equal(await endOf(payoutByPhone(person, 1)), 'skipped no_consent')
    agrees(person)
    await waitForMessage(service.telegram, person, 'Готово')
    assert.equal(await endOf(payoutByPhone(person, 2)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2], 'what he missed comes first')
  })

  it('consent refused: he is written nothing about his money', async () => {
    const person = someone()
    handsOf(person).start()
    await waitForMessage(service.telegram, person, 'нужно ваше согласие')
    refuses(person)
    await waitForMessage(service.telegram, person, 'сообщений не будет')
    handsOf(person).shareContact()
    await until(
      () => screenOf(service.telegram, person).filter(({ text }) => text.includes('нужно ваше согласие')).length === 2,
      patienceMs,
      'he is asked again',
    )
    assert.equal(await endOf(payoutByPhone(person, 1)), 'skipped no_consent')
    assert.deepEqual(sumsOn(service.telegram, person), [])
  })

  it('«Не сейчас» on the old question, after he had agreed, is a refusal: the bot keeps its word', async () => {
    const person = someone()
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1)), 'sent')
    refuses(person)
    await waitForMessage(service.telegram, person, 'сообщений не будет')
    assert.equal(await endOf(payoutByPhone(person, 2)), 'skipped opted_out')
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('somebody else’s contact links nothing: whoever forwards a card does not hear of its owner’s money', async () => {
    const [person, stranger] = [someone(), someone()]
    handsOf(stranger).start()
    await waitForMessage(service.telegram, stranger, 'нужно ваше согласие')
    agrees(stranger)
    await waitForMessage(service.telegram, stranger, 'один шаг')
    for (const otherUserId of [undefined, person.chat]) {
      handsOf(stranger).forwardContact(person.phone, otherUserId)
    }
    await until(
      () => screenOf(service.telegram, stranger).filter(({ text }) => text.includes('не ваш номер')).length === 2,
      patienceMs,
      'both are refused',
    )
    assert.equal(await endOf(payoutByPhone(person, 1)), 'skipped no_contact')
    assert.deepEqual(sumsOn(service.telegram, stranger), [])
  })

  it('two clients of 1C with one phone: its owner hears of both', async () => {
    const person = someone()
    const [one, other] = [`${person.id}-a`, `${person.id}-b`]
    for (const id of [one, other]) await decided(service, await accepted(service, payoutByPhone(person, 1, { id })))
    await linksHimself(service, person)
    assert.equal(await endOf(payout({ id: one }, 2)), 'sent')
    assert.equal(await endOf(payout({ id: other }, 3)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 1, 2, 3])
  })

  it('he is linked, and 1C makes a second card of him with the same phone: he hears of that one too', async () => {
    const person = someone()
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1, { id: `${person.id}-a` })), 'sent')
    assert.equal(await endOf(payoutByPhone(person, 2, { id: `${person.id}-b` })), 'sent')
    assert.equal(await endOf(payoutByPhone(person, 3)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [1, 2, 3])
  })

  it('two cards of one phone in one array of 1C, and its owner came through the bot: both are taken, both reach him', async () => {
    const person = someone()
    await linksHimself(service, person)
    const { status, body } = await service.post([
      payoutByPhone(person, 1, { id: `${person.id}-a` }),
      payoutByPhone(person, 2, { id: `${person.id}-b` }),
    ])
    assert.equal(status, 200, JSON.stringify(body))
    const ends = await Promise.all(body.results.map(({ id }: Json) => decided(service, id)))
    assert.deepEqual(
      ends.map(({ state }) => state),
      ['sent', 'sent'],
    )
  })

  it('1C knew him by id only, he came through the bot, 1C learns his phone: from then on he is told', async () => {
    const person = someone()
    assert.equal(await endOf(payout(person, 1)), 'skipped no_contact')
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 2, { id: person.id })), 'sent')
    assert.equal(await endOf(payoutByPhone(person, 3)), 'sent')
    assert.equal(await endOf(payout(person, 4)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [2, 3, 4])
  })

  it('his phone changed in 1C: the old link tells nobody any more, the new phone’s owner links anew', async () => {
    const [person, fresh] = [someone(), someone()]
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1, { id: person.id })), 'sent')
    const changed = { id: person.id, phone: fresh.phone }
    assert.equal(await endOf(payout(person, 2, { client: changed })), 'skipped no_contact')
    assert.equal(await endOf(payout(person, 3)), 'skipped no_contact')
    await linksHimself(service, fresh)
    assert.equal(await endOf(payout(person, 4)), 'sent')
    assert.deepEqual([sumsOn(service.telegram, person), sumsOn(service.telegram, fresh)], [[1], [2, 3, 4]])
  })

  it('a slip in a phone, corrected later, costs a linked client nothing, and its true owner neither', async () => {
    const [person, other] = [someone(), someone()]
    await linksHimself(service, person)
    await linksHimself(service, other)
    assert.equal(await endOf(payoutByPhone(person, 1, { id: person.id })), 'sent')

    // The clerk types the other’s phone into this client’s card, and takes it back.
    await decided(service, await accepted(service, payoutByPhone(other, 2, { id: person.id })))
    assert.equal(await endOf(payoutByPhone(person, 3, { id: person.id })), 'sent')
    assert.equal(await endOf(payoutByPhone(other, 4)), 'sent')

    assert.ok(sumsOn(service.telegram, person).includes(3), 'he is told again')
    assert.ok(sumsOn(service.telegram, other).includes(4), 'and so is the other')
    assert.ok(!sumsOn(service.telegram, other).includes(3))
  })

  it('a slip in a phone does not undo a «/stop»: another man’s consent is not his', async () => {
    const [person, other] = [someone(), someone()]
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1, { id: person.id })), 'sent')
    await says(person, '/stop', 'Вы отписаны')
    await linksHimself(service, other)

    await decided(service, await accepted(service, payoutByPhone(other, 2, { id: person.id })))

    assert.equal(await endOf(payoutByPhone(person, 3, { id: person.id })), 'skipped opted_out')
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('a slip in a phone does not opt him out: another man’s «/stop» is not his', async () => {
    const [person, other] = [someone(), someone()]
    await linksHimself(service, other)
    await linksHimself(service, person)
    assert.equal(await endOf(payoutByPhone(person, 1, { id: person.id })), 'sent')
    await says(other, '/stop', 'Вы отписаны')

    await decided(service, await accepted(service, payoutByPhone(other, 2, { id: person.id })))

    assert.equal(await endOf(payoutByPhone(person, 3, { id: person.id })), 'sent')
  })

  it('/stop ends it, /start and consent bring it back', async () => {
    const person = await linkedSomeone(service)
    await says(person, 'СТОП', 'Вы отписаны')
    assert.equal(await endOf(payout(person, 1)), 'skipped opted_out')
    handsOf(person).start()
    await waitForMessage(service.telegram, person, 'нужно ваше согласие')
    assert.equal(await endOf(payout(person, 2)), 'skipped opted_out')
    agrees(person)
    await waitForMessage(service.telegram, person, 'Готово')
    assert.equal(await endOf(payout(person, 3)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [3])
    const { body } = await service.api('GET', `/clients/${person.id}`)
    const words = body.consents.map(({ granted, givenBy, purpose }: Json) => `${purpose} ${givenBy} ${granted}`)
    assert.deepEqual(
      words,
      ['service bot true', 'service bot false', 'advertising bot false', 'service api true'].sort(byOrderOf(words)),
    )
    assert.match(body.consents[0].text, /согласие на обработку/)
    assert.match(body.consents[0].textHash, /^[0-9a-f]{64}$/)
  })

  it('a process that died between storing an update and working it: the «/stop» still counts', async () => {
    const person = await linkedSomeone(service)
    const stop = {
      key: `lost-${person.chat}`,
      address: String(person.chat),
      at: new Date(),
      kind: 'text',
      text: '/stop',
    } as const
    await storeLost(service, stop, 40)
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    assert.equal(await endOf(payout(person, 1)), 'skipped opted_out')
    const row = await service.services.db.one(
      z.object({ payload: z.null(), handled_at: z.date() }),
      sql`select payload, handled_at from updates where key = ${stop.key}`,
    )
    assert.equal(row.payload, null, 'what he wrote is forgotten')
  })
})

describe('the messenger calls us', { timeout: 60_000 }, () => {
  it('an update that comes twice is worked once, and a stranger’s is not worked at all', async (t) => {
    const secret = 'sesam-oeffne-dich'
    const service = await startService(t, {
      TELEGRAM_UPDATES: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: secret,
      PUBLIC_URL: 'https://vestnik.example.ru',
    })
    const person = await linkedSomeone(service)
    const say = async (updateId: number, text: string, token = secret) => {
      const { status } = await fetch(`${service.url}/channels/telegram`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': token },
        body: JSON.stringify({
          update_id: updateId,
          message: {
            message_id: updateId,
            date: Math.floor(Date.now() / 1000),
            from: { id: person.chat, is_bot: false, first_name: 'Иван' },
            chat: { id: person.chat, type: 'private' },
            text,
          },
        }),
      })
      return status
    }

    assert.equal(await say(1, '/stop', 'wrong-secret'), 401)
    assert.deepEqual(await Promise.all([say(2, 'Когда?'), say(2, 'Когда?'), say(2, 'Когда?')]), [200, 200, 200])
    assert.equal(await say(2, 'Когда?'), 200)
    assert.equal(await say(3, '/start'), 200)

    await waitForMessage(service.telegram, person, 'уже подключены')
    const texts = screenOf(service.telegram, person).map(({ text }) => text.split('\n')[0])
    assert.equal(texts.length, 2, texts.join('; '))
  })
})

/** Leaves an update as a process leaves it that died before working it, so many seconds ago. */
async function storeLost({ services }: TestService, update: Update, secondsAgo: number): Promise<void> {
  const id = `upd_${Buffer.from(update.key).toString('hex').padEnd(32, '0').slice(-32)}`
  const payload = services.vault.sealOwn(`update:${id}`, JSON.stringify(update))
  await services.db.run(
    sql`insert into updates (id, channel, key, payload, received_at)
        values (${id}, 'telegram', ${update.key}, ${payload}, now() - ${secondsAgo} * interval '1 second')`,
  )
}

/** «/stop» records two words at one moment: which comes first is of no consequence. */
function byOrderOf(words: readonly string[]) {
  return (a: string, b: string) => words.indexOf(a) - words.indexOf(b)
}
