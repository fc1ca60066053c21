import { z } from 'zod'
import { type KnownBranch, listBranches, saveBranch } from '../events/store/branches.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { zoneOf } from '../lib/moment.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { branchShape } from './shapes.ts'

const codeInput = z.object({
  code: z.string().trim().min(1).max(50).describe('Код площадки, как его передаёт источник'),
})

const branchInput = z.strictObject({
  name: z.string().trim().min(1).max(200).nullish().describe('Нет — берётся из событий'),
  timezone: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .nullish()
    .describe('Часовой пояс: «Asia/Yekaterinburg» или «МСК+2»; нет — берётся из событий'),
})

/** Branches: their names, and the zone in which their dates without one are read. */
export function branchRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/branches',
      scope: 'sources:read',
      summary: 'Площадки и их часовые пояса',
      answer: z.object({ branches: z.array(branchShape) }),
      handle: async ({ key }) => {
        const all = await listBranches(needs.db)
        return {
          branches: all.filter(({ code }) => key.branchCode === null || key.branchCode === code).map(branchView),
        }
      },
    }),
    route({
      method: 'PUT',
      path: '/branches/:code',
      scope: 'sources:write',
      summary: 'Задать имя и часовой пояс площадки',
      description:
        'В этом поясе читаются даты без пояса, считаются тихие часы и показывается время, если событие не называет своего. ' +
        'Заданное здесь важнее того, что передают события. Все процессы узнают за несколько секунд.',
      params: codeInput,
      body: branchInput,
      bodyExample: { name: 'Екатеринбург, Титова', timezone: 'Asia/Yekaterinburg' },
      answer: branchShape,
      handle: async ({ params: { code }, body, key }) => {
        if (key.branchCode !== code) refuseBranchKey(key, 'площадка другая')
        const branch = { code, name: body.name ?? null, timezone: zoneIn(body.timezone) }
        const saved = await saveBranch(needs.db, branch, key.id)
        needs.branchZones.forget()
        return branchView(saved)
      },
    }),
  ]
}

function zoneIn(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  const zone = zoneOf(text)
  if (zone !== undefined) return zone
  throw new RequestError(
    'field_invalid',
    'Поле «timezone»: часовой пояс не опознан. Ожидается, например, «Asia/Yekaterinburg» или «МСК+2».',
  )
}

function branchView(branch: KnownBranch) {
  return compact({
    code: branch.code,
    name: branch.name,
    timezone: branch.timezone,
    updatedAt: branch.updatedAt.toISOString(),
    updatedBy: branch.updatedBy,
  })
}
