import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { before, describe, it } from 'node:test'
import { type Cleanup, cleanup } from '../support/cleanup.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import { aboutMoneyTo, accepted, cameTo, decided, linkedSomeone, patienceMs, payout, sumsOn } from '../support/story.ts'
import { until } from '../support/until.ts'

describe('the messenger refuses a client', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope)
  })

  const contactOf = async (id: string): Promise<Json> => (await service.api('GET', `/clients/${id}`)).body.contacts[0]
  const sendCalls = () => service.telegram.calls['sendmessage'] ?? 0

  it('he blocked the bot: failed, the contact is marked, and the next message is not even tried', async () => {
    const person = await linkedSomeone(service)
    await cameTo(service, await accepted(service, payout(person, 1)), 'sent')
    service.telegram.faults.error(403, 'Forbidden: bot was blocked by the user', aboutMoneyTo(person))

    const first = await decided(service, await accepted(service, payout(person, 2)))
    const calls = sendCalls()
    const second = await decided(service, await accepted(service, payout(person, 3)))

    assert.deepEqual([first.state, first.reason], ['failed', 'blocked'])
    assert.equal(first.deliveries[0].attempts[0].outcome, 'refused')
    assert.equal((await contactOf(person.id)).blocked, 'blocked')
    assert.deepEqual([second.state, second.reason], ['failed', 'blocked'])
    assert.deepEqual(second.deliveries, [])
    assert.equal(sendCalls(), calls)
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })

  it('the messenger tells that he blocked the bot: the next message is not even tried; after /start he is told again', async () => {
    const person = await linkedSomeone(service)
    const hands = service.telegram.person(person.chat)
    hands.block()
    await until(async () => (await contactOf(person.id)).blocked === 'blocked', patienceMs, 'the block is noted')
    const meanwhile = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([meanwhile.state, meanwhile.reason], ['failed', 'blocked'])

    hands.start()
    await until(async () => (await contactOf(person.id)).blocked === undefined, patienceMs, 'the block is over')
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
    assert.deepEqual(sumsOn(service.telegram, person), [2])
  })

  it('his account is gone: failed, not_found', async () => {
    const person = await linkedSomeone(service)
    service.telegram.person(person.chat).deactivate()
    const { state, reason } = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([state, reason], ['failed', 'not_found'])
    assert.equal((await contactOf(person.id)).blocked, 'not_found')
  })

  it('the message itself is refused: failed, and the client’s next one goes on', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.error(400, 'Bad Request: something nobody has heard of', aboutMoneyTo(person))
    const { state, reason, deliveries } = await decided(service, await accepted(service, payout(person, 1)))
    assert.deepEqual([state, reason], ['failed', 'rejected_by_channel'])
    assert.match(deliveries[0].attempts[0].description, /something nobody has heard of/)
    assert.equal((await contactOf(person.id)).blocked, undefined)
    await cameTo(service, await accepted(service, payout(person, 2)), 'sent')
  })

  it('a block in the middle: what waited behind is ended too, and nothing hangs', async () => {
    const person = await linkedSomeone(service)
    service.telegram.faults.slow(700, aboutMoneyTo(person))
    service.telegram.faults.error(403, 'Forbidden: bot was blocked by the user', {
      ...aboutMoneyTo(person),
      textIncludes: '2\u00a0₽',
    })
    const { body } = await service.post([1, 2, 3, 4].map((sum) => payout(person, sum)))
    const ends = await Promise.all(body.results.map(({ id }: Json) => decided(service, id)))
    assert.deepEqual(
      ends.map(({ state }) => state),
      ['sent', 'failed', 'failed', 'failed'],
    )
    assert.deepEqual(sumsOn(service.telegram, person), [1])
  })
})

describe('a chat has moved', { timeout: 60_000 }, () => {
  it('the message goes to the new address at once, and so does the next one', async (t) => {
    const messenger = await movingMessenger(t)
    const service = await startService(t, { TELEGRAM_API_ROOT: messenger.apiRoot, ROLES: 'api,worker' })
    const saved = await service.api('PUT', '/clients/moved-1', {
      contacts: [{ channel: 'telegram', address: '-500' }],
      consents: [{ purpose: 'service', granted: true }],
    })
    assert.equal(saved.status, 200)

    const first = await cameTo(service, await accepted(service, payout({ id: 'moved-1' }, 1)), 'sent')
    await cameTo(service, await accepted(service, payout({ id: 'moved-1' }, 2)), 'sent')

    assert.deepEqual(messenger.chats, ['-500', '-100500', '-100500'])
    assert.equal(first.deliveries[0].repeat, false)
    assert.deepEqual(
      first.deliveries[0].attempts.map(({ outcome }: Json) => outcome),
      ['moved', 'sent'],
    )
    const { body } = await service.api('GET', '/clients/moved-1')
    assert.equal(body.contacts[0].address, '-100500')
  })
})

/** A messenger in which the group -500 has become the supergroup -100500. */
async function movingMessenger(t: Cleanup): Promise<{ apiRoot: string; chats: string[] }> {
  const chats: string[] = []
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const chat = /"chat_id":"?(-?\d+)/.exec(text)?.[1] ?? ''
    chats.push(chat)
    const hasMoved = chat === '-500'
    const answer = hasMoved
      ? {
          ok: false,
          error_code: 400,
          description: 'Bad Request: group chat was upgraded to a supergroup chat',
          parameters: { migrate_to_chat_id: -100500 },
        }
      : { ok: true, result: { message_id: chats.length } }
    response.writeHead(hasMoved ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup(t, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { apiRoot: `http://127.0.0.1:${port}`, chats }
}
