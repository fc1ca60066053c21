import { z } from 'zod'
import { compact } from '../lib/compact.ts'
import { RequestError } from '../lib/errors.ts'
import { forbiddenChannels } from '../notifications/policy.ts'
import { composeDigest } from '../reports/digest/compose.ts'
import { type DigestSettings, digestSchema } from '../reports/digest/settings.ts'
import { lastDigest, readDigest, saveDigest } from '../reports/store/digest.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const digestShape = z.object({
  settings: digestSchema.optional().describe('Нет — сводка никому не отправляется'),
  last: z
    .object({
      day: z.iso.date(),
      at: momentShape,
      outcome: z.string().optional().describe('sent — мессенджер принял; unknown — ответ потерян, второй раз не уйдёт'),
      code: z.string().optional(),
    })
    .optional()
    .describe('Последняя отправка'),
})

const why = 'сводка общая для всей компании'

/** The day's numbers for the owner: to whom they go, and what they would say now. */
export function digestRoutes(needs: ApiNeeds): ApiRoute[] {
  const view = async () => {
    const settings = await readDigest(needs)
    const last = await lastDigest(needs.db)
    return compact({
      settings: settings && compact(settings),
      last: last && compact({ day: last.day, at: last.at.toISOString(), outcome: last.outcome, code: last.code }),
    })
  }
  return [
    route({
      method: 'GET',
      path: '/digest',
      scope: 'alerts:write',
      summary: 'Кому уходит ежедневная сводка',
      answer: digestShape,
      handle: async ({ key }) => {
        refuseBranchKey(key, why)
        return await view()
      },
    }),
    route({
      method: 'PUT',
      path: '/digest',
      scope: 'alerts:write',
      audit: { act: 'digest.change' },
      summary: 'Назначить, кому и в котором часу отправлять сводку дня',
      description:
        'Сводка уходит раз в день в чат самого владельца, через общий лимит бота; сообщением клиенту она не считается и в журнал не попадает. ' +
        'Картинку с графиком получает Telegram, MAX и ВКонтакте — текст; в WhatsApp сводка не уходит.',
      body: digestSchema,
      bodyExample: { channel: 'telegram', address: '123456789', hour: 20 },
      answer: digestShape,
      handle: async ({ body, key }) => {
        refuseBranchKey(key, why)
        refuseUnsendable(needs, body)
        await saveDigest(needs, body, key.id)
        return await view()
      },
    }),
    route({
      method: 'DELETE',
      path: '/digest',
      scope: 'alerts:write',
      audit: { act: 'digest.stop' },
      summary: 'Больше не отправлять сводку',
      answer: digestShape,
      handle: async ({ key }) => {
        refuseBranchKey(key, why)
        await saveDigest(needs, undefined, key.id)
        return await view()
      },
    }),
    route({
      method: 'GET',
      path: '/digest/preview',
      scope: 'alerts:write',
      summary: 'Какой была бы сводка сейчас',
      description: 'По числам последнего пересчёта: он идёт каждые 5 минут, предпросмотр ничего не считает сам.',
      query: z.object({
        hour: z.coerce.number().int().min(0).max(23).optional().describe('Как если бы сводка уходила в этом часу'),
        format: z.enum(['json', 'png']).default('json').describe('png — сама картинка'),
      }),
      answer: z.object({ day: z.iso.date(), text: z.string(), hasPicture: z.boolean() }),
      errors: ['not_found'],
      handle: async ({ query: { hour, format }, key }, reply) => {
        refuseBranchKey(key, why)
        const settings = await readDigest(needs)
        const asked = { hour: hour ?? settings?.hour ?? 20, branches: settings?.branches }
        const { day, text, picture } = await composeDigest(
          { db: needs.db, timezone: needs.policy.timezone },
          asked,
          new Date(),
        )
        if (format === 'json') return { day, text, hasPicture: picture !== undefined }
        if (!picture)
          throw new RequestError('not_found', 'Рисовать пока нечего: за две недели не было ни одного сообщения.')
        return await reply.type('image/png').send(picture)
      },
    }),
  ]
}

function refuseUnsendable({ policy }: ApiNeeds, { channel }: DigestSettings): void {
  if (!policy.channelsOn.includes(channel))
    throw new RequestError('field_invalid', `Поле «channel»: канал «${channel}» выключен, сводка по нему не уйдёт.`)
  if (forbiddenChannels(policy, 'service').includes(channel))
    throw new RequestError('field_invalid', `Поле «channel»: канал «${channel}» закрыт настройкой FOREIGN_MESSENGERS.`)
}
