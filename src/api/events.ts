import { z } from 'zod'
import type { Consent } from '../clients/client.ts'
import { consentsByIds } from '../clients/consents/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { eventsOfDocument } from '../events/store/documents.ts'
import { eventsByIds, type StoredEvent } from '../events/store/read.ts'
import { type AttemptRecord, attemptsOf, type JournalEntry, journalOfEvents, receiptsOf } from '../journal/search.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type EventId, parseId } from '../lib/ids.ts'
import { groupBy } from '../lib/list.ts'
import { type ApiRoute, type KeyInUse, type NoteLook, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { eventShape } from './shapes.ts'
import { deliveryView } from './views.ts'

const idInput = z.object({
  id: z
    .string()
    .describe('Идентификатор из ответа на вебхук, evt_…')
    .transform((id) => parseId('event', id)),
})

const documentInput = z.object({
  guid: z.string().trim().min(1).max(100).describe('Идентификатор документа (operation.id) или его номер'),
})

/** More than any document has; a number that is used again every year may well have more. */
const eventsOfDocumentLimit = 200

/** `GET /events/…`: the event, its notifications, deliveries, attempts and receipts. */
export function eventRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/events/:id',
      scope: 'events:read',
      summary: 'Событие и что стало с сообщением о нём',
      params: idInput,
      answer: eventShape,
      handle: async ({ params, key, look }) => {
        const [view] = params.id === undefined ? [] : await eventViews(needs, [params.id], key, look)
        if (!view) throw new RequestError('not_found', 'События с таким идентификатором нет.')
        return view
      },
    }),
    route({
      method: 'GET',
      path: '/events/by-document/:guid',
      scope: 'events:read',
      summary: 'Все события документа, в порядке приёма',
      description: `По номеру, который повторяется, придут последние ${eventsOfDocumentLimit} событий всех документов с ним.`,
      params: documentInput,
      answer: z.object({ items: z.array(eventShape) }),
      handle: async ({ params, key, look }) => {
        const items = await eventViews(
          needs,
          await eventsOfDocument(needs.db, params.guid, eventsOfDocumentLimit),
          key,
          look,
        )
        if (items.length === 0) {
          throw new RequestError(
            'not_found',
            'Событий по этому документу нет. Проверьте, что он отправлен: ожидается идентификатор, который передан в operation.id, или номер.',
          )
        }
        return { items }
      },
    }),
  ]
}

/** Those of the events that this key may see. */
async function eventViews(needs: ApiNeeds, ids: readonly EventId[], key: KeyInUse, look: NoteLook) {
  const { events, entries, attempts, receipts, consents } = await needs.db.snapshot((db) =>
    read({ ...needs, db }, ids, key),
  )
  look(events.map((each) => each.clientId))
  const entriesOf = groupBy(entries, (each) => each.eventId)
  return events.map((stored) => viewOf(stored, entriesOf.get(stored.id) ?? [], { attempts, receipts, consents }))
}

async function read(needs: { db: Queryable; vault: Vault }, ids: readonly EventId[], key: KeyInUse) {
  const events = (await eventsByIds(needs, ids)).filter((each) => maySee(key, each.source, each.content?.event.branch))
  const entries = await journalOfEvents(
    needs,
    events.map((each) => each.id),
  )
  const deliveries = entries.map((each) => each.id)
  return {
    events,
    entries,
    attempts: await attemptsOf(needs.db, deliveries),
    receipts: await receiptsOf(needs.db, deliveries),
    consents: await consentsByIds(
      needs.db,
      entries.flatMap((each) => each.consentId ?? []),
    ),
  }
}

type About = {
  attempts: ReadonlyMap<string, AttemptRecord[]>
  receipts: ReadonlyMap<string, { at: Date; state: string }[]>
  consents: ReadonlyMap<string, Consent>
}

function viewOf(stored: StoredEvent, entries: readonly JournalEntry[], { attempts, receipts, consents }: About) {
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
          .map((each) =>
            deliveryView(
              each,
              attempts.get(each.id) ?? [],
              receipts.get(each.id) ?? [],
              each.consentId === null ? undefined : consents.get(each.consentId),
            ),
          ),
      })
    }),
  }
}

function maySee(
  key: KeyInUse,
  source: string,
  branch: { code?: string | undefined; name?: string | undefined } | undefined,
): boolean {
  if (key.source !== null && key.source !== source) return false
  return key.branchCode === null || key.branchCode === (branch?.code ?? branch?.name)
}
