import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { newId } from '../../src/lib/ids.ts'
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
  reminder,
  type Someone,
  someone,
  sumsOn,
  waitForMessage,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

describe('consents', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const handsOf = (person: Someone) => service.telegram.person(person.chat)
  /** He came through the bot, and 1C knows him by his phone. */
  const knownSomeone = async (): Promise<Someone> => {
    const person = someone()
    await linksHimself(service, person)
    await waitForMessage(service.telegram, person, 'по желанию')
    const client = { id: person.id, phone: person.phone }
    assert.equal((await decided(service, await accepted(service, payout(person, 1, { client })))).state, 'sent')
    return person
  }
  const proofOf = async ({ id }: { id: string }): Promise<Json[]> =>
    (await service.api('GET', `/clients/${id}/consents`)).body.items
  const latest = async (person: { id: string }, purpose: string) =>
    (await proofOf(person)).find((each) => each.purpose === purpose)
  const told = async (person: { id: string }, kind: string) =>
    await until(
      async () => {
        const { items } = (await service.api('GET', '/changes?limit=1000')).body
        const found = items.filter((each: Json) => each.kind === kind && each.client.externalId === person.id)
        return found.length > 0 ? found : undefined
      },
      patienceMs,
      `${kind} is told to 1C`,
    )

  it('a «yes» that is worked late does not undo the «/stop» that came after it', async () => {
    const person = await knownSomeone()
    const { db, vault } = service.services
    const id = newId('update')
    handsOf(person).say('/stop')
    await told(person, 'optOut')
    const press = {
      key: id,
      address: String(person.chat),
      at: new Date(),
      kind: 'press',
      payload: 'consent:yes',
      pressId: id,
    }
    await db.run(
      sql`insert into updates (id, channel, key, payload, received_at)
          values (${id}, 'telegram', ${id}, ${vault.sealOwn(`update:${id}`, JSON.stringify(press))}, now() - interval '1 minute')`,
    )
    const handled = z.object({ done: z.boolean() })
    await until(
      async () =>
        (await db.one(handled, sql`select handled_at is not null as done from updates where id = ${id}`)).done,
      patienceMs,
      'the press is worked',
    )
    assert.equal((await latest(person, 'service')).granted, false)
    const { state, reason } = await decided(service, await accepted(service, payout(person, 2)))
    assert.deepEqual([state, reason], ['skipped', 'opted_out'])
  })

  it('service first, advertising apart and by a «yes» of its own; each is proved with its text, time, chat and act', async () => {
    const person = await knownSomeone()
    assert.equal(await latest(person, 'advertising'), undefined)
    handsOf(person).press((button) => /да, присылайте/i.test(button.text))
    await waitForMessage(service.telegram, person, 'Будем присылать и новости')

    const [advertising, service_] = [await latest(person, 'advertising'), await latest(person, 'service')]
    for (const word of [advertising, service_]) {
      assert.deepEqual([word.granted, word.act, word.channel, word.counts], [true, 'button', 'telegram', true])
      assert.match(word.textHash, /^[0-9a-f]{64}$/)
      assert.ok(word.textFirstShownAt <= word.recordedAt)
      assert.match(word.chat, /^[0-9a-f]{16}$/)
    }
    assert.match(service_.text, /согласие на обработку моих персональных данных/)
    assert.match(advertising.text, /рекламу в этом чате/)
    assert.doesNotMatch(service_.text, /реклам/)
    assert.ok(advertising.recordedAt > service_.recordedAt)
  })

  it('advertising alone is taken back by a word, and messages about money go on', async () => {
    const person = await knownSomeone()
    handsOf(person).press((button) => /да, присылайте/i.test(button.text))
    await waitForMessage(service.telegram, person, 'Будем присылать и новости')
    handsOf(person).say('/noads')
    await waitForMessage(service.telegram, person, 'Рекламы больше не будет')
    const word = await latest(person, 'advertising')
    assert.deepEqual([word.granted, word.act], [false, 'stop'])
    assert.equal((await latest(person, 'service')).granted, true)
    const [change] = await told(person, 'optOut')
    assert.deepEqual([change.purpose, change.channel], ['advertising', 'telegram'])
    assert.equal((await decided(service, await accepted(service, payout(person, 2)))).state, 'sent')
  })

  it('«стоп» ends at once what was waiting, and 1C hears of it', async () => {
    const person = await knownSomeone()
    const waiting = await accepted(service, reminder(person, 300, zoneWhereItIs(2)))
    await cameTo(service, waiting, 'waiting')
    handsOf(person).say('Стоп')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    const { state, reason } = await cameTo(service, waiting, 'skipped')
    assert.deepEqual([state, reason], ['skipped', 'opted_out'])
    assert.ok((await told(person, 'optOut')).some((each: Json) => each.purpose === 'service'))
    assert.equal((await decided(service, await accepted(service, payout(person, 2)))).reason, 'opted_out')
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('the button «Отписаться» under the answer to a second /start is as good as «стоп»', async () => {
    const person = await knownSomeone()
    handsOf(person).start()
    await waitForMessage(service.telegram, person, 'Вы уже подключены')
    handsOf(person).press((button) => button.text === 'Отписаться')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    assert.deepEqual((({ granted, act }) => [granted, act])(await latest(person, 'service')), [false, 'button'])
  })

  it('a block of the bot ends advertising and is told to 1C', async () => {
    const person = await knownSomeone()
    handsOf(person).press((button) => /да, присылайте/i.test(button.text))
    await waitForMessage(service.telegram, person, 'Будем присылать и новости')
    handsOf(person).block()
    const changes = await until(
      async () => {
        const found = await told(person, 'optOut')
        return found.length === 2 ? found : undefined
      },
      patienceMs,
      'both are told',
    )
    assert.deepEqual(changes.map((each: Json) => each.purpose).sort(), ['advertising', undefined])
    assert.deepEqual((({ granted, act }) => [granted, act])(await latest(person, 'advertising')), [false, 'block'])
    assert.equal((await latest(person, 'service')).granted, true)
  })

  it('an older word of 1C never overrules a newer «/stop»; a newer one does, and a withdrawal by 1C ends what waits', async () => {
    const person = await knownSomeone()
    const said = (granted: boolean, at?: Date) =>
      service.api('PUT', `/clients/${person.id}`, {
        consents: [{ purpose: 'service', granted, text: 'Анкета', ...(at ? { at: at.toISOString() } : {}) }],
      })
    const before = new Date(Date.now() - 60_000)
    handsOf(person).say('/stop')
    await waitForMessage(service.telegram, person, 'Вы отписаны')
    await said(true, before)
    await said(true)
    assert.equal((await decided(service, await accepted(service, payout(person, 2)))).reason, 'opted_out')

    await said(true, new Date())
    assert.equal((await decided(service, await accepted(service, payout(person, 3)))).state, 'sent')
    const waiting = await accepted(service, reminder(person, 300, zoneWhereItIs(2)))
    await cameTo(service, waiting, 'waiting')
    await said(false, new Date())
    assert.equal((await cameTo(service, waiting, 'skipped')).reason, 'opted_out')
  })

  it('each message says by which consent it left, even after that was taken back', async () => {
    const person = await linkedSomeone(service)
    const event = await accepted(service, payout(person, 9))
    const { deliveries } = await cameTo(service, event, 'sent')
    const [word] = await proofOf(person)
    assert.equal(deliveries[0].permittedBy.id, word.id)
    assert.deepEqual([word.act, word.givenBy, word.text], ['api', 'api', 'Согласие в анкете'])
    await service.api('PUT', `/clients/${person.id}`, { consents: [{ purpose: 'service', granted: false }] })
    const after = (await cameTo(service, event, 'sent')).deliveries[0].permittedBy
    assert.deepEqual([after.id, after.granted], [word.id, true])
  })
})
