import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { paid } from '../support/people.ts'
import { suiteScope } from '../support/scope.ts'
import type { Json } from '../support/service.ts'
import { accepted, cameTo, decided, payout } from '../support/story.ts'
import { until } from '../support/until.ts'
import {
  journalLine,
  newPhone,
  registeredReader,
  startWhatsAppService,
  type WhatsAppService,
  waitForText,
} from '../support/whatsapp.ts'

describe('WhatsApp', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: WhatsAppService

  before(async () => {
    service = await startWhatsAppService(scope)
  })

  const shown = (phone: string) => service.whatsapp.received.filter((each) => each.phone === phone)
  const moneyOn = (phone: string) => shown(phone).filter((each) => each.text.includes('₽'))
  const contactOf = async (id: string): Promise<Json> => (await service.api('GET', `/clients/${id}`)).body.contacts[0]

  it('a person who has never written gets the approved template; the receipts raise the state to read', async () => {
    const person = await registeredReader(service)
    const eventId = await accepted(service, paid({ client: { id: person.id } }))

    const message = await waitForText(service.whatsapp, person.phone, '₽')
    assert.equal(message.template, 'vestnik_payout_paid')
    assert.match(
      message.text,
      /^Выплата зачислена\. сумма: 14\u00a0500\u00a0₽, материал: медь, способ: на карту, время: .*12:43 МСК\.$/,
    )
    const line = await journalLine(service, eventId, ({ state }) => state === 'delivered')
    assert.deepEqual([line.channel, line.engagement ?? null, line.attempts], ['whatsapp', null, 1])
    service.whatsapp.person(person.phone).read()
    await journalLine(service, eventId, ({ state, engagement }) => state === 'delivered' && engagement === 'read')
  })

  it('a person links himself by what WhatsApp vouches for, and then gets our own words', async () => {
    const phone = newPhone()
    const hands = service.whatsapp.person(phone, { name: 'Пётр' })
    hands.start()
    await waitForText(service.whatsapp, phone, 'нужно ваше согласие')
    hands.press('Согласен')
    await waitForText(service.whatsapp, phone, 'один шаг')
    hands.press('Отправить мой номер')
    await waitForText(service.whatsapp, phone, 'Готово')

    const event = payout({ id: '' }, 777, { client: { phone: `+${phone}` } })
    const eventId = await accepted(service, event)
    const message = await waitForText(service.whatsapp, phone, '777\u00a0₽')
    assert.equal(message.template, undefined)
    assert.ok(message.text.startsWith('Выплата 777\u00a0₽'), message.text)
    await journalLine(service, eventId, ({ state }) => state === 'delivered')

    hands.say('стоп')
    await waitForText(service.whatsapp, phone, 'Вы отписаны')
    const late = await decided(
      service,
      await accepted(service, payout({ id: '' }, 778, { client: { phone: `+${phone}` } })),
    )
    assert.deepEqual([late.state, late.reason], ['skipped', 'opted_out'])
  })

  it('a card of somebody else links nobody', async () => {
    const phone = newPhone()
    const hands = service.whatsapp.person(phone)
    hands.start()
    await waitForText(service.whatsapp, phone, 'нужно ваше согласие')
    hands.sendCard('+79031112233')
    await waitForText(service.whatsapp, phone, 'не ваш номер')
    const event = await decided(
      service,
      await accepted(service, payout({ id: '' }, 5, { client: { phone: '+79031112233' } })),
    )
    assert.deepEqual([event.state, event.reason], ['skipped', 'no_contact'])
  })

  it('whoever wrote to us gets our own words for 24 hours', async () => {
    const person = await registeredReader(service)
    const hands = service.whatsapp.person(person.phone)
    hands.say('Здравствуйте')
    await waitForText(service.whatsapp, person.phone, '/start')
    await accepted(service, payout(person, 31))
    assert.equal((await waitForText(service.whatsapp, person.phone, '31\u00a0₽')).template, undefined)
  })

  it('a corrected sum says in the template that it is a correction', async () => {
    const person = await registeredReader(service)
    const event = payout(person, 14_500)
    await cameTo(service, await accepted(service, event), 'delivered')
    const again = { ...event, id: `${event.id}/2`, payment: { amount: '14600.00', method: 'card' } }
    await cameTo(service, await accepted(service, again), 'delivered')
    assert.ok(
      moneyOn(person.phone)[1]?.text.includes('сумма: 14\u00a0600\u00a0₽ (сумма изменена, вместо 14\u00a0500\u00a0₽)'),
      JSON.stringify(moneyOn(person.phone)),
    )
  })

  it('a lost answer is not repeated: the receipt that carries our id tells', async () => {
    const person = await registeredReader(service)
    service.whatsapp.webhooks.hold()
    service.whatsapp.faults.lostAnswer({ phone: person.phone })
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'unknown')
    service.whatsapp.webhooks.resume()

    const { deliveries } = await cameTo(service, eventId, 'delivered')
    assert.deepEqual(
      deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['unknown'],
    )
    assert.equal(deliveries[0].repeat, false)
    assert.equal(moneyOn(person.phone).length, 1)
  })

  it('a send that never arrived stays unknown, and the next message does not wait for it', async () => {
    const person = await registeredReader(service)
    service.whatsapp.faults.dropped({ phone: person.phone })
    const eventId = await accepted(service, payout(person, 100))
    await cameTo(service, eventId, 'unknown')
    await cameTo(service, await accepted(service, payout(person, 200)), 'delivered')
    assert.equal((await cameTo(service, eventId, 'unknown')).deliveries[0].attempts.length, 1)
    assert.equal(moneyOn(person.phone).length, 1)
  })

  it('a read that overtakes everything counts, and what comes after it lowers nothing', async () => {
    const person = await registeredReader(service)
    service.whatsapp.webhooks.hold()
    const eventId = await accepted(service, payout(person, 100))
    await waitForText(service.whatsapp, person.phone, '100\u00a0₽')
    service.whatsapp.person(person.phone).read()
    service.whatsapp.webhooks.resume({ reversed: true, together: true, times: 2 })
    await journalLine(service, eventId, ({ engagement }) => engagement === 'read')
    await service.whatsapp.webhooks.idle()
    await journalLine(service, eventId, ({ state, engagement }) => state === 'delivered' && engagement === 'read')
  })

  it('a failure that is told later marks the message and the contact; his own word opens it again', async () => {
    const person = await registeredReader(service)
    const hands = service.whatsapp.person(person.phone)
    hands.block()
    const first = await accepted(service, payout(person, 1))
    await journalLine(service, first, ({ state, reason }) => state === 'failed' && reason === 'not_found')
    const calls = service.whatsapp.calls.messages
    const second = await decided(service, await accepted(service, payout(person, 2)))
    assert.deepEqual([second.state, second.reason], ['failed', 'not_found'])
    assert.equal(service.whatsapp.calls.messages, calls)
    assert.equal((await contactOf(person.id)).blocked, 'not_found', JSON.stringify(await contactOf(person.id)))

    hands.unblock()
    // Meta's moments are whole seconds: his word must be of a later one than the mark.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    hands.say('Я снова здесь')
    await waitForText(service.whatsapp, person.phone, '/start')
    await cameTo(service, await accepted(service, payout(person, 3)), 'delivered')
  })

  it('too many messages to one person hold up him alone', async () => {
    const [busy, other] = [await registeredReader(service), await registeredReader(service)]
    service.whatsapp.faults.pairLimit({ phone: busy.phone })
    const eventId = await accepted(service, payout(busy, 1))
    const waiting = await cameTo(service, eventId, 'waiting')
    assert.equal(waiting.reason, 'rate_limited')
    await cameTo(service, await accepted(service, payout(other, 2)), 'delivered')
    await cameTo(service, eventId, 'delivered')
    assert.equal(moneyOn(busy.phone).length, 1)
  })

  it('a stranger at the door changes nothing', async () => {
    const url = `${service.url}/channels/whatsapp`
    const forged = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    })
    assert.equal(forged.status, 401)
    assert.equal((await fetch(`${url}?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1`)).status, 403)
  })

  it('three megabytes of statuses, and the same once more, are taken at once and move nothing', async () => {
    const person = await registeredReader(service)
    const eventId = await accepted(service, payout(person, 9))
    await cameTo(service, eventId, 'delivered')
    const statuses = Array.from({ length: 300 }, (_, index) => ({
      id: `wamid.unknown-${index}`,
      status: index % 2 === 0 ? 'failed' : 'read',
      timestamp: '1764000000',
      recipient_id: index % 3 === 0 ? person.phone : newPhone(),
      errors: [{ code: 131026, title: 'x'.repeat(10_000) }],
    }))
    const value = { metadata: { phone_number_id: service.whatsapp.phoneNumberId }, statuses }
    const entry = [{ changes: [{ field: 'messages', value }] }]
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry })
    assert.ok(body.length > 3_000_000)
    const signature = createHmac('sha256', service.whatsapp.appSecret).update(body).digest('hex')
    const startedAt = performance.now()
    for (const more of ['', '', '\n']) {
      const { status } = await fetch(`${service.url}/channels/whatsapp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
        body: body + more,
      })
      assert.equal(status, more === '' ? 200 : 401)
    }
    assert.ok(performance.now() - startedAt < 20_000, 'Meta does not wait for ever')
    await cameTo(service, await accepted(service, payout(person, 10)), 'delivered')
    assert.equal((await cameTo(service, eventId, 'delivered')).state, 'delivered')
    assert.equal((await contactOf(person.id)).blocked, undefined)
  })

  it('the fourth message in a row waits for the six seconds of WhatsApp', async () => {
    const person = await registeredReader(service)
    const ids: string[] = []
    for (let sum = 1; sum <= 4; sum++) ids.push(await accepted(service, payout(person, sum)))
    for (const id of ids) await cameTo(service, id, 'delivered')
    const moments = moneyOn(person.phone).map(({ at }) => Number(new Date(at)))
    assert.equal(moments.length, 4)
    const waited = (moments[3] ?? 0) - (moments[0] ?? 0)
    assert.ok(waited > 5_500, `the fourth came ${waited} ms after the first`)
  })

  it('nothing of a person stands in the log', async () => {
    await until(() => service.logLines.length > 0, 5_000, 'something is logged')
    const log = service.logLines.join('')
    for (const part of ['7905000', service.whatsapp.token, service.whatsapp.appSecret, 'Здравствуйте', '14\u00a0500'])
      assert.ok(!log.includes(part), `the log holds ${part}`)
  })
})
