import { z } from 'zod'
import { findLooks } from '../journal/looks.ts'
import { compact } from '../lib/compact.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const query = z.object({
  client: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('Ваш идентификатор клиента или cli_…, и после уничтожения; без него — выгрузки и потоки'),
  cursor: z
    .string()
    .regex(/^lok_[0-9a-f]{32}$/, 'ожидается nextCursor прошлой страницы')
    .optional()
    .describe('nextCursor прошлой страницы'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const lookShape = z.object({
  id: z.string(),
  at: momentShape,
  who: z.string().describe('user:… — оператор, key:… — ключ, admin-key — ключ администратора'),
  place: z.string().describe('Страница или вызов'),
  client: z.object({ id: z.string(), externalId: z.string().optional() }).optional(),
  filter: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  shown: z.int().describe('Сколько записей показано; у выгрузки — сколько строк в ней'),
})

/** `GET /looks`: who looked at whose data. */
export function lookRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/looks',
      scope: 'privacy:read',
      summary: 'Журнал доступа: кто и когда смотрел данные клиента',
      query,
      answer: z.object({ items: z.array(lookShape), nextCursor: z.string().optional() }),
      handle: async ({ query: { client, cursor, limit }, key }) => {
        refuseBranchKey(key, 'журнал доступа общий для всех площадок')
        const rows = await findLooks(needs.db, { client, before: cursor }, limit + 1)
        const page = rows.slice(0, limit)
        const last = page.at(-1)
        return {
          items: page.map((row) => ({
            ...compact({ id: row.id, at: row.at.toISOString(), who: row.who, place: row.place, filter: row.filter }),
            ...(row.client_id === null ? {} : { client: compact({ id: row.client_id, externalId: row.external_id }) }),
            shown: row.shown,
          })),
          ...(rows.length > page.length && last ? { nextCursor: last.id } : {}),
        }
      },
    }),
  ]
}
