import type { Event, EventType } from '../../events/event.ts'
import type { FieldKey } from './profile.ts'
import { emptyDateLeaf } from './read-date.ts'
import { leavesOf, refuse, type Session, shownValue } from './session.ts'

/** Per type: each entry is a list of alternatives (canonical paths), one of which has to be there. */
export type Requirements = { [Type in EventType]?: readonly (readonly string[])[] }

/** Says what the fact lacks, in the sender's own names where he has the field but nothing in it. */
export function checkRequired(session: Session, event: Event, requirements: Requirements): void {
  for (const alternatives of requirements[event.type] ?? []) {
    if (alternatives.some((path) => valueAt(event, path) !== undefined)) continue
    if (alternatives.some((path) => path.startsWith('client.'))) continue
    refuseMissing(session, alternatives)
  }
}

function valueAt(event: Event, path: string): unknown {
  let value: unknown = event
  for (const key of path.split('.')) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  }
  return Array.isArray(value) && value.length === 0 ? undefined : value
}

function refuseMissing(session: Session, alternatives: readonly string[]): void {
  const sources = alternatives.flatMap((path) => sourcesOf[path] ?? [])
  const emptyDate = emptyDateLeaf(session, sources)
  if (emptyDate !== undefined) {
    refuse(
      session,
      emptyDate,
      'date_empty',
      `Поле «${emptyDate.name}» = ${shownValue(emptyDate)} — дата пустая, а для этого события она нужна.`,
    )
    return
  }
  const leaf = sources.flatMap((field) => leavesOf(session, field))[0]
  const isRead = leaf !== undefined && session.errors.some(({ field }) => field === leaf.name)
  if (isRead) return
  const isAmount = alternatives.some((path) => path.endsWith('amount') || path === 'bonus.points')
  const wanted = alternatives.map((path) => `«${hints[path] ?? path}» (${path})`).join(' или ')
  const now = leaf === undefined ? 'Не указано' : `Поле «${leaf.name}» = ${shownValue(leaf) || 'пусто'} — нужно`
  refuse(session, leaf, isAmount ? 'amount_missing' : 'field_missing', `${now} ${wanted}.`)
}

const sourcesOf: Record<string, FieldKey[] | undefined> = {
  occurredAt: ['occurredAt', 'payment.date', 'date'],
  'operation.id': ['operation.id'],
  'operation.number': ['operation.number', 'operation.title'],
  'operation.date': ['operation.date', 'documentDate', 'date'],
  'operation.amount': ['operation.amount', 'amount'],
  'operation.items': ['item.material'],
  'payment.amount': ['payment.amount', 'amount'],
  'payment.stage': ['payment.stage'],
  'payment.stages': ['payment.stages'],
  'payment.remaining': ['payment.remaining'],
  'payment.nextDate': ['payment.nextDate', 'payment.date'],
  'payment.dueDate': ['payment.dueDate', 'payment.date'],
  'bonus.points': ['bonus.points', 'amount'],
  'bonus.balance': ['bonus.balance'],
  occasion: ['occasion'],
  reason: ['reason'],
}

const hints: Record<string, string | undefined> = {
  occurredAt: 'ДатаОплаты',
  'operation.id': 'ИдентификаторДокумента',
  'operation.number': 'НомерДокумента',
  'operation.date': 'ДатаДокумента',
  'operation.amount': 'Сумма',
  'operation.items': 'ВидЛома',
  'payment.amount': 'Сумма',
  'payment.stage': 'Этап',
  'payment.stages': 'ВсегоЭтапов',
  'payment.remaining': 'Остаток',
  'payment.nextDate': 'СледующаяДата',
  'payment.dueDate': 'ПлановаяДата',
  'bonus.points': 'СуммаБонуса',
  occasion: 'Повод',
  reason: 'Причина',
}
