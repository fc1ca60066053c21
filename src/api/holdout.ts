import { holdoutSchema } from '../notifications/holdout.ts'
import { readHoldout, saveHoldout } from '../notifications/store/holdout.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

const why = 'контрольная группа задаётся для всей компании'

/** Whom advertising is not sent to, by lot, so that a report can tell whether it helps (reports/holdout.ts). */
export function holdoutRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/holdout',
      scope: 'sources:read',
      summary: 'Контрольная группа рекламы: какая доля не получает рекламных сообщений',
      answer: holdoutSchema,
      handle: async ({ key }) => {
        refuseBranchKey(key, why)
        return await readHoldout(needs.db)
      },
    }),
    route({
      method: 'PUT',
      path: '/holdout',
      scope: 'sources:write',
      audit: { act: 'holdout.change' },
      summary: 'Задать долю контрольной группы рекламы',
      description:
        'Жребий тянется только для рекламных сообщений (greeting, bonus.granted) и только тем, кому они ушли бы. Результат — отчёт holdout. ' +
        'Запись заменяется целиком и действует со следующего события.',
      body: holdoutSchema,
      bodyExample: { percent: 10, branches: [{ code: 'NN-01', percent: 20 }] },
      answer: holdoutSchema,
      handle: async ({ body, key }) => {
        refuseBranchKey(key, why)
        await saveHoldout(needs.db, body)
        return body
      },
    }),
  ]
}
