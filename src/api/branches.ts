import { z } from 'zod'
import { type BranchRules, quietRulesSchema, remindersSchema } from '../events/branch-rules.ts'
import { listBranchRules, saveBranchRules } from '../events/store/branch-rules.ts'
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
  quietHours: quietRulesSchema
    .nullish()
    .describe(
      'Тихие часы по часам площадки: с from до to сообщения ждут утра (from равно to — тихих часов нет). money: «wait» — ждут и ' +
        'деньги; promo — свои часы для рекламы. Нет поля — остаётся как было, null — как у всех (21–9, деньги уходят сразу)',
    ),
  reminders: remindersSchema
    .nullish()
    .describe(
      'Напоминания о платеже рассрочки: за daysBefore дней в hour часов, или «off». Уже назначенные остаются на своё время. Нет ' +
        'поля — остаётся как было, null — как у всех (за день, в 10 часов)',
    ),
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
        const [all, rules] = await Promise.all([listBranches(needs.db), listBranchRules(needs.db)])
        const rulesOf = new Map(rules.map((each) => [each.code, each]))
        return {
          branches: all
            .filter(({ code }) => key.branchCode === null || key.branchCode === code)
            .map((each) => branchView(each, rulesOf.get(each.code))),
        }
      },
    }),
    route({
      method: 'PUT',
      path: '/branches/:code',
      scope: 'sources:write',
      summary: 'Задать имя, часовой пояс, тихие часы и напоминания площадки',
      description:
        'В этом поясе читаются даты без пояса, считаются тихие часы и показывается время, если событие не называет своего. ' +
        'Заданное здесь важнее того, что передают события. Все процессы узнают за несколько секунд.',
      params: codeInput,
      body: branchInput,
      bodyExample: {
        name: 'Екатеринбург, Титова',
        timezone: 'Asia/Yekaterinburg',
        quietHours: { from: 22, to: 8, money: 'wait', promo: { from: 20, to: 10 } },
        reminders: { daysBefore: 2, hour: 11 },
      },
      answer: branchShape,
      handle: async ({ params: { code }, body, key }) => {
        if (key.branchCode !== code) refuseBranchKey(key, 'площадка другая')
        const branch = { code, name: body.name ?? null, timezone: zoneIn(body.timezone) }
        const { quietHours, reminders } = body
        const { saved, rules } = await needs.db.transaction(async (db) => ({
          saved: await saveBranch(db, branch, key.id),
          rules: await saveBranchRules(db, code, { quietHours, reminders }),
        }))
        needs.branchZones.forget()
        return branchView(saved, rules)
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

function branchView(branch: KnownBranch, rules: BranchRules | undefined) {
  return compact({
    code: branch.code,
    name: branch.name,
    timezone: branch.timezone,
    quietHours: rules?.quietHours,
    reminders: rules?.reminders,
    updatedAt: branch.updatedAt.toISOString(),
    updatedBy: branch.updatedBy,
  })
}
