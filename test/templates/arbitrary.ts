import fc from 'fast-check'
import { catalog } from '../../src/events/catalog.ts'
import { type Event, eventSchema, eventTypes, paymentMethods } from '../../src/events/event.ts'

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
export const zone = fc.constantFrom(
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
export const text = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .chain((words) => fc.constantFrom(' ', '\n', '\r\n', '  ', '\t').map((gap) => words.join(gap)))
export const fullName = fc.oneof(
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

export const validEvent = anyEvent.filter(({ type, ...event }) =>
  catalog[type].requires.every((group) => group.some((path) => valueAt(event, path) !== undefined)),
)
export const nows = fc
  .constantFrom('2025-11-23T15:00:00+03:00', '2025-11-25T15:00:00+03:00', '2026-01-01T00:30:00+03:00')
  .map((text) => new Date(text))
export const branding = fc.constantFrom(undefined, { companyName: 'ВторМет' })
export const links = fc.constantFrom(undefined, {
  companyName: 'ВторМет',
  companySite: 'https://vtormet.example',
  feedbackUrl: 'https://vtormet.example/otzyv',
})

/** Every field as long as the event may hold, made of signs that layouts escape or replace. */
export const longEvent: fc.Arbitrary<Event> = fc
  .tuple(fc.constantFrom(...eventTypes), fc.constantFrom('Щ', '&', '<', '*', '_ ', '[id1|', '😀', '"', '>\n', '`~'))
  .map(([type, sign]) => {
    const line = (length: number) => `Я${sign.repeat(length)}`.slice(0, length - 1).trimEnd()
    const long: Event = {
      ...catalog[type].sample,
      occurredAt: '2024-12-31T23:59:59-12:00',
      branch: { name: line(200), timezone: 'Asia/Almaty' },
      client: { phone: '+79031234567', fullName: line(200) },
      operation: {
        number: line(100),
        items: Array.from({ length: 100 }, (_, index) => ({
          material: `${index}${line(190)}`,
          netKg: '123456789012345.123456',
        })),
        amount: '9999999999999.99',
      },
      payment: {
        amount: '9999999999999.99',
        currency: 'UZS',
        method: 'account',
        stage: 1000,
        stages: 1000,
        remaining: '9999999999999.99',
        nextDate: '2030-11-30',
        dueDate: '2030-11-30',
      },
      bonus: { points: '999999999999999.5', balance: '999999999999999.5', expiresAt: '2030-11-30' },
      occasion: line(200),
      reason: line(500),
    }
    return eventSchema.parse(long)
  })

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      value,
    )
}
