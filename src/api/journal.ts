import { z } from 'zod'
import { wayNames } from '../channels/channel.ts'
import { deliveryStates, reasons } from '../deliveries/delivery.ts'
import { keptTypes } from '../events/kept.ts'
import { type JournalFilter, searchJournal } from '../journal/search.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { phoneIn } from '../lib/phone.ts'
import { endOf, momentInput, startOf } from './input.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { journalItemShape } from './shapes.ts'
import { journalItem } from './views.ts'

/** What narrows the journal, on a page and in a file alike. */
export const journalQuery = z.object({
  from: momentInput.optional().describe('С момента или дня, включительно'),
  to: momentInput.optional().describe('До момента; день входит целиком'),
  branch: z.string().max(200).optional().describe('Код площадки'),
  channel: z.enum(wayNames).optional(),
  type: z.enum(keptTypes).optional(),
  status: z.enum(deliveryStates).optional(),
  reason: z.enum(reasons).optional().describe('Почему не дошло'),
  phone: z.string().max(100).optional().describe('Телефон в любой записи'),
  operation: z.string().max(100).optional().describe('Идентификатор или номер документа'),
})

const query = journalQuery.extend({
  cursor: z.string().max(200).optional().describe('nextCursor прошлой страницы'),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
})

/** `GET /journal`: newest first, a page at a time. */
export function journalRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/journal',
      scope: 'journal:read',
      summary: 'Журнал сообщений, новые сверху',
      query,
      answer: z.object({ items: z.array(journalItemShape), nextCursor: z.string().optional() }),
      errors: ['phone_invalid'],
      handle: async ({ query: input, key, look }) => {
        const before = input.cursor === undefined ? undefined : cursorId(input.cursor)
        const entries = await searchJournal(needs, { ...journalFilter(needs, input, key), before }, input.limit + 1)
        const page = entries.slice(0, input.limit)
        const last = page.at(-1)
        look(page.map((each) => each.client.id))
        return {
          items: page.map(journalItem),
          ...(entries.length > page.length && last ? { nextCursor: Buffer.from(last.id).toString('base64url') } : {}),
        }
      },
    }),
  ]
}

export function journalFilter(needs: ApiNeeds, input: z.output<typeof journalQuery>, key: KeyInUse): JournalFilter {
  return {
    from: input.from === undefined ? undefined : startOf(input.from, needs.policy.timezone),
    to: input.to === undefined ? undefined : endOf(input.to, needs.policy.timezone),
    source: key.source ?? undefined,
    branch: branchFor(key, input.branch),
    channel: input.channel,
    type: input.type,
    state: input.status,
    reason: input.reason,
    phoneIndex: input.phone === undefined ? undefined : needs.vault.index('phone', phoneOf(input.phone)),
    operation: input.operation,
  }
}

/** A key of one branch that asks for another finds nothing there. */
function branchFor(key: KeyInUse, asked: string | undefined): string | undefined {
  if (key.branchCode === null || asked === undefined || asked === key.branchCode) return key.branchCode ?? asked
  throw new RequestError('forbidden', `Этот ключ выдан площадке «${key.branchCode}»: журнал другой он не покажет.`)
}

function phoneOf(text: string): string {
  const phone = phoneIn(text)
  if (phone === undefined)
    throw new RequestError('phone_invalid', `Телефон «${text}» не разобрать. Ожидается, например, +79031234567.`)
  return phone
}

function cursorId(cursor: string) {
  const id = parseId('delivery', Buffer.from(cursor, 'base64url').toString())
  if (id === undefined)
    throw new RequestError('field_invalid', 'Курсор испорчен. Начните просмотр с первой страницы, без cursor.')
  return id
}
