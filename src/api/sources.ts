import { z } from 'zod'
import { activityOf } from '../events/store/activity.ts'
import { listKeys } from '../keys/store/change.ts'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { keyView } from './keys.ts'
import { type ApiRoute, type KeyInUse, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { keyShape, momentShape } from './shapes.ts'
import type { Flaw, SourceNeeds } from './source-needs.ts'

export const nameInput = z.object({ name: z.string().max(50).describe('Имя источника: 1c, vtorium') })

const sourceShape = z.object({
  name: z.string(),
  title: z.string(),
  address: z.string().describe('Куда источник передаёт события'),
  profile: z.enum(['verified', 'guessed']).describe('guessed — настоящих запросов этого источника ещё никто не видел'),
  lastEventAt: momentShape.optional(),
  eventsIn24h: z.int(),
  hasEnvironmentKey: z.boolean().describe('Ключ задан в окружении (WEBHOOK_…_KEY)'),
  isSigned: z.boolean().describe('Кроме ключа нужна подпись HMAC'),
  keys: z.array(keyShape).describe('Действующие ключи базы данных'),
})

/** Senders: who posts, and how each is read. */
export function sourceRoutes(needs: ApiNeeds): ApiRoute[] {
  const { profileSchema, overrideSchema } = needs.sources
  const profileShape = z.object({
    name: z.string(),
    profile: profileSchema.describe('Действующий профиль: поставляемый с изменениями владельца'),
    shipped: profileSchema.describe('Поставляемый профиль'),
    overrides: overrideSchema.describe('Изменения владельца; {} — их нет'),
    updatedAt: momentShape.optional(),
    updatedBy: z.string().optional().describe('admin или идентификатор ключа'),
  })
  return [
    route({
      method: 'GET',
      path: '/sources',
      scope: 'sources:read',
      summary: 'Источники событий',
      answer: z.object({ sources: z.array(sourceShape) }),
      handle: async ({ key }) => ({ sources: await sourceList(needs, key) }),
    }),
    route({
      method: 'GET',
      path: '/sources/:name',
      scope: 'sources:read',
      summary: 'Профиль источника: как читаются его поля',
      params: nameInput,
      answer: profileShape,
      handle: async ({ params: { name }, key }) => {
        refuseOtherSource(needs.sources, name, key)
        return await profileView(needs.sources, name)
      },
    }),
    route({
      method: 'PUT',
      path: '/sources/:name',
      scope: 'sources:write',
      audit: { act: 'source.change' },
      summary: 'Изменить профиль источника без программирования',
      description:
        'Передаются изменения целиком: прежние заменяются, {} возвращает поставляемый профиль. Списки встают перед поставляемыми, ' +
        'слово изменения теряет прежнее значение. Все процессы узнают за несколько секунд. Сначала попробуйте: POST …/dry-run.',
      params: nameInput,
      body: overrideSchema,
      bodyExample: {
        moneyUnit: 'kopecks',
        fields: { 'payment.amount': ['Расчет.Итог'], 'client.phone': ['@client.Мобильный'] },
        statuses: { 'payout.paid': ['Проведен'] },
      },
      answer: profileShape.extend({ warnings: z.array(flawShape) }),
      handle: async ({ params: { name }, body, key }) => {
        refuseOtherSource(needs.sources, name, key)
        refuseBranchKey(key, 'профиль общий для всех площадок источника')
        const { flaws, costs } = await needs.sources.save(name, body, key.id)
        if (flaws.length > 0) throw flawed(flaws)
        return { ...(await profileView(needs.sources, name)), warnings: costs.map(flawView) }
      },
    }),
  ]
}

const flawShape = z.object({ field: z.string().optional(), message: z.string() })

function flawView({ path, message }: Flaw) {
  return compact({ field: path === '' ? undefined : path, message })
}

/** 422 that names each part of a change that would not do what it says. */
export function flawed(flaws: readonly Flaw[]): RequestError {
  const errors = flaws.map(({ path, message }) => ({
    code: 'field_invalid' as const,
    field: path,
    message: path === '' ? message : `Поле «${path}»: ${message}`,
  }))
  return new RequestError('field_invalid', errors[0]?.message, { errors })
}

async function sourceList(needs: ApiNeeds, key: KeyInUse) {
  const names = needs.sources.names.filter((name) => key.source === null || key.source === name)
  const [activity, keys] = await Promise.all([activityOf(needs.db, names), listKeys(needs.db)])
  return await Promise.all(
    names.map(async (name) => {
      const { effective } = await needs.sources.stored(name)
      const { lastEventAt, eventsIn24h } = activity.get(name) ?? { lastEventAt: null, eventsIn24h: 0 }
      const own = keys.filter(
        (each) =>
          each.isValid && each.source === name && (key.branchCode === null || each.branchCode === key.branchCode),
      )
      return compact({
        name,
        title: effective.title,
        address: `${needs.publicUrl ?? ''}/webhooks/${name}`,
        profile: effective.verified ? 'verified' : 'guessed',
        lastEventAt: lastEventAt?.toISOString(),
        eventsIn24h,
        ...needs.sources.describe(name),
        keys: own.map(keyView),
      })
    }),
  )
}

async function profileView(sources: SourceNeeds, name: string) {
  const { effective, shipped, overrides, updatedAt, updatedBy } = await sources.stored(name)
  return compact({ name, profile: effective, shipped, overrides, updatedAt: updatedAt?.toISOString(), updatedBy })
}

/** @throws RequestError 404 for a source that the key may not see. */
export function refuseOtherSource(sources: SourceNeeds, name: string, key: KeyInUse): void {
  if (sources.names.includes(name) && (key.source === null || key.source === name)) return
  const seen = key.source === null ? sources.names : [key.source]
  throw new RequestError('not_found', `Такого источника нет. Есть: ${seen.join(', ')}.`)
}
