import { z } from 'zod'
import { merge } from '../clients/merging/merge.ts'
import { clientByAnyId, doublesAfter } from '../clients/merging/store.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { clientAct, clientIdInput, clientView, commonClients, noSuchClient } from './clients.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { clientShape } from './shapes.ts'

const doublesShape = z.object({
  items: z.array(
    z.object({
      phone: z.string(),
      sameName: z.boolean().describe('Имена совпадают: скорее всего, это один человек'),
      clients: z.array(
        z.object({
          id: z.string(),
          externalId: z.string().optional(),
          fullName: z.string().optional(),
          branch: z.string().optional(),
        }),
      ),
    }),
  ),
  nextCursor: z.string().optional(),
})

const pageInput = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** Two records of one person: shown, and made one only by an operator. */
export function clientMergingRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/client-doubles',
      scope: 'clients:read',
      summary: 'Клиенты с одним телефоном',
      description:
        'Возможные двойники. Само ничего не объединяется: на одном телефоне бывают разные люди, и они остаются разными клиентами.',
      query: pageInput,
      answer: doublesShape,
      handle: async ({ query, key, look }) => {
        refuseBranchKey(key, commonClients)
        const after = query.cursor === undefined ? undefined : Buffer.from(query.cursor, 'base64url')
        const found = await doublesAfter(needs, after, query.limit)
        look(found.flatMap(({ clients }) => clients.map((each) => each.id)))
        const last = found.length === query.limit ? found.at(-1) : undefined
        return compact({
          items: found.map(({ clients }) => itemOf(clients)),
          nextCursor: last?.index.toString('base64url'),
        })
      },
    }),
    route({
      method: 'POST',
      path: '/clients/:externalId/merge',
      scope: 'clients:write',
      audit: clientAct('client.merge'),
      summary: 'Объединить двойника с другим клиентом',
      description:
        'Решение оператора: отменить его нельзя. Оба идентификатора дальше означают клиента из поля into; к нему переходят события, сообщения, контакты и согласия.',
      params: clientIdInput,
      body: z.object({ into: clientIdInput.shape.externalId.describe('Клиент, который остаётся') }),
      bodyExample: { into: 'a1d3a7c2-77aa-11ee-9c4f-00155d0a1b2c' },
      answer: clientShape,
      errors: ['unavailable'],
      handle: async ({ params, body, key, look, noted }) => {
        refuseBranchKey(key, commonClients)
        const from = (await clientByAnyId(needs, params.externalId)) ?? noSuchClient()
        noted.object = from.id
        const into = (await clientByAnyId(needs, body.into)) ?? noSuchClient()
        // Said twice, it is done once.
        if (from.id === into.id) return await clientView(needs, into.id, look)
        const both = { from: from.id, into: into.id, by: key.id }
        const { kind } = await needs.catchUp([from.id, into.id], (db) => merge({ ...needs, db }, both))
        switch (kind) {
          case 'merged':
            return await clientView(needs, into.id, look)
          case 'gone':
            return noSuchClient()
          case 'busy':
            throw new RequestError(
              'unavailable',
              'Сообщение этому клиенту как раз отправляется. Повторите через несколько секунд.',
            )
          case 'other_phone':
            throw new RequestError(
              'field_invalid',
              'Поле «into»: у клиентов разные телефоны. Сначала исправьте телефон у одного из них.',
            )
        }
      },
    }),
  ]
}

type Double = {
  id: string
  externalId: string | null
  phone: string | undefined
  fullName: string | undefined
  branchCode: string | null
}

function itemOf(clients: readonly Double[]) {
  const names = new Set(
    clients.map(({ fullName }) => fullName?.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim()),
  )
  return {
    phone: clients[0]?.phone ?? '',
    sameName: names.size === 1 && !names.has(undefined),
    clients: clients.map((each) =>
      compact({ id: each.id, externalId: each.externalId, fullName: each.fullName, branch: each.branchCode }),
    ),
  }
}
