import { z } from 'zod'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { eventsByIds } from '../events/store/read.ts'
import { attemptsOf, journalOfEvent, receiptsOf } from '../journal/search.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type EventId, parseId } from '../lib/ids.ts'
import { groupBy } from '../lib/list.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { eventShape } from './shapes.ts'
import { deliveryView } from './views.ts'

const idInput = z.object({
  id: z
    .string()
    .describe('Идентификатор из ответа на вебхук, evt_…')
    .transform((id) => parseId('event', id)),
})

/** `GET /events/:id`: the event, its notifications, deliveries, attempts and receipts. */
export function eventRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/events/:id',
      scope: 'events:read',
      summary: 'Событие и что стало с сообщением о нём',
      params: idInput,
      answer: eventShape,
      handle: async ({ params, key }) => {
        if (params.id === undefined) throw unknownEvent()
        return await eventView(needs, params.id, key)
      },
    }),
  ]
}

async function eventView(needs: ApiNeeds, eventId: EventId, key: KeyInUse) {
  const { stored, entries, attempts, receipts } = await needs.db.snapshot((db) => read({ ...needs, db }, eventId, key))
  return {
    id: stored.id,
    source: stored.source,
    receivedAt: stored.receivedAt.toISOString(),
    test: stored.test,
    event: stored.content?.event ?? { type: stored.type },
    warnings: stored.content?.warnings ?? [],
    notifications: [...groupBy(entries, (each) => each.notificationId)].map(([notificationId, group]) => {
      const last = group.at(-1)
      return compact({
        id: notificationId,
        state: last?.state,
        reason: last?.reason,
        // A delivery without a channel is only the record of why nothing was sent.
        deliveries: group
          .filter((each) => each.channel !== null)
          .map((each) => deliveryView(each, attempts.get(each.id) ?? [], receipts.get(each.id) ?? [])),
      })
    }),
  }
}

async function read(needs: { db: Queryable; vault: Vault }, eventId: EventId, key: KeyInUse) {
  const [stored] = await eventsByIds(needs, [eventId])
  if (!stored || !maySee(key, stored.source, stored.content?.event.branch)) throw unknownEvent()
  const entries = await journalOfEvent(needs, stored.id)
  const ids = entries.map((each) => each.id)
  return {
    stored,
    entries,
    attempts: await attemptsOf(needs.db, ids),
    receipts: await receiptsOf(needs.db, ids),
  }
}

function unknownEvent(): RequestError {
  return new RequestError('not_found', 'События с таким идентификатором нет.')
}

function maySee(
  key: KeyInUse,
  source: string,
  branch: { code?: string | undefined; name?: string | undefined } | undefined,
): boolean {
  if (key.source !== null && key.source !== source) return false
  return key.branchCode === null || key.branchCode === (branch?.code ?? branch?.name)
}
