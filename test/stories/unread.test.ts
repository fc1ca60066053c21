import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { accepted, cameTo, notificationOf, patienceMs, payout, screenOf, someone } from '../support/story.ts'
import { until } from '../support/until.ts'
import { registeredPage, startVkService, type VkService } from '../support/vk.ts'

describe('a message that nobody reads, where the owner wants it told elsewhere too', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: VkService
  let databaseUrl: string

  before(async () => {
    databaseUrl = await testDatabase(scope)
    service = await startVkService(scope, { DATABASE_URL: databaseUrl })
    const { status, body } = await service.api('PUT', '/branches/NN-01', { name: 'Базовый', alsoIfUnreadMinutes: 30 })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.alsoIfUnreadMinutes, 30)
  })

  const here = { branch: { code: 'NN-01' } }
  const inBoth = async () => {
    const person = await registeredPage(service)
    const { chat, phone } = someone()
    service.telegram.person(chat, { firstName: 'Иван' }).start()
    const contacts = [
      { channel: 'vk', address: String(person.page) },
      { channel: 'telegram', address: String(chat) },
    ]
    const { status, body } = await service.api('PUT', `/clients/${person.id}`, { phone, contacts })
    assert.equal(status, 200, JSON.stringify(body))
    return { ...person, chat }
  }
  /** As if it had been taken that much earlier: nobody waits half an hour here. */
  const hoursAgo = async (eventId: string) => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query("update deliveries set decided_at = decided_at - interval '45 minutes' where event_id = $1", [
      eventId,
    ])
    await client.end()
  }
  const copies = (person: { chat: number }) =>
    screenOf(service.telegram, person).flatMap(({ text }) => (text.includes('₽') ? [text] : []))

  it('is told in the next messenger as well, once, and says that it is a copy', async () => {
    const [person, reader, later] = [await inBoth(), await inBoth(), await inBoth()]
    const unread = await accepted(service, payout(person, 100, here))
    const read = await accepted(service, payout(reader, 200, here))
    const elsewhere = await accepted(service, payout(later, 300, { branch: { code: 'EK-01' } }))
    for (const id of [unread, read, elsewhere]) await cameTo(service, id, 'sent')
    service.vk.person(reader.page).read()
    await until(
      async () => (await notificationOf(service, read)).deliveries[0].engagement === 'read',
      patienceMs,
      'the receipt is noted',
    )
    for (const id of [unread, read, elsewhere]) await hoursAgo(id)

    await until(() => copies(person).length > 0, patienceMs, 'the copy comes')

    await until(
      async () => {
        const { deliveries } = await notificationOf(service, unread)
        const states = deliveries.map((each: { channel: string; state: string }) => `${each.channel} ${each.state}`)
        return states.join() === 'vk sent,telegram sent'
      },
      patienceMs,
      'both are noted as sent',
    )
    assert.match(copies(person)[0] ?? '', /^Дублируем сообщение из ВКонтакте: Выплата 100\u00a0₽/)
    // Whoever would have had a copy has it by now: the sweep looks every two seconds.
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    assert.deepEqual([copies(person).length, copies(reader).length, copies(later).length], [1, 0, 0])
  })
})
