import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { z } from 'zod'
import { sql } from '../../src/db/sql.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, senderKey, startService, type TestService } from '../support/service.ts'
import { payout, someone } from '../support/story.ts'

type Answer = { status: number; body: Json; headers: Headers; tookMs: number }
type Body = string | Buffer

const good = () => payout(someone(), 100)
const without = (path: string) => {
  const event: Json = good()
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  delete keys.reduce((at, key) => at[key], event)[last]
  return event
}

async function knock(
  service: TestService,
  body: Body | undefined,
  { path = '/webhooks/1c', headers = {} }: { path?: string; headers?: Record<string, string | null> } = {},
): Promise<Answer> {
  const startedAt = performance.now()
  const sent = { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json', ...headers }
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: Object.entries(sent).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  const tookMs = performance.now() - startedAt
  return { status: answer.status, body: JSON.parse(text), headers: answer.headers, tookMs }
}

/** 1C reads an answer into a Структура: its keys must be identifiers, and what is wrong a Russian sentence. */
function assertReadable({ status, body, headers }: Answer): void {
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8')
  assertIdentifiers(body)
  assert.match(body.message, /[а-яё]{3}/i)
  if (status === 200) return
  assert.match(body.code, /^[a-z_0-9]+$/)
  assert.ok(Array.isArray(body.errors))
  for (const error of body.errors) assert.match(error.message, /[а-яё]{3}/i)
}

function assertIdentifiers(value: Json): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) assert.match(key, /^[A-Za-z_][A-Za-z_0-9]*$/)
    assertIdentifiers(inner)
  }
}

describe('bad input', { timeout: 240_000 }, () => {
  const scope = suiteScope()
  let service: TestService

  before(async () => {
    service = await startService(scope, { ROLES: 'api' })
  })

  const stored = async () =>
    Number(
      (await service.services.db.one(z.object({ count: z.bigint() }), sql`select count(*) as count from events`)).count,
    )

  const refused: [title: string, body: () => Body | undefined, status: number, code: string, more?: object][] = [
    ['an empty body', () => undefined, 400, 'body_empty'],
    ['nothing but spaces', () => ' \r\n', 400, 'body_empty'],
    ['no JSON', () => 'привет', 400, 'json_invalid'],
    ['a comma too many', () => '{"type": "payout.paid",}', 400, 'json_invalid'],
    ['JSON that breaks off', () => JSON.stringify(good()).slice(0, -10), 400, 'json_truncated'],
    ['a number', () => '5', 400, 'json_invalid'],
    ['an empty array', () => '[]', 400, 'body_empty'],
    ['XML', () => '<Event/>', 415, 'content_type_unsupported', { headers: { 'content-type': 'application/xml' } }],
    [
      'a form',
      () => 'type=payout.paid&sum=5',
      415,
      'content_type_unsupported',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'bytes of a picture',
      () => randomBytes(100),
      415,
      'content_type_unsupported',
      { headers: { 'content-type': 'image/png' } },
    ],
    ['2 MiB', () => JSON.stringify({ ...good(), reason: 'я'.repeat(1024 * 1024) }), 413, 'batch_too_large'],
    ['2 MiB of nothing', () => Buffer.alloc(2 * 1024 * 1024, 32), 413, 'batch_too_large'],
    ['1,001 events', () => JSON.stringify(Array.from({ length: 1001 }, () => ({}))), 413, 'batch_too_large'],
    [
      'a body that unpacks to a hundred megabytes',
      () => gzipSync(Buffer.alloc(1e8, 32)),
      413,
      'body_too_large',
      { headers: { 'content-encoding': 'gzip' } },
    ],
    ['no type', () => JSON.stringify(without('type')), 422, 'event_unknown'],
    ['an unknown type', () => JSON.stringify({ ...good(), type: 'payout.lost' }), 422, 'event_unknown'],
    ['no sum', () => JSON.stringify(without('payment')), 422, 'amount_missing'],
    ['a sum of zero', () => JSON.stringify({ ...good(), payment: { amount: '0.00' } }), 422, 'amount_missing'],
    ['negative money', () => JSON.stringify({ ...good(), payment: { amount: '-100.00' } }), 422, 'amount_negative'],
    ['money in words', () => JSON.stringify({ ...good(), payment: { amount: 'сто' } }), 422, 'amount_invalid'],
    ['a phone that is none', () => JSON.stringify({ ...good(), client: { phone: '8 903 12' } }), 422, 'phone_invalid'],
    ['nobody to tell', () => JSON.stringify({ ...good(), client: {} }), 422, 'recipient_missing'],
    [
      'a date that is none',
      () => JSON.stringify({ ...good(), occurredAt: '2025-02-30T10:00:00' }),
      422,
      'date_invalid',
    ],
    ['1C’s empty date', () => JSON.stringify({ ...good(), occurredAt: '0001-01-01T00:00:00' }), 422, 'date_empty'],
    [
      'a whole card number',
      () => JSON.stringify({ ...good(), reason: 'карта 4111 1111 1111 1111' }),
      422,
      'card_number_full',
    ],
    [
      'a stranger’s key',
      () => JSON.stringify(good()),
      401,
      'unauthorized',
      { headers: { authorization: 'Bearer wrong' } },
    ],
    ['an empty key', () => JSON.stringify(good()), 401, 'unauthorized', { headers: { authorization: 'Bearer ' } }],
    [
      'a key of another scheme',
      () => JSON.stringify(good()),
      401,
      'unauthorized',
      { headers: { authorization: `Digest ${senderKey}` } },
    ],
    [
      'a key cut short',
      () => JSON.stringify(good()),
      401,
      'unauthorized',
      { headers: { authorization: `Bearer ${senderKey.slice(0, -1)}` } },
    ],
    ['an unknown source', () => JSON.stringify(good()), 404, 'not_found', { path: '/webhooks/sap' }],
    ['a source whose key is not set', () => JSON.stringify(good()), 404, 'not_found', { path: '/webhooks/vtorium' }],
    ['an address of JavaScript’s own', () => JSON.stringify(good()), 404, 'not_found', { path: '/webhooks/__proto__' }],
    ['an address that is none', () => JSON.stringify(good()), 404, 'not_found', { path: '/nowhere' }],
  ]
  for (const [title, body, status, code, more] of refused) {
    it(`${title}: ${status} ${code}, in Russian, and nothing is stored`, async () => {
      const before = await stored()
      const answer = await knock(service, body(), more)
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body))
      assertReadable(answer)
      assert.equal(await stored(), before)
    })
  }

  it('no key at all is 401, and a stranger’s body is not even read', async () => {
    const { status, body } = await knock(service, '{', { headers: { authorization: '' } })
    assert.deepEqual([status, body.code], [401, 'unauthorized'])
  })

  it('an address that cannot be decoded is answered as JSON too', async () => {
    const answer = await knock(service, '{}', { path: '/webhooks/%zz' })
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status))
    assertReadable(answer)
  })

  const keys: [title: string, headers: Record<string, string>][] = [
    ['Bearer', { authorization: `Bearer ${senderKey}` }],
    ['Bearer in small letters', { authorization: `bearer ${senderKey}` }],
    ['password of Basic', { authorization: `Basic ${Buffer.from(`1c:${senderKey}`).toString('base64')}` }],
    [
      'password of Basic, without a name',
      { authorization: `Basic ${Buffer.from(`:${senderKey}`).toString('base64')}` },
    ],
    ['X-API-Key', { authorization: '', 'x-api-key': senderKey }],
  ]
  for (const [title, headers] of keys) {
    it(`the key as ${title} is taken`, async () => {
      const { status, body } = await knock(service, JSON.stringify(good()), { headers })
      assert.equal(status, 200, JSON.stringify(body))
    })
  }

  it('without a Content-Type, with another one, with a BOM or packed: JSON is JSON', async () => {
    const text = JSON.stringify({ ...good(), reason: 'причина' })
    const bodies: [Buffer, Record<string, string | null>][] = [
      [Buffer.from(JSON.stringify(good())), { 'content-type': null }],
      [Buffer.from(JSON.stringify(good())), { 'content-type': 'text/plain' }],
      [Buffer.from(`\uFEFF${text}`), {}],
      [gzipSync(JSON.stringify(good())), { 'content-encoding': 'gzip' }],
    ]
    for (const [body, headers] of bodies) {
      const answer = await knock(service, body, { headers })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      assertReadable(answer)
    }
  })

  it('an array with some bad items keeps the good ones, and says which and why', async () => {
    const [first, last] = [good(), good()]
    const answer = await knock(service, JSON.stringify([first, { ...good(), type: 'x' }, 5, without('payment'), last]))
    assert.equal(answer.status, 200)
    assertReadable(answer)
    assert.deepEqual(
      answer.body.results.map(({ index, status, errors }: Json) => [index, status, errors?.[0].code]),
      [
        [0, 'accepted', undefined],
        [1, 'rejected', 'event_unknown'],
        [2, 'rejected', answer.body.results[2].errors[0].code],
        [3, 'rejected', 'amount_missing'],
        [4, 'accepted', undefined],
      ],
    )
    const again = await knock(service, JSON.stringify([first, last]))
    assert.deepEqual(
      again.body.results.map(({ status }: Json) => status),
      ['duplicate', 'duplicate'],
    )
  })

  it('an array with nothing good in it is 422, with a result for each', async () => {
    const before = await stored()
    const answer = await knock(service, JSON.stringify([without('type'), without('payment')]))
    assert.equal(answer.status, 422)
    assertReadable(answer)
    assert.deepEqual(
      answer.body.results.map(({ index, status }: Json) => [index, status]),
      [
        [0, 'rejected'],
        [1, 'rejected'],
      ],
    )
    assert.equal(await stored(), before)
  })

  it('whatever is posted, the answer is readable, quick, and never our own failure', async () => {
    const noise = fc.oneof(
      { weight: 3, arbitrary: mutatedEvents() },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    )
    const type = fc.constantFrom(
      'application/json',
      '',
      'text/xml',
      'application/json; charset=utf-16',
      'a/b',
      'x'.repeat(500),
    )
    await fc.assert(
      fc.asyncProperty(noise, type, fc.constantFrom('1c', '1c/', 'vtorium'), async (body, contentType, source) => {
        const answer = await knock(service, body, {
          path: `/webhooks/${source}`,
          headers: { 'content-type': contentType },
        })
        assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(body)}`)
        assertReadable(answer)
        assert.ok(answer.tookMs < 2_000, `${Math.round(answer.tookMs)} ms`)
      }),
      { numRuns: 400 },
    )
  })
})

/** A good event in which one or more values became something else. */
function mutatedEvents(): fc.Arbitrary<string> {
  const paths = [
    'id',
    'type',
    'occurredAt',
    'client',
    'client.id',
    'client.phone',
    'client.fullName',
    'operation',
    'operation.id',
    'operation.number',
    'operation.date',
    'operation.items',
    'payment',
    'payment.amount',
    'payment.stage',
    'payment.nextDate',
    'branch',
    'branch.code',
    'branch.timezone',
    'infobase',
    'status',
    'version',
    'consent',
    'bonus',
    'reason',
  ]
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 250 }),
    fc.constantFrom<unknown>(
      '\u0000',
      '\ud800',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59+14:00',
      '1e400',
      1e21,
      -0,
      '२',
      'x'.repeat(5_000),
    ),
  )
  return fc.array(fc.tuple(fc.constantFrom(...paths), values), { minLength: 1, maxLength: 4 }).map((changes) => {
    const event: Json = good()
    for (const [path, value] of changes) {
      const keys = path.split('.')
      const last = keys.pop() ?? ''
      let at = event
      for (const key of keys) {
        if (!isObject(at[key])) at[key] = {}
        at = at[key]
      }
      at[last] = value
    }
    return JSON.stringify(event)
  })
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

describe('a sender that signs', { timeout: 60_000 }, () => {
  const scope = suiteScope()
  const secret = 'whsec_c2lnbmF0dXJlLXNlY3JldA=='
  let service: TestService

  before(async () => {
    service = await startService(scope, { ROLES: 'api', WEBHOOK_1C_SECRET: secret })
  })

  const hmac = (body: Body, key: Buffer | string = secret) => createHmac('sha256', key).update(body).digest()
  const bom = Buffer.from([0xef, 0xbb, 0xbf])
  const standard = (body: Body, id: string, secondsAgo: number) => {
    const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo)
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)])
    const signature = hmac(signed, Buffer.from(secret.slice(6), 'base64')).toString('base64')
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,bm90aGluZw== v1,${signature}` }
  }
  const wrapped = (text: string) => text.replace(/(.{20})/g, '$1 ')

  const cases: [title: string, sign: (body: Buffer) => Record<string, string>, isTaken: boolean, prefix?: Buffer][] = [
    ['no signature', () => ({}), false],
    ['an empty signature', () => ({ 'x-signature': '' }), false],
    ['the signature of another body', () => ({ 'x-signature': `sha256=${hmac('{}').toString('hex')}` }), false],
    [
      'the signature by another secret',
      (body) => ({ 'x-signature': `sha256=${hmac(body, 'x').toString('hex')}` }),
      false,
    ],
    ['hex', (body) => ({ 'x-signature': `sha256=${hmac(body).toString('hex')}` }), true],
    [
      'hex in capitals, without the prefix',
      (body) => ({ 'x-signature': hmac(body).toString('hex').toUpperCase() }),
      true,
    ],
    ['base64', (body) => ({ 'x-signature': `sha256=${hmac(body).toString('base64')}` }), true],
    ['base64 as 1C breaks it', (body) => ({ 'x-signature': `sha256=${wrapped(hmac(body).toString('base64'))}` }), true],
    ['of the body without its BOM', (body) => ({ 'x-signature': hmac(body.subarray(3)).toString('hex') }), true, bom],
    ['of the body with its BOM', (body) => ({ 'x-signature': hmac(body).toString('hex') }), true, bom],
    ['Standard Webhooks', (body) => standard(body, 'msg_1', 0), true],
    ['Standard Webhooks of ten minutes ago', (body) => standard(body, 'msg_1', 600), false],
    ['Standard Webhooks of the future', (body) => standard(body, 'msg_1', -600), false],
    ['Standard Webhooks with another id', (body) => ({ ...standard(body, 'msg_1', 0), 'webhook-id': 'msg_2' }), false],
    ['Standard Webhooks without a time', (body) => ({ ...standard(body, 'msg_1', 0), 'webhook-timestamp': '' }), false],
  ]
  for (const [title, sign, isTaken, prefix = Buffer.alloc(0)] of cases) {
    it(`${title}: ${isTaken ? 'taken' : '401 signature_invalid, and nothing is stored'}`, async () => {
      const event = good()
      const body = Buffer.concat([prefix, Buffer.from(JSON.stringify(event))])
      const answer = await knock(service, body, { headers: sign(body) })
      assertReadable(answer)
      if (isTaken) return assert.equal(answer.status, 200, JSON.stringify(answer.body))
      assert.deepEqual([answer.status, answer.body.code], [401, 'signature_invalid'])
      const signed = await knock(service, body, { headers: { 'x-signature': hmac(body).toString('hex') } })
      assert.equal(signed.body.results[0].status, 'accepted', 'it was not stored before')
    })
  }

  it('a wrong key is unauthorized, whatever the signature', async () => {
    const body = JSON.stringify(good())
    const headers = { authorization: 'Bearer wrong', 'x-signature': hmac(body).toString('hex') }
    assert.equal((await knock(service, body, { headers })).body.code, 'unauthorized')
  })
})
