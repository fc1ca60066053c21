import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { changeKinds } from '../changes/item.ts'
import { problemWithUrl } from '../changes/outgoing/address.ts'
import { createEndpoint, deleteEndpoint, type Endpoint, listEndpoints } from '../changes/outgoing/store.ts'
import { cursorOf } from '../changes/position.ts'
import { horizon } from '../changes/store.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { readCursor } from './changes.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const endpointsLimit = 50

const endpointShape = z.object({
  id: z.string(),
  url: z.string(),
  kinds: z.array(z.enum(changeKinds)),
  createdAt: momentShape,
  state: z.enum(['active', 'failing', 'disabled']),
  cursor: z.string().describe('До какого изменения дошло; с ним можно создать новый вебхук вместо отключённого'),
  failures: z.int().optional().describe('Неудачных попыток подряд'),
  failingSince: momentShape.optional(),
  lastError: z.string().optional(),
  nextAttemptAt: momentShape.optional(),
  disabledAt: momentShape.optional(),
  disabledReason: z.enum(['failing', 'gone']).optional().describe('failing: трое суток неудач; gone: ответ 410'),
})

const input = z.object({
  url: z.string().max(2000).describe('Адрес https, доступный из интернета'),
  kinds: z
    .array(z.enum(changeKinds))
    .min(1)
    .default([...changeKinds])
    .describe('О чём сообщать; по умолчанию обо всём'),
  cursor: z.string().max(200).optional().describe('С какого места; по умолчанию только новые изменения'),
})

/** `/webhooks`: where a CRM wants to be called; src/changes/outgoing calls. */
export function outgoingRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/webhooks',
      scope: 'webhooks:write',
      summary: 'Исходящие вебхуки и их состояние',
      answer: z.object({ items: z.array(endpointShape) }),
      handle: async ({ key }) => ({ items: (await listEndpoints(needs.db, key)).map(view) }),
    }),
    route({
      method: 'POST',
      path: '/webhooks',
      scope: 'webhooks:write',
      audit: { act: 'webhook.change' },
      summary: 'Создать исходящий вебхук',
      description:
        'На адрес уходят те же изменения, что отдаёт GET /changes, по одному и по порядку: {"type", "timestamp", "data"}. Запросы ' +
        'подписаны по Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature); секрет показывается один раз. Ответьте ' +
        '2xx за 10 секунд; иначе запрос повторяется с растущими паузами трое суток, затем вебхук отключается. Ответ 410 отключает сразу. ' +
        'Одно изменение может прийти дважды с тем же webhook-id. Перенаправления не выполняются.',
      body: input,
      bodyExample: { url: 'https://crm.example.ru/vestnik', kinds: ['delivery', 'reply'] },
      answer: endpointShape.extend({ secret: z.string().describe('whsec_…, показывается один раз') }),
      handle: async ({ body, key }) => await create(needs, body, key),
    }),
    route({
      method: 'DELETE',
      path: '/webhooks/:id',
      scope: 'webhooks:write',
      audit: { act: 'webhook.change' },
      summary: 'Удалить исходящий вебхук',
      params: z.object({ id: z.string() }),
      answer: z.object({ id: z.string() }),
      handle: async ({ params, key }) => {
        const id = parseId('webhook', params.id)
        if (id === undefined || !(await deleteEndpoint(needs.db, id, key)))
          throw new RequestError('not_found', 'Вебхука с таким идентификатором нет.')
        return { id }
      },
    }),
  ]
}

async function create(needs: ApiNeeds, { url, kinds, cursor }: z.output<typeof input>, key: KeyInUse) {
  const problem = problemWithUrl(url, needs.webhookTargets)
  if (problem !== undefined) throw new RequestError('field_invalid', `Поле «url»: ${problem}.`)
  if ((await listEndpoints(needs.db, { source: null, branchCode: null })).length >= endpointsLimit)
    throw new RequestError('field_invalid', `Вебхуков уже ${endpointsLimit}. Удалите ненужные.`)
  const { last, open } = await horizon(needs.db)
  const position = cursor === undefined ? last : readCursor(cursor, open)
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const id = await createEndpoint(needs, {
    url,
    secret,
    kinds: [...new Set(kinds)],
    scope: key,
    createdBy: key.id,
    position,
  })
  const made = (await listEndpoints(needs.db, key)).find((each) => each.id === id)
  if (!made) throw new Error('an endpoint just made is gone')
  return { ...view(made), secret }
}

function view(endpoint: Endpoint) {
  const isOff = endpoint.disabledAt !== null
  const isFailing = endpoint.failures > 0
  return compact({
    id: endpoint.id,
    url: endpoint.url,
    kinds: endpoint.kinds,
    createdAt: endpoint.createdAt.toISOString(),
    state: isOff ? 'disabled' : isFailing ? 'failing' : 'active',
    cursor: cursorOf(endpoint.position),
    failures: isFailing ? endpoint.failures : undefined,
    failingSince: endpoint.failingSince?.toISOString(),
    lastError: endpoint.lastError,
    nextAttemptAt: isFailing && !isOff ? endpoint.nextAttemptAt.toISOString() : undefined,
    disabledAt: endpoint.disabledAt?.toISOString(),
    disabledReason: endpoint.disabledReason,
  })
}
