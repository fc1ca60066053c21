import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { endOf, startOf } from '../../src/api/input.ts'
import { spanOf } from '../../src/dashboard/journal/filter.ts'
import { dayOf } from '../../src/lib/moment.ts'
import { suiteScope } from '../support/scope.ts'
import { type Json, startService, type TestService } from '../support/service.ts'
import {
  accepted,
  cameTo,
  decided,
  linkedSomeone,
  payout,
  reminder,
  type Someone,
  someone,
  zoneWhereItIs,
} from '../support/story.ts'
import { assertNothingEmpty, isoMoment } from './answers.ts'

describe('the journal', { timeout: 180_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let [told, silent, other]: Someone[] = []
  let firstId = ''

  before(async () => {
    service = await startService(scope)
    told = await linkedSomeone(service)
    other = await linkedSomeone(service)
    silent = someone()
    const inBranch = { branch: { code: 'NN-01' } }
    firstId = await accepted(service, payout(told, 1, { ...inBranch, operation: { id: 'op-1', number: 'ПСА-000001' } }))
    await cameTo(service, firstId, 'sent')
    await cameTo(service, await accepted(service, payout(told, 2, { type: 'payout.delayed' })), 'sent')
    await cameTo(service, await accepted(service, payout(other, 3, inBranch)), 'sent')
    const client = { id: silent.id, phone: silent.phone, fullName: 'Молчунов Пётр' }
    await decided(service, await accepted(service, payout(silent, 4, { client })))
    await decided(service, await accepted(service, payout(told, 5), { 'x-test': '1' }))
    await cameTo(service, await accepted(service, reminder(told, 6, zoneWhereItIs(2))), 'waiting')
  })

  const list = async (query = ''): Promise<Json> => {
    const { status, body } = await service.api('GET', `/journal${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const sumsIn = (body: Json): number[] => body.items.map(({ text }: Json) => Number(/(\d+)\u00a0₽/.exec(text)?.[1]))

  it('shows the newest first, each with what the contract names, and nothing that is empty', async () => {
    const { items, nextCursor } = await list()
    assert.equal(nextCursor, undefined)
    assert.deepEqual(sumsIn({ items }), [6, 5, 4, 3, 2, 1])
    const [sent] = items.slice(-1)
    assert.match(sent.at, isoMoment)
    assert.deepEqual(
      { ...sent, id: '', notificationId: '', at: '', providerMessageId: '', text: '' },
      {
        id: '',
        eventId: firstId,
        notificationId: '',
        at: '',
        source: '1c',
        branch: 'NN-01',
        client: { externalId: told?.id, phone: told?.phone },
        type: 'payout.paid',
        operation: { id: 'op-1', number: 'ПСА-000001' },
        channel: 'telegram',
        state: 'sent',
        attempts: 1,
        repeat: false,
        providerMessageId: '',
        text: '',
        test: false,
      },
    )
    assertNothingEmpty(items)
  })

  const filters: [query: () => string, sums: number[]][] = [
    [() => '?branch=NN-01', [3, 1]],
    [() => '?channel=telegram', [6, 5, 3, 2, 1]],
    [() => '?channel=max', []],
    [() => '?type=payout.delayed', [2]],
    [() => '?status=sent', [3, 2, 1]],
    [() => '?status=skipped', [5, 4]],
    [() => '?status=waiting', [6]],
    [() => `?phone=${encodeURIComponent(silent?.phone ?? '')}`, [4]],
    [() => `?phone=8${told?.phone.slice(2)}`, [6, 5, 2, 1]],
    [() => '?phone=%2B79990000000', []],
    [() => '?operation=op-1', [1]],
    [() => `?operation=${encodeURIComponent('ПСА-000001')}`, [1]],
    [() => '?operation=nowhere', []],
    [() => '?branch=NN-01&status=sent&type=payout.paid&channel=telegram', [3, 1]],
    [() => '?from=2000-01-01&to=2000-01-02', []],
    [() => `?from=${day(-1)}&to=${day(1)}`, [6, 5, 4, 3, 2, 1]],
    [() => `?from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`, []],
    [() => `?to=${encodeURIComponent('2000-01-01T00:00:00+03:00')}`, []],
    [() => '?branch=&phone=&status=&cursor=', [6, 5, 4, 3, 2, 1]],
  ]
  for (const [query, sums] of filters) {
    it(`finds ${JSON.stringify(sums)} by ${query()}`, async () => assert.deepEqual(sumsIn(await list(query())), sums))
  }

  it('a day without a zone is one of TIMEZONE, as in the dashboard', async () => {
    const zone = 'Europe/Moscow'
    const today = dayOf(Date.now(), zone)
    assert.equal((await list(`?from=${today}&to=${today}`)).items.length, (await list(`?from=${day(-1)}`)).items.length)
    assert.deepEqual(
      [startOf('2026-11-23', zone), endOf('2026-11-23', zone), startOf('2026-11-23T00:00:00Z', zone)].map((at) =>
        at.toISOString(),
      ),
      ['2026-11-22T21:00:00.000Z', '2026-11-23T21:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    )
    const [from, to] = ['2026-10-24', '2026-10-25']
    assert.deepEqual(spanOf({ q: '', from, to }, 'Europe/Berlin'), {
      from: startOf(from, 'Europe/Berlin'),
      to: endOf(to, 'Europe/Berlin'),
    })
  })

  const wrong: [query: string, code: string][] = [
    ['?limit=0', 'field_invalid'],
    ['?limit=1001', 'field_invalid'],
    ['?limit=five', 'field_invalid'],
    ['?status=lost', 'field_invalid'],
    ['?status=sent&status=failed', 'field_invalid'],
    ['?channel=icq', 'field_invalid'],
    ['?type=payout', 'field_invalid'],
    ['?from=yesterday', 'field_invalid'],
    ['?from=2025-02-30', 'field_invalid'],
    ['?phone=nobody', 'phone_invalid'],
    ['?cursor=forged', 'field_invalid'],
    [`?cursor=${Buffer.from(`evt_${'0'.repeat(32)}`).toString('base64url')}`, 'field_invalid'],
    [`?cursor=${Buffer.from(`dlv_${'0'.repeat(32)}' or 1=1`).toString('base64url')}`, 'field_invalid'],
    [`?cursor=${'x'.repeat(300)}`, 'field_invalid'],
  ]
  for (const [query, code] of wrong) {
    it(`refuses ${query.slice(0, 40)} with 422 and a Russian sentence`, async () => {
      const { status, body } = await service.api('GET', `/journal${query}`)
      assert.deepEqual([status, body.code], [422, code], JSON.stringify(body))
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }

  it('page by page everything is seen exactly once, over equal filters too, while new lines come in', async () => {
    const person = await linkedSomeone(service)
    const { body } = await service.post(Array.from({ length: 23 }, (_, index) => payout(person, index + 1)))
    for (const { id } of body.results) await cameTo(service, id, 'sent')
    for (const limit of [1, 5, 23, 24]) {
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const at: string = cursor === undefined ? '' : `&cursor=${cursor}`
        const page = await list(`?phone=${encodeURIComponent(person.phone)}&status=sent&limit=${limit}${at}`)
        assert.ok(page.items.length <= limit)
        seen.push(...sumsIn(page))
        cursor = page.nextCursor
        if (seen.length === 5) await cameTo(service, await accepted(service, payout(other ?? person, 99)), 'sent')
      } while (cursor !== undefined)
      assert.deepEqual(
        seen,
        Array.from({ length: 23 }, (_, index) => 23 - index),
        `pages of ${limit}`,
      )
    }
  })

  it('an event tells its whole story', async () => {
    const { status, body } = await service.api('GET', `/events/${firstId}`)
    assert.equal(status, 200)
    assert.deepEqual([body.id, body.source, body.test, body.warnings], [firstId, '1c', false, []])
    assert.match(body.receivedAt, isoMoment)
    assert.equal(body.event.payment.amount, '1.00')
    const [notification] = body.notifications
    assert.deepEqual([notification.state, notification.reason], ['sent', undefined])
    const [delivery] = notification.deliveries
    assert.deepEqual([delivery.channel, delivery.state, delivery.repeat], ['telegram', 'sent', false])
    const [attempt] = delivery.attempts
    assert.deepEqual([attempt.number, attempt.outcome, attempt.code], [1, 'sent', undefined])
    assert.match(attempt.at, isoMoment)
    assert.ok(attempt.durationMs >= 0)
    assert.deepEqual(delivery.receipts, [])
    assertNothingEmpty(body)
  })

  for (const id of [`evt_${'0'.repeat(32)}`, 'evt_1', 'nothing', '%00', encodeURIComponent("' or 1=1")]) {
    it(`an event ${id} is 404, in Russian`, async () => {
      const { status, body } = await service.api('GET', `/events/${id}`)
      assert.deepEqual([status, body.code], [404, 'not_found'])
      assert.match(body.message, /[а-яё]{3}/i)
    })
  }
})

function day(fromToday: number): string {
  return new Date(Date.now() + fromToday * 24 * 3_600_000).toISOString().slice(0, 10)
}
