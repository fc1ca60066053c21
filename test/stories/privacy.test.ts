import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { z } from 'zod'
import { examine } from '../../src/cli/doctor/examine.ts'
import { sql } from '../../src/db/sql.ts'
import { redisSkip, startRedis } from '../support/redis.ts'
import { adminKey, type Cleanup, senderKey, startService, type TestService } from '../support/service.ts'
import {
  aboutMoneyTo,
  accepted,
  cameTo,
  decided,
  linksHimself,
  payout,
  reminder,
  type Someone,
  zoneWhereItIs,
} from '../support/story.ts'
import { until } from '../support/until.ts'

/** Rare words: wherever one of them turns up, it came from this person. */
const canary = { surname: 'Кенарейкин', name: 'Кенар', reason: 'канареечнаяпричина' }

const person: Someone = { id: 'kenar-1', chat: 987_654_321_012, phone: '+79037654321' }
const secrets = [
  canary.surname,
  canary.name,
  canary.reason,
  person.phone.slice(1),
  '903 765',
  String(person.chat),
  '31\u00a0415',
  'Выплата',
  senderKey,
  adminKey,
]

describe('nothing personal outside the vault', { timeout: 120_000 }, () => {
  it('not in the log, not in a metric, not in an error, not in a column, not in the queue in Postgres', async (t) => {
    const service = await startService(t)
    await livesThroughEverything(service)

    const { db } = service.services
    const tables = await db.many(
      z.object({ name: z.string() }),
      sql`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and n.nspname in ('public', 'bullmq')`,
    )
    assert.ok(
      tables.some(({ name }) => name === 'public.deliveries') && tables.some(({ name }) => name.startsWith('bullmq.')),
    )
    for (const { name } of tables) {
      const rows = await db.many(z.object({ row: z.string() }), {
        text: `select t::text as row from ${name} t`,
        values: [],
      })
      for (const { row } of rows) assertClean(`a row of ${name}`, row)
      // Bytes are shown in hex: what is there in plain would be found in them too.
      for (const { row } of rows) assertClean(`bytes in ${name}`, bytesOf(row))
    }
    await assertQuiet(service)
    assertClean('doctor', JSON.stringify(await examine(service.services.config)))
  })

  it('not in Redis', { skip: redisSkip() }, async (t) => {
    const redis = await startRedis(t)
    const service = await startService(t, { REDIS_URL: redis.url })
    await livesThroughEverything(service)
    await accepted(service, reminder(person, 31_415, zoneWhereItIs(2), { reason: canary.reason }))

    const values = await everythingIn(t, redis.url)
    assert.ok(values.length > 0, 'something is in Redis')
    for (const value of values) assertClean('Redis', value)
    await assertQuiet(service)
  })
})

/** What people and machines can do to a message, and what can go wrong with it. */
async function livesThroughEverything(service: TestService): Promise<void> {
  const client = { id: person.id, phone: person.phone, fullName: `${canary.surname} ${canary.name}` }
  await decided(service, await accepted(service, payout(person, 31_415, { client, reason: canary.reason })))
  await linksHimself(service, person)
  service.telegram.person(person.chat).say(`Это ${canary.surname}, ${person.phone}, где деньги?`)
  const sent = await accepted(service, payout(person, 31_415, { client }))
  await cameTo(service, sent, 'sent')
  await assertTraced(service, sent)
  for (const goWrong of [
    () => service.telegram.faults.error(400, `Bad Request: can't parse "${canary.surname}"`, aboutMoneyTo(person)),
    () => service.telegram.faults.garbage(502, aboutMoneyTo(person)),
    () => service.telegram.faults.lostAnswer(aboutMoneyTo(person)),
  ]) {
    goWrong()
    await decided(service, await accepted(service, payout(person, 31_415, { client })))
  }
  await service.post({ ...payout(person, 1), payment: { amount: canary.surname }, client })
  await service.post(`{"client": "${canary.surname} ${person.phone}", `)
  await service.post(payout(person, 31_415, { client }), {
    authorization: `Bearer ${canary.surname.length}-${senderKey}x`,
  })
  await service.api('GET', `/journal?phone=${encodeURIComponent(person.phone)}`)
  await service.api('GET', `/journal?phone=${encodeURIComponent(canary.surname)}`)
  await service.api('PUT', `/clients/${person.id}`, { phone: canary.surname, fullName: 5 })
  await fetch(`${service.url}/${encodeURIComponent(canary.surname)}?phone=${person.phone}`)
  service.telegram.person(person.chat).block()
  await decided(service, await accepted(service, payout(person, 31_415, { client, type: 'payout.failed' })))
}

/** By the id that 1C was answered, the log tells of the request, the plan and the call. */
async function assertTraced({ logLines }: TestService, eventId: string): Promise<void> {
  const line = z.object({ msg: z.string(), event: z.string().optional(), outcome: z.string().optional() })
  const about = () => logLines.filter((each) => each.includes(eventId)).map((each) => line.parse(JSON.parse(each)))
  // The line of a call is written after the journal.
  await until(() => about().find(({ outcome }) => outcome === 'sent'), 30_000, 'the call is in the log')
  const told = about().map(({ msg, event }) => `${msg} ${event ?? ''}`)
  for (const each of ['request.answered ', `event.planned ${eventId}`, `delivery.attempted ${eventId}`])
    assert.ok(told.includes(each), `${each} among ${told.join(', ')}`)
}

async function assertQuiet(service: TestService): Promise<void> {
  assert.ok(service.logLines.length > 20)
  for (const line of service.logLines) {
    assertClean('a log line', line)
    assert.ok(!line.includes(service.telegram.token), `a token in ${line}`)
  }
  const metrics = await (await fetch(`${service.url}/metrics`)).text()
  assert.match(metrics, /vestnik_attempt_seconds/)
  assertClean('/metrics', metrics)
  assertClean('/readyz', await (await fetch(`${service.url}/readyz`)).text())
}

function assertClean(where: string, text: string): void {
  for (const secret of secrets) assert.ok(!text.includes(secret), `«${secret}» in ${where}: ${text.slice(0, 300)}`)
}

function bytesOf(row: string): string {
  return [...row.matchAll(/\\\\x([0-9a-f]+)/g)].map((match) => Buffer.from(match[1] ?? '', 'hex').toString()).join('\n')
}

async function everythingIn(t: Cleanup, url: string): Promise<string[]> {
  const redis = new Redis(url)
  t.after(async () => redis.disconnect())
  const found: string[] = []
  for (const key of await redis.keys('*')) {
    found.push(key, JSON.stringify(await contentOf(redis, key)))
  }
  return found
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return await redis.get(key)
    case 'hash':
      return await redis.hgetall(key)
    case 'list':
      return await redis.lrange(key, 0, -1)
    case 'zset':
      return await redis.zrange(key, '0', '-1')
    case 'set':
      return await redis.smembers(key)
    case 'stream':
      return await redis.call('XRANGE', key, '-', '+')
    default:
      return null
  }
}
