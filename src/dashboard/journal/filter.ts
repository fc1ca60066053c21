import { z } from 'zod'
import { wayNames } from '../../channels/channel.ts'
import { deliveryStates, reasons } from '../../deliveries/delivery.ts'
import { eventTypes } from '../../events/event.ts'
import { type DeliveryId, parseId } from '../../lib/ids.ts'
import { midnightOf } from '../../lib/moment.ts'
import { oneLine } from '../../lib/russian/text.ts'
import { parseDay } from '../../lib/russian/time.ts'

/** `pending` is every message that is still on its way. */
export const stateChoices = [...deliveryStates, 'pending'] as const

const fields = {
  state: { title: 'Состояние', schema: z.enum(stateChoices) },
  reason: { title: 'Причина', schema: z.enum(reasons) },
  channel: { title: 'Канал', schema: z.enum(wayNames) },
  type: { title: 'Событие', schema: z.enum(eventTypes) },
  branch: { title: 'Площадка', schema: z.string().max(200).transform(oneLine) },
  from: { title: 'С дня', schema: z.iso.date().refine((text) => parseDay(text) !== undefined) },
  to: { title: 'По день', schema: z.iso.date().refine((text) => parseDay(text) !== undefined) },
  cursor: { title: 'Страница', schema: z.string().transform(deliveryIdOr) },
} as const

/** What the operator asks the journal for: the text of the search, and the filters. */
export type Asked = {
  q: string
  state?: (typeof stateChoices)[number] | undefined
  reason?: (typeof reasons)[number] | undefined
  channel?: (typeof wayNames)[number] | undefined
  type?: (typeof eventTypes)[number] | undefined
  branch?: string | undefined
  from?: string | undefined
  to?: string | undefined
  cursor?: DeliveryId | undefined
}

const mostOfQ = 200

/** Never fails: what is not understood is left out, and `notices` say so. */
export function readAsked(query: unknown): { asked: Asked; notices: string[] } {
  const notices: string[] = []
  const read = <K extends keyof typeof fields>(name: K): z.output<(typeof fields)[K]['schema']> | undefined => {
    const text = firstOf(query, name)
    if (text === '') return undefined
    const parsed = parseField(name, text)
    if (parsed === undefined) notices.push(noticeOf(name))
    return parsed
  }
  const whole = oneLine(firstOf(query, 'q'))
  if (whole.length > mostOfQ) notices.push(`Запрос слишком длинный: искали по первым ${mostOfQ} знакам.`)
  const asked: Asked = {
    q: [...whole].slice(0, mostOfQ).join(''),
    state: read('state'),
    reason: read('reason'),
    channel: read('channel'),
    type: read('type'),
    branch: read('branch'),
    from: read('from'),
    to: read('to'),
    cursor: read('cursor'),
  }
  if (asked.from === undefined || asked.to === undefined || asked.from <= asked.to) return { asked, notices }
  notices.push('Дата «с» стояла позже даты «по»: поменяли их местами.')
  return { asked: { ...asked, from: asked.to, to: asked.from }, notices }
}

/** Guarantee: the schema of a field gives that field's output. TypeScript does not follow a generic key so far. */
function parseField<K extends keyof typeof fields>(name: K, text: string) {
  const parsed = fields[name].schema.safeParse(text)
  return parsed.success ? (parsed.data as z.output<(typeof fields)[K]['schema']>) : undefined
}

function firstOf(query: unknown, name: string): string {
  const parsed = z.record(z.string(), z.unknown()).safeParse(query)
  const value = parsed.success ? parsed.data[name] : undefined
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first.trim() : ''
}

function noticeOf(name: keyof typeof fields): string {
  if (name === 'cursor') return 'Такой страницы нет: показано начало.'
  return `Фильтр «${fields[name].title}» не понят и не применён.`
}

function deliveryIdOr(text: string, context: z.RefinementCtx): DeliveryId {
  const id = parseId('delivery', text)
  if (id !== undefined) return id
  context.addIssue({ code: 'custom', message: 'not a delivery id' })
  return z.NEVER
}

/** The moments between which the asked days lie in that zone; `to` is not part of them. */
export function spanOf({ from, to }: Asked, zone: string): { from: Date | undefined; to: Date | undefined } {
  return {
    from: from === undefined ? undefined : dayStart(from, zone, 0),
    to: to === undefined ? undefined : dayStart(to, zone, 1),
  }
}

function dayStart(text: string, zone: string, daysLater: number): Date | undefined {
  const day = parseDay(text)
  if (!day) return undefined
  return midnightOf(day, zone, daysLater)
}

/** The address of the journal with these questions. */
export function journalPath(asked: Partial<Asked>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asked)) if (value !== undefined && value !== '') query.set(name, value)
  return query.size === 0 ? '/journal' : `/journal?${query}`
}

export function hasFilters({ q: _q, cursor: _cursor, ...filters }: Asked): boolean {
  return Object.values(filters).some((each) => each !== undefined)
}
