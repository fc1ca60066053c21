import { z } from 'zod'
import { consentHistory } from '../clients/consents/store.ts'
import { type Act, extractOf, groundNames, grounds } from '../clients/erasure/act.ts'
import { eraseClient } from '../clients/erasure/erase.ts'
import { lastActOf } from '../clients/erasure/store.ts'
import { clientByAnyId } from '../clients/merging/store.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, callerOf, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { consentShape, momentShape } from './shapes.ts'
import { consentView } from './views.ts'

const idInput = z.object({
  externalId: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('Ваш идентификатор клиента (GUID контрагента или физлица) или наш, cli_…'),
})

const actShape = z.object({
  id: z.string(),
  client: z.object({ id: z.string(), externalId: z.string().optional() }),
  erasedAt: momentShape,
  by: z.string().describe('Кто потребовал: ключ, оператор, бот, команда'),
  ground: z.string(),
  groundText: z.string(),
  system: z.string(),
  method: z.string(),
  destroyed: z.array(z.object({ table: z.string(), what: z.string(), rows: z.int() })),
  kept: z.array(z.string()),
})

const provedShape = consentShape.extend({
  recordedAt: momentShape.describe('Когда записано у нас'),
  textFirstShownAt: momentShape.optional().describe('Когда этот текст впервые показан ботом'),
  counts: z.boolean().describe('false — дано с телефона, который больше не принадлежит клиенту'),
})

const commonClients = 'клиенты общие для всех площадок'

/** What a client may ask of his data: a proof of his consents, and an end to it all. */
export function privacyRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/clients/:externalId/consents',
      scope: 'clients:read',
      summary: 'Все согласия и отзывы клиента, с текстами: доказательство для проверки',
      params: idInput,
      answer: z.object({
        client: z.object({ id: z.string(), externalId: z.string().optional() }),
        madeAt: momentShape,
        items: z.array(provedShape).describe('Новые сверху'),
      }),
      handle: async ({ params, key, look }) => {
        refuseBranchKey(key, commonClients)
        const client = await clientByAnyId(needs, params.externalId)
        if (!client) throw unknownClient()
        look([client.id])
        const words = await consentHistory(needs, client.id)
        return {
          client: compact({ id: client.id, externalId: client.externalId }),
          madeAt: new Date().toISOString(),
          items: words.map((each) =>
            compact({
              ...consentView(each),
              recordedAt: each.recordedAt.toISOString(),
              textFirstShownAt: each.firstShownAt?.toISOString(),
              counts: each.isCurrent,
            }),
          ),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/clients/:externalId/erase',
      scope: 'clients:erase',
      summary: 'Уничтожить персональные данные клиента',
      description:
        'Отвечает выпиской для акта об уничтожении (приказ Роскомнадзора № 179). Повторный вызов отвечает той же выпиской. ' +
        'Отменить уничтожение нельзя.',
      params: idInput,
      body: z.object({
        ground: z
          .enum(groundNames)
          .default('demand')
          .describe(`Основание: ${groundNames.map((each) => `${each} — ${grounds[each]}`).join('; ')}`),
      }),
      bodyExample: { ground: 'demand' },
      answer: actShape,
      handle: async ({ params, body, key }) => {
        refuseBranchKey(key, commonClients)
        return extractOf(await erase(needs, params.externalId, { by: callerOf(key), ground: body.ground }))
      },
    }),
  ]
}

async function erase(needs: ApiNeeds, externalId: string, how: Parameters<typeof eraseClient>[2]): Promise<Act> {
  const client = await clientByAnyId(needs, externalId)
  const act = client ? await eraseClient(needs, client.id, how) : await lastActOf(needs.db, externalId)
  if (!act) throw unknownClient()
  return act
}

function unknownClient(): RequestError {
  return new RequestError('not_found', 'Клиента с таким идентификатором нет.')
}
