import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { linkedClient, paid, seedText } from '../support/people.ts'
import { startService } from '../support/service.ts'
import { until } from '../support/until.ts'

describe('the main job', { timeout: 60_000 }, () => {
  it('a payment in 1C becomes a message in Telegram and a line in the journal', async (t) => {
    const service = await startService(t)
    await linkedClient(service, 'client-1', 1001)

    const answer = await service.post(paid())

    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.equal(answer.body.results[0].status, 'accepted')
    const received = await service.telegram.waitFor((each) => each.chatId === '1001' && each.text.startsWith('Выплата'))
    assert.equal(received.text, seedText)

    const line = await until(
      async () => {
        const { body } = await service.api('GET', '/journal?status=sent')
        return body.items[0]
      },
      5_000,
      'the journal shows the message as sent',
    )
    assert.equal(line.eventId, answer.body.results[0].id)
    assert.equal(line.text, seedText)
    assert.equal(line.channel, 'telegram')
    assert.equal(line.providerMessageId, String(received.messageId))
    assert.deepEqual(line.client, { externalId: 'client-1', phone: '+79031234567', fullName: 'Иванов Иван Петрович' })
    assert.deepEqual(line.operation, { id: 'operation-1', number: 'ПСА-000457' })

    const event = await service.api('GET', `/events/${answer.body.results[0].id}`)
    assert.equal(event.body.notifications[0].state, 'sent')
    assert.equal(event.body.notifications[0].deliveries[0].attempts[0].outcome, 'sent')
  })

  it('a client links himself: start, consent, his own contact, and the next payment reaches him', async (t) => {
    const service = await startService(t)
    const person = service.telegram.person(2002, { firstName: 'Иван', phone: '79031234567' })

    person.start()
    await service.telegram.waitFor((each) => each.chatId === '2002' && each.buttons.flat().length > 0)
    person.press((button) => /соглас/i.test(button.text))
    await service.telegram.waitFor(
      (each) => each.chatId === '2002' && each.keyboard.flat().some((key) => key.requestsContact),
    )
    person.forwardContact('+79990000000', 555)
    await service.telegram.waitFor((each) => /не ваш номер/i.test(each.text))
    person.shareContact()
    await service.telegram.waitFor((each) => each.text.startsWith('Готово'))

    await service.post(paid())
    const received = await service.telegram.waitFor((each) => each.text.startsWith('Выплата'))
    assert.equal(received.chatId, '2002')
    assert.equal(received.text, seedText)
  })

  it('an event for a client who is not linked is kept and journaled, and nobody is told', async (t) => {
    const service = await startService(t)

    const answer = await service.post(paid())

    assert.equal(answer.status, 200)
    const line = await until(async () => (await service.api('GET', '/journal')).body.items[0], 5_000, 'a journal line')
    assert.equal(line.state, 'skipped')
    assert.equal(line.reason, 'no_contact')
    assert.equal(line.channel, undefined)
    assert.deepEqual(service.telegram.received, [])
  })

  it('a payment reported twice is announced once', async (t) => {
    const service = await startService(t)
    await linkedClient(service, 'client-1', 1001)
    const body = paid()

    const first = await service.post(body)
    const second = await service.post(body)
    const changed = await service.post({ ...body, payment: { amount: '1.00' } })

    assert.equal(second.status, 200)
    assert.equal(second.body.results[0].status, 'duplicate')
    assert.equal(second.body.results[0].id, first.body.results[0].id)
    assert.equal(changed.status, 409)
    assert.equal(changed.body.code, 'id_reused')
    await service.telegram.waitFor((each) => each.text.startsWith('Выплата'))
    await service.post(paid({ payment: { amount: '5.00', method: 'card' }, operation: { id: 'operation-2' } }))
    await service.telegram.waitFor((each) => each.text.includes('5\u00a0₽'))
    assert.equal(service.telegram.received.filter((each) => each.text === seedText).length, 1)
  })
})
