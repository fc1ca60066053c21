import { z } from 'zod'
import { channelNames, wayNames } from '../channels/channel.ts'
import { RequestError } from '../lib/errors.ts'
import { parseId } from '../lib/ids.ts'
import { type Resent, resend } from '../notifications/resend.ts'
import { type ApiRoute, type KeyInUse, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'

const idInput = z.object({
  id: z
    .string()
    .describe('Сообщение, dlv_…')
    .transform((id) => parseId('delivery', id)),
})

const resendInput = z.strictObject({
  channel: z
    .enum(channelNames)
    .nullish()
    .describe('Через какой мессенджер; нет — через тот же, а если там клиента нет, через следующий его мессенджер'),
  force: z
    .boolean()
    .default(false)
    .describe('Отправить, даже если сообщение дошло или могло дойти: текст начнётся словами «Повторное сообщение»'),
})

/** `POST /deliveries/:id/resend`: an operator's hand. */
export function resendRoutes(needs: ApiNeeds): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/deliveries/:id/resend',
      scope: 'deliveries:write',
      audit: { act: 'delivery.resend' },
      summary: 'Отправить сообщение ещё раз',
      description:
        'Те же слова, что были; для другого мессенджера — его текст. Каждое сообщение повторяется один раз: второй такой же запрос ' +
        'ответит already. Тому, кто отказался, удалён или достижим только через закрытый законом мессенджер, не отправится.',
      params: idInput,
      body: resendInput,
      bodyExample: { channel: 'max', force: false },
      answer: z.object({
        id: z.string().describe('Новое сообщение, dlv_…'),
        from: z.string(),
        channel: z.enum(wayNames),
        status: z.enum(['queued', 'already']),
        repeat: z.boolean().describe('Текст начинается словами «Повторное сообщение»'),
      }),
      errors: ['conflict'],
      handle: async ({ params: { id }, body, key }) => {
        if (id === undefined) throw unknownDelivery()
        const { channel, force } = body
        const asked = { id, channel: channel ?? undefined, force, by: key.user ?? key.id, within: withinOf(key) }
        return { from: id, ...viewOf(await resend(needs, asked)) }
      },
    }),
  ]
}

export function withinOf({ source, branchCode }: KeyInUse) {
  return { source, branches: branchCode === null ? null : [branchCode] }
}

/** @throws RequestError when it was not sent, with why. */
function viewOf(resent: Resent) {
  switch (resent.kind) {
    case 'unknown':
      throw unknownDelivery()
    case 'refused':
      throw new RequestError('conflict', resent.text)
    case 'already':
      return { id: resent.id, channel: resent.channel, status: 'already', repeat: false }
    case 'made':
      return { id: resent.id, channel: resent.channel, status: 'queued', repeat: resent.isRepeat }
  }
}

function unknownDelivery(): RequestError {
  return new RequestError('not_found', 'Такого сообщения нет. Идентификаторы: items[].id в GET /api/v1/journal.')
}
