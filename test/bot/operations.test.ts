import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { differenceOf, differenceText } from '../../src/bot/operations/difference.ts'
import { isByInstalments, planText } from '../../src/bot/operations/instalments.ts'
import { itemLines } from '../../src/bot/operations/lines.ts'
import { type Operation, operationsOf, type Told } from '../../src/bot/operations/operation.ts'
import { stateText, type Tone, titleOf } from '../../src/bot/operations/words.ts'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, type EventType, eventTypes } from '../../src/events/event.ts'
import { isSame, minus, rounded, times } from '../../src/lib/decimal.ts'
import { newId } from '../../src/lib/ids.ts'
import { formatMoney } from '../../src/lib/russian/numbers.ts'

const now = new Date('2026-11-24T12:00:00+03:00')
const open: Tone = { now, timezone: 'Europe/Moscow', isPrivate: false }
const closed: Tone = { ...open, isPrivate: true }

function told(type: EventType, minute: number, more: Partial<Event> = {}): Told {
  const at = new Date(now.getTime() - 3_600_000 + minute * 60_000)
  const operation = { id: 'doc-1', number: 'ПСА-1', amount: '14500.00' }
  const payment = type === 'operation.accepted' ? undefined : { amount: '14500.00' }
  return {
    id: newId('event'),
    at,
    event: { type, occurredAt: at.toISOString(), client: {}, operation, payment, ...more },
  }
}

function one(...events: Told[]): Operation {
  const [operation] = operationsOf(events)
  assert.ok(operation)
  return operation
}

const flat = (text: string) => text.replaceAll('\u00a0', ' ')

describe('an operation, from what was told of it', () => {
  it('stands as its last payout says, whatever came late', () => {
    const [accepted, sent, paid] = [told('operation.accepted', 1), told('payout.sent', 2), told('payout.paid', 3)]
    for (const order of [
      [accepted, sent, paid],
      [paid, sent, accepted],
      [sent, paid, accepted],
    ])
      assert.equal(one(...order).state.event.type, 'payout.paid')
    const late = told('payout.delayed', 2, { occurredAt: undefined })
    assert.equal(
      one(accepted, paid, { ...late, at: new Date(now) }).state.event.type,
      'payout.paid',
      'no time of its own',
    )
    assert.equal(one(paid, told('payout.failed', 9)).state.event.type, 'payout.failed', 'the bank sent it back')
  })

  it('is one with the same document, and another with another', () => {
    const other = told('payout.paid', 5, { operation: { id: 'doc-2', number: 'ПСА-1' } })
    const byNumber = told('payout.sent', 6, { operation: { number: 'ПСА-7' } })
    const nameless = [
      told('payout.paid', 7, { operation: undefined }),
      told('payout.paid', 8, { operation: undefined }),
    ]
    assert.equal(operationsOf([told('operation.accepted', 1), other, byNumber, ...nameless]).length, 5)
    assert.equal(operationsOf([byNumber, told('payout.paid', 9, { operation: { number: 'ПСА-7' } })]).length, 1)
  })

  it('is told in whole sentences after every kind of event, privately without a figure of money', () => {
    for (const type of eventTypes.filter((each) => !['bonus.granted', 'greeting'].includes(each))) {
      const { event } = { event: catalog[type].sample }
      const operation = one({ id: newId('event'), at: new Date(event.occurredAt ?? now), event })
      const [shown, hidden] = [stateText(operation, open), stateText(operation, closed)]
      for (const text of [shown, hidden]) assert.match(text, /^\p{Lu}[^{}]+[.!]$/u, `${type}: ${text}`)
      assert.ok(!/₽|ПСА|••••/.test(hidden), hidden)
      assert.ok(!titleOf(operation, closed).includes('ПСА'))
      const bare = one({ id: newId('event'), at: now, event: { type, client: {} } })
      assert.match(stateText(bare, open), /^\p{Lu}[^{}]+\.$/u, type)
    }
  })

  it('does not pass over a promised day that has passed', () => {
    const promised = (dueDate: string) =>
      stateText(one(told('payout.delayed', 1, { payment: { amount: '1.00', dueDate } })), open)
    assert.match(promised('2026-11-23'), /Эта дата прошла/)
    assert.ok(!promised('2026-11-24').includes('прошла'))
  })
})

describe('why the sum differs', () => {
  const accepted = told('operation.accepted', 1)
  const paid = (amount: string, more: Partial<Event> = {}) => told('payout.paid', 2, { payment: { amount }, ...more })
  const part = (stage: number, amount: string, remaining: string) =>
    told('payout.partial', 1 + stage, { payment: { amount, stage, stages: 2, remaining } })

  it('is asked of what was told, and honest about what was not', () => {
    const cases: [Operation, string, RegExp][] = [
      [one(accepted), 'unknown', /Выплаты ещё не было/],
      [one(paid('1.00', { operation: { id: 'doc-1' } })), 'unknown', /Сумму акта площадка нам не передала/],
      [one(accepted, paid('14500.00')), 'same', /совпадают: принято и выплачено 14 500 ₽/],
      [one(accepted, paid('14000.00')), 'differs', /на 500 ₽ меньше\.\nПричину площадка нам не передала/],
      [one(accepted, paid('15000.10', { reason: 'Доплата' })), 'differs', /на 500,10 ₽ больше\.\n.*причину: Доплата\./],
      [one(accepted, part(1, '7000.00', '7500.00')), 'parts', /выплачено 7 000 ₽, осталось 7 500 ₽/],
      [one(accepted, part(1, '7000.00', '7500.00'), part(2, '7500.00', '0.00')), 'same', /совпадают/],
      [one(accepted, paid('14000.00'), told('payout.paid', 5)), 'same', /совпадают/],
    ]
    for (const [operation, kind, words] of cases) {
      assert.equal(differenceOf(operation).kind, kind)
      assert.match(flat(differenceText(operation)), words)
    }
  })

  it('is followed by an instalment plan that adds up', () => {
    const plan = one(accepted, part(1, '7000.00', '7500.00'))
    assert.ok(isByInstalments(plan))
    assert.match(
      flat(planText(plan, open)),
      /Выплачено частей: 1 из 2\nЭтап 1: 7 000 ₽ 24 ноября\nОсталось: 7 500 ₽\nДату следующей/,
    )
    assert.ok(!planText(plan, closed).includes('₽'))
    assert.match(planText(one(accepted, part(1, '1.00', '1.00'), part(2, '1.00', '0.00')), open), /Остатка нет/)
  })
})

describe('an act line by line', () => {
  it('says equal only of what is, and never another total than the act’s', () => {
    const kilos = fc
      .integer({ min: 1, max: 9_999_999 })
      .map((grams) => `${Math.floor(grams / 1000)}.${String(grams % 1000).padStart(3, '0')}`)
    const sums = fc
      .bigInt({ min: 1n, max: 9_999_999n })
      .map((kopecks) => `${kopecks / 100n}.${String(kopecks % 100n).padStart(2, '0')}`)
    fc.assert(
      fc.property(kilos, sums, sums, (netKg, pricePerKg, amount) => {
        const text = itemLines([{ material: 'Медь', netKg, pricePerKg, amount }], amount).join('\n')
        assert.equal(text.includes(' = '), isSame(times(netKg, pricePerKg) ?? '', amount, 2), text)
        assert.ok(text.endsWith(`Итого по акту: ${formatMoney(amount)}`))
      }),
    )
    assert.match(
      flat(itemLines([{ amount: '10.00' }], '9.00').join('\n')),
      /Итого по позициям: 10 ₽\nСумма акта: 9 ₽\. Почему/,
    )
    assert.deepEqual(itemLines([], undefined), [])
  })

  it('of a hundred positions fits into a message, and says how many are left out', () => {
    const items = Array.from({ length: 100 }, () => ({
      material: 'Лом '.repeat(40),
      netKg: '1',
      pricePerKg: '1.00',
      amount: '1.00',
    }))
    const text = itemLines(items, '100.00').join('\n')
    assert.ok(text.length < 3_500)
    assert.match(text, /… и ещё позиций: \d+\./)
  })
})

describe('exact decimals', () => {
  it('reckon as kopecks and grams do', () => {
    assert.equal(minus('13.1', '0.5'), '12.6')
    assert.equal(minus('0.5', '13.1'), '-12.6')
    assert.equal(times('12.348', '780.00'), '9631.44000')
    assert.equal(rounded('9631.445', 2), '9631.45')
    assert.equal(rounded('-0.005', 2), '-0.01')
    assert.equal(rounded('2', 2), '2.00')
    assert.equal(minus('1', 'x'), undefined)
    const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
    const text = (n: bigint) =>
      `${n < 0n ? '-' : ''}${(n < 0n ? -n : n) / 100n}.${String((n < 0n ? -n : n) % 100n).padStart(2, '0')}`
    fc.assert(fc.property(cents, cents, (a, b) => assert.equal(minus(text(a), text(b)), text(a - b))))
  })
})
