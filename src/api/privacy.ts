import { z } from 'zod'
import { consentHistory } from '../clients/consents/store.ts'
import { extractOf, groundNames, grounds } from '../clients/erasure/act.ts'
import { eraseByAnyId } from '../clients/erasure/erase.ts'
import { clientByAnyId } from '../clients/merging/store.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { clientAct, commonClients } from './clients.ts'
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
    .describe(
      'Ваш идентификатор клиента: GUID контрагента или физлица; или наш, `cli_…`, если клиент известен только по телефону',
    ),
})

const actShape = z.object({
  id: z.string(),
  client: z.object({
    id: z.string(),
    externalId: z.string().optional(),
    aliases: z.array(z.string()).optional().describe('Прочие ваши идентификаторы: записи клиента были объединены'),
  }),
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
      audit: clientAct('client.erase'),
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
      handle: async ({ params, body, key, noted }) => {
        refuseBranchKey(key, commonClients)
        const act = await eraseByAnyId(needs, params.externalId, { by: callerOf(key), ground: body.ground })
        if (!act) throw unknownClient()
        noted.object = act.clientId
        return extractOf(act)
      },
    }),
  ]
}

function unknownClient(): RequestError {
  return new RequestError('not_found', 'Клиента с таким идентификатором нет.')
}
