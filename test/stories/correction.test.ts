import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  linkedSomeone,
  notificationOf,
  payout,
  type Someone,
  screenOf,
  waitForMessage,
} from '../support/story.ts'

describe('a sum is corrected after the client was told', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const paid = (person: Someone, roubles: number, more: Record<string, unknown> = {}) =>
    payout(person, roubles, { operation: { id: `act-of-${person.id}`, number: 'ПСА-000457' }, ...more })
  const textsTo = (person: Someone) =>
    screenOf(service.telegram, person).flatMap(({ text }) => (text.includes('₽') ? [text] : []))

  it('he hears that it is a correction, of what, and the journal shows the text as it left', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, paid(person, 14500)), 'sent')
    const corrected = await accepted(service, paid(person, 14600))

    const { deliveries } = await cameTo(service, corrected, 'sent')

    const [first, second, third] = textsTo(person)
    assert.match(first ?? '', /^Выплата 14\u00a0500\u00a0₽ /)
    assert.match(
      second ?? '',
      /^Сумма изменена: 14\u00a0600\u00a0₽ вместо 14\u00a0500\u00a0₽, документ ПСА-000457\. Верное сообщение: Выплата 14\u00a0600\u00a0₽ зачислена/,
    )
    assert.equal(third, undefined)
    assert.equal(deliveries[0].text, second)
  })

  it('parts of one sum are payouts of their own', async () => {
    const person = await linkedSomeone(service)
    const part = (roubles: number) =>
      paid(person, roubles, { operation: { id: `act-of-${person.id}`, amount: '300.00' } })
    await accepted(service, part(100))
    await cameTo(service, await accepted(service, part(200)), 'sent')
    for (const text of textsTo(person)) assert.match(text, /^Выплата /)
    assert.equal(textsTo(person).length, 2)
  })

  it('a sum that nobody heard is not spoken of', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.error(400, 'Bad Request: message text is empty', aboutMoneyTo(person))
    const lost = await accepted(service, paid(person, 14500))
    await cameTo(service, lost, 'failed')
    await cameTo(service, await accepted(service, paid(person, 14600)), 'sent')
    assert.equal((await notificationOf(service, lost)).state, 'failed')
    assert.equal(textsTo(person).length, 1)
    assert.match(textsTo(person)[0] ?? '', /^Выплата 14\u00a0600/)
  })

  it('a sum quarantined with a copy of the infobase was told to nobody', async () => {
    const person = await linkedSomeone(service)
    const sent = await accepted(service, paid(person, 1, { infobase: 'buh-nn-prod', operation: { id: 'another' } }))
    await cameTo(service, sent, 'sent')
    await accepted(service, paid(person, 9000, { infobase: 'buh-nn-copy' }))
    await accepted(service, paid(person, 9100, { infobase: 'buh-nn-prod' }))
    const text = (await waitForMessage(service.telegram, person, '9\u00a0100')).text
    assert.match(text, /^Выплата 9\u00a0100/)
  })

  it('a correction that waited past midnight is told with the day of its fact, and still as a correction', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, paid(person, 14500)), 'sent')
    service.telegram.faults.limit(3, aboutMoneyTo(person))
    const nearlyADayAgo = new Date(Date.now() - 24 * 3_600_000 + 2_000).toISOString()
    await cameTo(service, await accepted(service, paid(person, 14600, { occurredAt: nearlyADayAgo })), 'sent')
    const text = textsTo(person).at(-1) ?? ''
    assert.match(text, /^Сумма изменена: 14\u00a0600/)
    assert.match(text, /\d{1,2} [а-я]+, \d\d:\d\d МСК/)
  })
})
