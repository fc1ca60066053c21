import { z } from 'zod'
import { type KindName, kindNames, kinds } from '../journal/retention/kinds.ts'
import { lastRuns, setTerms, termsOf } from '../journal/retention/run.ts'
import { RequestError } from '../lib/errors.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const answer = z.object({
  items: z.array(
    z.object({
      kind: z.enum(kindNames),
      title: z.string(),
      days: z.int().describe('Сколько дней хранится сейчас'),
      default: z.int(),
      minimum: z.int(),
      why: z.string().describe('Почему столько и почему не меньше'),
      lastRun: z
        .object({
          startedAt: momentShape,
          finishedAt: momentShape.optional(),
          removed: z.int(),
          failed: z.boolean(),
        })
        .optional(),
    }),
  ),
})

const termsInput = z.partialRecord(z.enum(kindNames), z.int().min(1).max(36_500)).describe('Вид данных — дней')

const whole = 'сроки хранения общие для всех площадок'

/** `GET` and `PUT /retention`: how long each kind of data is kept. */
export function retentionRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/retention',
      scope: 'privacy:read',
      summary: 'Сроки хранения по видам данных и последняя очистка',
      answer,
      handle: async ({ key }) => {
        refuseBranchKey(key, whole)
        return await view(needs)
      },
    }),
    route({
      method: 'PUT',
      path: '/retention',
      scope: 'privacy:write',
      audit: { act: 'retention.change' },
      summary: 'Изменить сроки хранения',
      description:
        'Названные виды меняются, остальные остаются. Короче наименьшего срока задать нельзя. Очистка идёт ночью.',
      body: termsInput,
      bodyExample: { messages: 365, events: 730 },
      answer,
      handle: async ({ body, key }) => {
        refuseBranchKey(key, whole)
        for (const { name, minimum, why } of kinds) refuseTooShort(name, body[name], minimum, why)
        await setTerms(needs.db, body)
        return await view(needs)
      },
    }),
  ]
}

function refuseTooShort(name: KindName, days: number | undefined, minimum: number, why: string): void {
  if (days === undefined || days >= minimum) return
  throw new RequestError('field_invalid', `Поле «${name}»: ожидается не меньше ${minimum} дней, пришло ${days}. ${why}`)
}

async function view(needs: ApiNeeds): Promise<z.output<typeof answer>> {
  const [terms, runs] = [await termsOf(needs.db), await lastRuns(needs.db)]
  return {
    items: kinds.map(({ name, title, why, days, minimum }) => {
      const last = runs.get(name)
      const lastRun = last && {
        startedAt: last.startedAt.toISOString(),
        ...(last.finishedAt ? { finishedAt: last.finishedAt.toISOString() } : {}),
        removed: last.removed,
        failed: last.fault !== null,
      }
      return { kind: name, title, days: terms[name], default: days, minimum, why, ...(lastRun ? { lastRun } : {}) }
    }),
  }
}
