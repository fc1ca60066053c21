import type { TemplateEvent, TemplateItem } from '../facts.ts'

/** A dotted path of the event, as in the definition of its type. */
export type FieldPath = string

/**
 * Events of one type as different as they can be: everything said, each thing left out alone, only the necessary, and the
 * kinds of data that have no good word (a company, an unknown metal, cash, a date without a time). A template that reads
 * well for all of them reads well.
 */
export function situationsOf(type: string, requires: readonly (readonly FieldPath[])[]): TemplateEvent[] {
  const full: TemplateEvent = { ...fullEvent, type }
  const necessary = alternatives(requires)
  const holds = (event: TemplateEvent) =>
    requires.every((group) => group.some((path) => read(event, path) !== undefined))
  return [
    full,
    ...optionalPaths.map((path) => without(full, path)).filter(holds),
    ...necessary.map((paths) => only(full, paths)),
    ...variations.map((change) => change(full)).filter(holds),
  ]
}

/** As long as each field may be, for the limit of a channel. */
export function longestSituation(type: string): TemplateEvent {
  const line = (length: number) => 'Щ'.repeat(length)
  return {
    ...fullEvent,
    type,
    client: { ...fullEvent.client, fullName: `${line(60)} ${line(60)} ${line(60)}` },
    branch: { ...fullEvent.branch, name: line(200) },
    operation: { ...fullEvent.operation, number: line(100), items: Array.from({ length: 30 }, longItem) },
    reason: line(500),
    occasion: line(200),
  }
}

const item: TemplateItem = {
  material: 'Медь',
  materialGenitive: 'меди',
  contaminationPct: '2',
  netKg: '12.348',
  pricePerKg: '780.00',
  amount: '9631.44',
}

function longItem(_: unknown, index: number): TemplateItem {
  return { ...item, material: `Нержавеющая сталь ${index} ${'щ'.repeat(40)}`, materialGenitive: undefined }
}

/** The example of the contract (§3.2). */
export const fullEvent: TemplateEvent = {
  type: 'payout.paid',
  occurredAt: '2025-11-23T12:43:00+03:00',
  branch: { name: 'Нижний Новгород, Базовый проезд', timezone: 'Europe/Moscow' },
  client: { phone: '+79031234567', fullName: 'Иванов Иван Петрович' },
  operation: { number: 'ПСА-000457', date: '2025-11-23T11:05:40+03:00', items: [item], amount: '14500.00' },
  payment: {
    amount: '14500.00',
    currency: 'RUB',
    method: 'card',
    last4: '4321',
    stage: 2,
    stages: 4,
    remaining: '10000.00',
    nextDate: '2025-12-23',
    dueDate: '2025-11-25',
  },
  bonus: { points: '500', balance: '1750', expiresAt: '2025-12-31' },
  occasion: 'День металлурга',
  reason: 'Технические работы в банке',
}

/** The moment at which the example is of today. */
export const fullEventNow = new Date('2025-11-23T15:00:00+03:00')

const optionalPaths: readonly FieldPath[] = [
  'occurredAt',
  'branch',
  'client.fullName',
  'client.phone',
  'operation',
  'operation.number',
  'operation.date',
  'operation.items',
  'operation.amount',
  'payment',
  'payment.amount',
  'payment.method',
  'payment.last4',
  'payment.stage',
  'payment.stages',
  'payment.remaining',
  'payment.nextDate',
  'payment.dueDate',
  'bonus',
  'bonus.points',
  'bonus.balance',
  'bonus.expiresAt',
  'occasion',
  'reason',
]

const variations: readonly ((event: TemplateEvent) => TemplateEvent)[] = [
  (event) => ({ ...event, client: { ...event.client, fullName: 'ООО «Ромашка»' } }),
  (event) => ({ ...event, client: { ...event.client, fullName: 'Магомед' } }),
  (event) => ({ ...event, payment: { ...event.payment, method: 'cash' } }),
  (event) => ({ ...event, payment: { ...event.payment, method: 'sbp' } }),
  (event) => ({ ...event, payment: { ...event.payment, method: 'other' } }),
  (event) => ({ ...event, payment: { ...event.payment, amount: '999.90', remaining: '0.00' } }),
  (event) => ({ ...event, bonus: { ...event.bonus, points: '1', balance: '21.5' } }),
  (event) => ({ ...event, occurredAt: '2025-11-23T00:00:00+03:00' }),
  (event) => ({ ...event, occurredAt: '2024-11-23T12:43:00+03:00' }),
  (event) => withItems(event, [{ material: 'Кусок 3' }]),
  (event) => withItems(event, [{ netKg: '1' }]),
  (event) =>
    withItems(event, [item, { material: 'Латунь', netKg: '10.244', pricePerKg: '450.00', contaminationPct: '1.5' }]),
  (event) => withItems(event, []),
  (event) => ({ ...event, reason: 'Карта закрыта.\nУточните реквизиты «Мир».' }),
  (event) => ({ ...event, occasion: 'Юбилей площадки!' }),
]

function withItems(event: TemplateEvent, items: TemplateItem[]): TemplateEvent {
  return { ...event, operation: { ...event.operation, items } }
}

/** Every way to satisfy the requirements with one field of each group. */
function alternatives(requires: readonly (readonly FieldPath[])[]): FieldPath[][] {
  return requires.reduce<FieldPath[][]>(
    (chosen, group) => chosen.flatMap((paths) => group.map((path) => [...paths, path])),
    [[]],
  )
}

function only(full: TemplateEvent, paths: readonly FieldPath[]): TemplateEvent {
  const bare: TemplateEvent = { type: full.type, client: {} }
  return paths.reduce((event, path) => set(event, path, read(full, path)), bare)
}

function read(event: TemplateEvent, path: FieldPath): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), event)
}

function without(event: TemplateEvent, path: FieldPath): TemplateEvent {
  return set(event, path, undefined)
}

/** Guarantee: only paths of the event's own fields come here, with values that stood in another event or with none. */
function set(event: TemplateEvent, path: FieldPath, value: unknown): TemplateEvent {
  const [key = '', inner] = path.split('.')
  const outer: unknown = read(event, key)
  const next = inner === undefined ? value : { ...(isObject(outer) ? outer : {}), [inner]: value }
  return { ...event, [key]: next }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
