import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupBy } from '../../src/lib/list.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { linkedClient } from '../support/people.ts'
import { testDatabase } from '../support/postgres.ts'
import { startProcess } from '../support/process.ts'
import { redisSkip, startRedis } from '../support/redis.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import { until } from '../support/until.ts'

const clients = 20
const eventsAClient = 10

describe('a worker is killed in the middle of two hundred messages', { timeout: 180_000 }, () => {
  it('each client still gets each message once, in order (queue in Postgres)', async (t) => {
    await killInTheMiddle(t, {})
  })

  it('each client still gets each message once, in order (queue in Redis)', { skip: redisSkip() }, async (t) => {
    const redis = await startRedis(t)
    await killInTheMiddle(t, { REDIS_URL: redis.url })
  })
})

async function killInTheMiddle(t: Cleanup, queue: Record<string, string>): Promise<void> {
  const databaseUrl = await testDatabase(t)
  const service = await startService(t, { ...queue, DATABASE_URL: databaseUrl, ROLES: 'api' })
  service.telegram.setLatency(15)
  const worker = () =>
    startProcess(
      t,
      testEnvironment(databaseUrl, {
        ...queue,
        ROLES: 'worker',
        TELEGRAM_BOT_TOKEN: service.telegram.token,
        TELEGRAM_API_ROOT: service.telegram.apiRoot,
        TELEGRAM_RATE_PER_SECOND: '100',
      }),
    )
  const [first] = await Promise.all([worker(), worker()])
  for (let client = 0; client < clients; client++) await linkedClient(service, `client-${client}`, 5000 + client)

  await postAll(service)
  await until(() => service.telegram.received.length > 40, 20_000, 'the sending has begun')
  first?.kill('SIGKILL')

  await until(
    async () => {
      const { body } = await service.api('GET', '/journal?limit=1000')
      const undecided = body.items.filter((each: { state: string }) => !['sent', 'unknown'].includes(each.state))
      return body.items.length === clients * eventsAClient && undecided.length === 0
    },
    90_000,
    'every delivery is decided',
  )
  verdict(service)
}

async function postAll(service: TestService): Promise<void> {
  for (let number = 1; number <= eventsAClient; number++) {
    const round = Array.from({ length: clients }, (_, client) => ({
      id: `client-${client}/${number}`,
      type: 'payout.paid',
      occurredAt: new Date().toISOString(),
      client: { id: `client-${client}` },
      payment: { amount: `${number}.00` },
    }))
    const answer = await service.post(round)
    assert.equal(answer.status, 200)
  }
}

/** From outside: what the messenger's clients have on their screens. */
function verdict(service: TestService): void {
  const messages = service.telegram.received.filter((each) => /Выплата/.test(each.text))
  const byChat = groupBy(messages, (each) => each.chatId)
  assert.equal(byChat.size, clients)
  let repeats = 0
  for (const [chat, received] of byChat) {
    const plain = received.filter((each) => !each.text.startsWith('Повторное сообщение'))
    const numbers = plain.map((each) => Number(/Выплата (\d+)/.exec(each.text)?.[1]))
    assert.equal(new Set(numbers).size, numbers.length, `chat ${chat}: an unmarked repeat in ${numbers}`)
    const all = received.map((each) => Number(/Выплата (\d+)/.exec(each.text)?.[1]))
    assert.equal(new Set(all).size, eventsAClient, `chat ${chat}: a message is lost, there are ${all}`)
    assert.deepEqual(
      all,
      [...all].sort((a, b) => a - b),
      `chat ${chat}: out of order`,
    )
    repeats += received.length - plain.length
  }
  assert.ok(repeats <= 20, `more repeats than calls in hand: ${repeats}`)
}
