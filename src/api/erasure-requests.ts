import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { listErasureRequests } from '../clients/erasure-requests/store.ts'
import { compact } from '../lib/compact.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const query = z.object({
  state: z.enum(['open', 'done']).default('open').describe('open — ждёт; done — данные удалены'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const requestShape = z.object({
  id: z.string().meta({ examples: ['erq_019aa5b0c3d17e0f8a6b5c4d3e2f1a0b'] }),
  state: z.enum(['open', 'done']),
  requestedAt: momentShape.describe('С этого дня у вас 30 дней'),
  doneAt: momentShape.optional(),
  channel: z.enum(channelNames),
  client: z.object({ id: z.string(), externalId: z.string().optional(), phone: z.string().optional() }),
})

/** Clients who asked in the bot to be erased. */
export function erasureRequestRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/erasure-requests',
      scope: 'clients:read',
      summary: 'Заявки клиентов на удаление данных, старые сверху',
      description: 'Клиент просит об этом в боте. Заявка закрывается сама, когда его данные удалены.',
      query,
      answer: z.object({ items: z.array(requestShape) }),
      handle: async ({ query: { state, limit }, key, look }) => {
        refuseBranchKey(key, 'клиенты общие для всех площадок')
        const items = await listErasureRequests(needs, state, limit)
        look(items.map((each) => each.client.id))
        return {
          items: items.map(({ requestedAt, doneAt, client, ...rest }) =>
            compact({
              ...rest,
              requestedAt: requestedAt.toISOString(),
              doneAt: doneAt?.toISOString(),
              client: compact(client),
            }),
          ),
        }
      },
    }),
  ]
}
