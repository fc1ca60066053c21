import { z } from 'zod'
import { changeShape, itemOf } from '../changes/item.ts'
import { beginning, cursorOf, isAfter, type Position, positionOf } from '../changes/position.ts'
import { changesBetween, horizon } from '../changes/store.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

const query = z.object({
  cursor: z.string().max(200).optional().describe('nextCursor прошлого ответа; без него — с самого старого'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `GET /changes`: for a 1C that nobody can call. */
export function changeRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/changes',
      scope: 'journal:read',
      summary: 'Изменения после курсора, старые сначала',
      description:
        'Состояния сообщений, ответы, согласия и отказы клиентов: каждое изменение один раз. Сохраните nextCursor вместе с ' +
        'прочитанным и передайте его в следующий раз. Изменения хранятся 90 дней; срок можно изменить (PUT /retention).',
      query,
      answer: z.object({ items: z.array(changeShape), nextCursor: z.string() }),
      handle: async ({ query: input, key, look }) => {
        const { last, open } = await horizon(needs.db)
        const after = input.cursor === undefined ? beginning : readCursor(input.cursor, open)
        const page = await changesBetween(needs, { after, upTo: last }, key, input.limit)
        look({ filter: { after: cursorOf(after) }, shown: page.length })
        return { items: page.map(itemOf), nextCursor: cursorOf(nextAfter(after, last, page, input.limit)) }
      },
    }),
  ]
}

/** A page that is not full says that there is no more up to `last`, even if that is not for this key to see. */
function nextAfter(after: Position, last: Position, page: readonly { position: Position }[], limit: number): Position {
  const ended = page.length < limit ? undefined : page.at(-1)?.position
  return ended ?? (isAfter(last, after) ? last : after)
}

/** @throws RequestError 422 for a cursor that this database cannot have given. */
export function readCursor(cursor: string, open: bigint): Position {
  const position = positionOf(cursor)
  if (!position)
    throw new RequestError('field_invalid', 'Поле «cursor»: курсор испорчен. Начните чтение сначала, без cursor.')
  if (position.xact >= open && position.xact > 0n) {
    throw new RequestError(
      'field_invalid',
      'Поле «cursor»: курсор выдан другой базой или базу восстановили из старой копии. Начните чтение сначала, без cursor.',
    )
  }
  return position
}
