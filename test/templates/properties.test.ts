import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, eventSchema, eventTypes, paymentMethods } from '../../src/events/event.ts'
import { formatMoney } from '../../src/lib/russian/numbers.ts'
import { oneLine } from '../../src/lib/russian/text.ts'
import { textFor } from './render.ts'

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const sum = fc
  .tuple(fc.bigInt(1n, 999_999_999_999n), fc.integer({ min: 0, max: 99 }))
  .map(([roubles, kopecks]) => `${roubles}.${String(kopecks).padStart(2, '0')}`)
const decimal = fc
  .tuple(fc.nat(100_000), fc.constantFrom('', '.5', '.25', '.333333333333333'))
  .map((parts) => parts.join(''))
const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const moment = fc.oneof(
  fc
    .date({ min: new Date('2023-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2025-11-23T12:43:00+03:00',
    '2025-11-23T00:00:00+03:00',
    '0001-01-01T00:00:00+03:00',
    '9999-12-31T23:59:59-12:00',
  ),
)
const zone = fc.constantFrom(
  'Europe/Moscow',
  'Europe/Kaliningrad',
  'Asia/Kamchatka',
  'Asia/Almaty',
  'Мск',
  '+03:00',
  'Etc/Unknown',
)

/** Words as they come from 1C, with everything that a messenger or a template could take for its own. */
const word = fc.oneof(
  fc.constantFrom(
    'Карта',
    'банк',
    '<b>',
    '&amp;',
    '*жирно*',
    '_код_',
    '[id1|x]',
    '{{ сумма }}',
    '{% if %}',
    '😀',
    '\u200fабв\u200f',
    '\u202eцба',
  ),
  fc.constantFrom(
    '"Мир"',
    '«Мир»',
    'и т.д.',
    'Ошибка!',
    'верно?',
    'а\u00a0б',
    '№5',
    '|',
    '\\',
    '`',
    '~',
    '100%',
    'null',
    'undefined',
    'NaN',
  ),
)
const text = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .chain((words) => fc.constantFrom(' ', '\n', '\r\n', '  ', '\t').map((gap) => words.join(gap)))
const fullName = fc.oneof(
  text,
  fc.constantFrom(
    'Иванов Иван Петрович',
    'Алиев Руслан Мамед оглы',
    'Магомед',
    'ООО «Ромашка»',
    'Иванов И. П.',
    'ИВАНОВ ИВАН',
  ),
)
const material = fc.oneof(
  text,
  fc.constantFrom('Медь', 'Латунь', 'Черный металл', 'АКБ', 'Лом меди', 'copper', 'Кусок 3'),
)
const item = fc.record({
  material: optional(material),
  materialGenitive: optional(fc.constantFrom('меди', 'Лома меди')),
  netKg: optional(decimal),
  amount: optional(sum),
})

const anyEvent: fc.Arbitrary<Event> = fc
  .record({
    type: fc.constantFrom(...eventTypes),
    occurredAt: optional(moment),
    branch: optional(fc.record({ name: optional(text), timezone: optional(zone) })),
    client: fc.record({ phone: optional(fc.constant('+79031234567')), fullName: optional(fullName) }),
    operation: optional(
      fc.record({
        number: optional(text),
        date: optional(moment),
        items: optional(fc.array(item, { maxLength: 7 })),
        amount: optional(sum),
      }),
    ),
    payment: optional(
      fc.record({
        amount: optional(sum),
        currency: optional(fc.constantFrom('RUB', 'KZT', 'USD', 'руб', 'xxx')),
        method: optional(fc.constantFrom(...paymentMethods)),
        last4: optional(fc.constant('4321')),
        stage: optional(fc.integer({ min: 1, max: 12 })),
        stages: optional(fc.integer({ min: 1, max: 12 })),
        remaining: optional(fc.oneof(sum, fc.constant('0.00'))),
        nextDate: optional(fc.oneof(day, fc.constant('0001-01-01'))),
        dueDate: optional(day),
      }),
    ),
    bonus: optional(fc.record({ points: optional(decimal), balance: optional(decimal), expiresAt: optional(day) })),
    occasion: optional(fc.oneof(text, fc.constantFrom('День металлурга', 'Новый год', 'с Новым годом!'))),
    reason: optional(text),
  })
  .map((event) => eventSchema.parse(event))

const validEvent = anyEvent.filter(({ type, ...event }) =>
  catalog[type].requires.every((group) => group.some((path) => valueAt(event, path) !== undefined)),
)
const nows = fc
  .constantFrom('2025-11-23T15:00:00+03:00', '2025-11-25T15:00:00+03:00', '2026-01-01T00:30:00+03:00')
  .map((text) => new Date(text))
const branding = fc.constantFrom(undefined, { companyName: 'ВторМет' })

test('a valid event of any type always gives a tidy sentence', () => {
  fc.assert(
    fc.property(validEvent, nows, branding, (event, now, branding) => {
      const shown = textFor(event, { now, branding })
      const ours = withoutData(shown, event)
      assert.doesNotMatch(ours, /undefined|null|NaN|Infinity|\[object|Invalid/)
      assert.doesNotMatch(ours, /\{\{|\}\}|\{%|%\}/)
      assert.doesNotMatch(ours, / {2}|[\t\r\n]/, 'spaces')
      assert.doesNotMatch(ours, / [,.!?:;)]|\( | $|^ /, 'space before a mark')
      assert.doesNotMatch(ours, /\.\.|,,|,\.|:\.|\(\)|«»|,:|!\./, 'marks')
      assert.match(ours, /^[А-ЯЁ□]/u)
      assert.match(ours, /[.!?□]$/u)
      assert.match(ours, /[.!?]\s|[.!]$/u)
    }),
    { numRuns: 10_000 },
  )
})

test('a message about money always holds the sum, if there is one', () => {
  fc.assert(
    fc.property(validEvent, nows, (event, now) => {
      const amount =
        event.type === 'operation.accepted' ? (event.operation?.amount ?? event.payment?.amount) : event.payment?.amount
      if (amount === undefined || event.type === 'bonus.granted' || event.type === 'greeting') return
      assert.ok(textFor(event, { now }).includes(formatMoney(amount, event.payment?.currency)))
    }),
    { numRuns: 3000 },
  )
})

test('reasons and names come out as they are, on one line', () => {
  fc.assert(
    fc.property(text, fullName, (reason, name) => {
      const event = eventSchema.parse({ type: 'payout.failed', client: { fullName: name }, reason })
      assert.ok(textFor(event).includes(`Причина: ${oneLine(reason).replace(/\.$/, '')}`))
      assert.equal(textFor(event, { template: '{{ ФИО }}' }), oneLine(name))
    }),
    { numRuns: 2000 },
  )
})

test('a fact of the last 24 hours shows its hour alone, an older one its day', () => {
  const now = new Date('2025-06-15T12:00:00+03:00')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 72 * 60 }), zone, (minutes, timezone) => {
      const occurredAt = new Date(now.getTime() - minutes * 60_000 - 1000).toISOString()
      const event = eventSchema.parse({
        type: 'payout.paid',
        occurredAt,
        client: {},
        branch: { timezone },
        payment: { amount: '1.00', method: 'card' },
      })
      assert.equal(/карту \d\d:\d\d /.test(textFor(event, { now })), minutes < 24 * 60)
      assert.match(textFor(event, { now }), /карту (?:\d+ июня, )?\d\d:\d\d (?:МСК|UTC)/)
    }),
    { numRuns: 1000 },
  )
})

/** Our own words alone: what came with the event becomes a box. */
function withoutData(shown: string, event: Event): string {
  const data = [event.reason, event.occasion, event.client.fullName, event.branch?.name, event.operation?.number]
  const materials = event.operation?.items?.map((each) => each.material) ?? []
  return [...data, ...materials]
    .flatMap((each) => (each === undefined ? [] : [oneLine(each), oneLine(each).replace(/[\s.!]+$/u, '')]))
    .flatMap((each) => [
      each,
      each.replaceAll('«', '„').replaceAll('»', '“'),
      each.charAt(0).toLowerCase() + each.slice(1),
    ])
    .filter((each) => each !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((rest, each) => rest.replaceAll(each, '□'), shown.replace(/\n\nВторМет$/, ''))
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      value,
    )
}
