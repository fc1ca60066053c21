import { z } from 'zod'
import { actNames, acts, outcomes } from '../audit/acts.ts'
import { auditLines } from '../audit/store.ts'
import { compact } from '../lib/compact.ts'
import { endOf, momentInput, startOf } from './input.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const query = z.object({
  who: z.string().max(100).optional().describe('Имя пользователя или идентификатор ключа'),
  act: z.enum(actNames).optional(),
  object: z.string().max(200).optional().describe('С чем: сообщение, клиент, ключ, площадка…'),
  from: momentInput.optional(),
  to: momentInput.optional(),
  deeds: z.enum(['true', 'false']).default('false').describe('true — без просмотров, только то, что что-то меняло'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const lineShape = z.object({
  id: z.string(),
  at: momentShape,
  who: z.string(),
  kind: z.enum(['user', 'key', 'stranger']),
  act: z.string(),
  title: z.string(),
  object: z.string().optional(),
  outcome: z.enum(outcomes),
  detail: z.looseObject({}).optional(),
})

/** `GET /audit`: who did what, on what, when, and what came of it. Nothing in it is ever changed. */
export function auditRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/audit',
      scope: 'audit:read',
      summary: 'Журнал действий: кто, что, с чем, когда и чем кончилось',
      query,
      answer: z.object({ items: z.array(lineShape), nextCursor: z.string().optional() }),
      handle: async ({ query: input, key }) => {
        refuseBranchKey(key, 'журнал действий общий')
        const { who, act, object, from, to, limit } = input
        const filter = {
          who,
          act,
          object,
          from: from === undefined ? undefined : startOf(from, needs.policy.timezone),
          to: to === undefined ? undefined : endOf(to, needs.policy.timezone),
          isDeedsOnly: input.deeds === 'true',
          before: input.cursor,
        }
        const found = await auditLines(needs.db, filter, limit + 1)
        const page = found.slice(0, limit)
        return compact({
          items: page.map(({ at, ...line }) =>
            compact({ ...line, at: at.toISOString(), title: titleOf(line.act), detail: line.detail ?? undefined }),
          ),
          nextCursor: found.length > page.length ? page.at(-1)?.id : undefined,
        })
      },
    }),
  ]
}

function titleOf(act: string): string {
  const known = actNames.find((each) => each === act)
  return known === undefined ? act : acts[known]
}
