import type { FastifyInstance } from 'fastify'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { eventsByIds } from '../events/store/read.ts'
import { attemptsOf, journalOfEvent, receiptsOf } from '../journal/search.ts'
import { RequestError } from '../lib/errors.ts'
import { type EventId, parseId } from '../lib/ids.ts'
import { groupBy } from '../lib/list.ts'
import type { ApiNeeds } from './routes.ts'
import { compact, deliveryView } from './views.ts'

/** `GET /events/:id`: the event, its notifications, deliveries, attempts and receipts. */
export function eventRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  app.get<{ Params: { id: string } }>('/events/:id', async (request) => {
    const eventId = parseId('event', request.params.id)
    if (eventId === undefined) throw unknownEvent()
    const { stored, entries, attempts, receipts } = await needs.db.snapshot((db) => read({ ...needs, db }, eventId))
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
  })
}

async function read(needs: { db: Queryable; vault: Vault }, eventId: EventId) {
  const [stored] = await eventsByIds(needs, [eventId])
  if (!stored) throw unknownEvent()
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
