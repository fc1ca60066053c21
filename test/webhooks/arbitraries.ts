import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { eventTypes } from '../../src/events/event.ts'
import { onecProfile } from '../../src/webhooks/onec/profile.ts'

const contentTypes = [
  'application/json',
  'application/json; charset=windows-1251',
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  '',
  ';;charset=',
]
const encodings = [undefined, 'gzip', 'deflate', 'br', 'identity', 'zstd']

const jsonText = fc.json({ maxDepth: 4 })

/** Bytes of every kind: random, JSON, JSON with a piece cut out or put in, compressed or not. */
export const anyBody = fc.record({
  raw: fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    jsonText.map((text) => Buffer.from(text)),
    jsonText.map((text) => Buffer.from(text, 'utf16le')),
    jsonText.map((text) => gzipSync(text)),
    fc.tuple(jsonText, fc.nat(), fc.nat(20)).map(([text, at, length]) => cut(text, at, length)),
    fc.tuple(jsonText, fc.nat(), fc.constantFrom(...brokenPieces())).map(([text, at, piece]) => put(text, at, piece)),
  ),
  headers: fc.record({ contentType: fc.constantFrom(...contentTypes), contentEncoding: fc.constantFrom(...encodings) }),
})

function cut(text: string, at: number, length: number): Buffer {
  const start = at % (text.length + 1)
  return Buffer.from(text.slice(0, start) + text.slice(start + length))
}

function put(text: string, at: number, piece: string): Buffer {
  const start = at % (text.length + 1)
  return Buffer.from(text.slice(0, start) + piece + text.slice(start))
}

function brokenPieces(): string[] {
  return [
    '14 500,00',
    ',',
    '"',
    "'",
    'Истина',
    '}',
    '[',
    ':',
    '\\',
    '\n',
    '\u00a0',
    '//',
    '{"а":1}',
    '\u0000',
    '#type',
    '4111111111111111',
  ]
}

export const anyJson = fc.jsonValue({ maxDepth: 5 })

const names = [
  ...Object.values(onecProfile.fields).flat(),
  ...Object.values(onecProfile.containers).flat(),
  ...onecProfile.wrappers,
]
const plainNames = names.filter((name) => !name.startsWith('@'))
const eventWords = Object.values(onecProfile.events).flat()
const statusWords = Object.values(onecProfile.statuses).flat()
const words = [...eventWords, ...statusWords]

const telling = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(...words) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '+7 (903) 123-45-67',
      '8 903 12',
      '+7 (   )    -  -  ',
      '89031234567; 89161234567',
      '375291234567',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '2025-11-23T12:43:00',
      '0001-01-01T00:00:00',
      '31.02.2025',
      '/Date(1763890980000)/',
      '23.11.2025 9:05',
      '2025-11-23T12:43:00Z',
      'вчера',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '14 500,00',
      '-14500',
      '14,500',
      '1e400',
      '0',
      '',
      '12 345 678 901,89',
      '4833.3333333333333333',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('4111 1111 1111 1111', 'карта 2200000000000004', '2200 70** **** 1234', '4222222222222'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u0000', '\ud800', '<Объект не найден>', 'х'.repeat(3000), '__proto__', '{{ 7 * 7 }}'),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
)

const fields = fc.dictionary(fc.constantFrom(...plainNames), telling, { maxKeys: 12 })
const rows = fc.array(fields, { maxLength: 4 })

/** Fields under names that the profile knows, with values that might stand there, a few levels deep. */
export const anyEvent = fc
  .tuple(
    fields,
    fc.dictionary(fc.constantFrom(...plainNames), fc.oneof(fields, rows, fc.constant(undefined)), { maxKeys: 3 }),
    fc.oneof(
      fc.constant({}),
      fc.record({ Событие: fc.constantFrom(...eventWords), Статус: fc.constantFrom(...statusWords, undefined) }),
      fc.record({ type: fc.constantFrom(...eventTypes) }),
    ),
    fc.constantFrom({}, { Телефон: '+79031234567' }, { Сумма: 14500, Телефон: '8 903 123 45 67' }),
  )
  .map(([flat, nested, start, end]) => ({ ...flat, ...nested, ...start, ...end }))

/** A sum in kopecks, with a way to write it. */
export const anySum = fc
  .tuple(
    fc.bigInt({ min: 1n, max: 9_999_999_999_999n }),
    fc.constantFrom('number', 'plain', 'comma', 'grouped', 'apostrophe', 'rouble', 'zeros'),
  )
  .map(([kopecks, way]) => {
    const whole = String(kopecks / 100n)
    const fraction = String(kopecks % 100n).padStart(2, '0')
    const grouped = (gap: string) => whole.replace(/\B(?=(\d{3})+$)/g, gap)
    switch (way) {
      case 'number':
        return { kopecks, written: `${whole}.${fraction}`, json: true }
      case 'zeros':
        return { kopecks, written: `${whole}.${fraction}000000000000000000000`, json: true }
      case 'comma':
        return { kopecks, written: `${whole},${fraction}`, json: false }
      case 'grouped':
        return { kopecks, written: `${grouped('\u00a0')},${fraction}`, json: false }
      case 'apostrophe':
        return { kopecks, written: `${grouped("'")}.${fraction}`, json: false }
      case 'rouble':
        return { kopecks, written: `${grouped('\u202f')},${fraction} ₽`, json: false }
      default:
        return { kopecks, written: `${whole}.${fraction}`, json: false }
    }
  })
