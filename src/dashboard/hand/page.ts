import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { channelNames } from '../../channels/channel.ts'
import { RequestError } from '../../lib/errors.ts'
import { parseId } from '../../lib/ids.ts'
import { type Resent, resend } from '../../notifications/resend.ts'
import { operatorOf } from '../access/rights.ts'
import type { Desk } from '../desk.ts'
import { type Html, html, nothing } from '../frame/html.ts'
import { eventOfDelivery } from '../search/store.ts'

const form = z.object({
  channel: z.enum(channelNames).optional().catch(undefined),
  force: z.literal('true').optional().catch(undefined),
})
const idInput = z.object({ id: z.string() })

/** `POST /deliveries/:id/resend`: the button beside a message. */
export function handRoutes(app: FastifyInstance, desk: Desk): void {
  app.post('/deliveries/:id/resend', { config: { right: 'act', act: 'delivery.resend' } }, async (request, reply) => {
    const id = parseId('delivery', idInput.parse(request.params).id)
    if (id === undefined) throw unknownDelivery()
    const { channel, force } = form.parse(request.body)
    const operator = operatorOf(request)
    request.noted.detail = { channel, force: force !== undefined }
    const resent = await resend(desk, {
      id,
      channel,
      force: force !== undefined,
      by: operator.userName,
      within: { source: null, branches: operator.branches },
    })
    const event = await eventOfDelivery(desk.db, id)
    return answer(reply, resent, `/events/${event}`)
  })
}

function answer(reply: FastifyReply, resent: Resent, path: string): FastifyReply {
  switch (resent.kind) {
    case 'unknown':
      throw unknownDelivery()
    case 'refused':
      throw new RequestError('conflict', withoutForce(resent.text))
    case 'already':
    case 'made':
      return reply.redirect(`${path}?done=${resent.kind === 'made' ? 'resent' : 'already'}`, 303)
  }
}

/** An operator knows buttons, not fields. */
export function withoutForce(text: string): string {
  return text.replace(/[;.] [Пп]одтвердите, что он[оа]? нуж(?:ен|но) \(force\)\./, '.')
}

function unknownDelivery(): RequestError {
  return new RequestError('not_found', 'Такого сообщения нет.')
}

/** What the page after an act says of it. */
export function doneNotice(query: unknown): Html {
  const parsed = z.object({ done: z.string() }).safeParse(query)
  const done = parsed.data?.done ?? ''
  return Object.hasOwn(doneTexts, done) ? html`<p class="notice good" role="status">${doneTexts[done]}</p>` : nothing
}

const doneTexts: Record<string, string> = {
  resent:
    'Сообщение поставлено в очередь. Через несколько секунд обновите страницу: здесь будет видно, что с ним стало.',
  already: 'Это сообщение уже отправлено ещё раз; второй раз его никто не отправит.',
  saved: 'Сохранено.',
  answered: 'Ответ поставлен в очередь и придёт в тот же чат.',
  closed: 'Вопрос закрыт.',
  unlinked: 'Мессенджер отключён: туда больше ничего не уйдёт.',
  withdrawn: 'Отказ записан: таких сообщений клиент больше не получит.',
  merged: 'Записи объединены: оба идентификатора означают теперь этого клиента.',
  paused: 'Очередь остановлена: новые сообщения ждут, деньги за это время не устареют.',
  draining: 'Новые сообщения ждут; начатые доводятся до конца.',
  running: 'Очередь идёт. Ждавшие сообщения уйдут в своём порядке.',
  published: 'Шаблон опубликован: следующее же сообщение уйдёт с этим текстом.',
  rolledback: 'Прежний текст возвращён.',
  dropped: 'Черновик удалён.',
  revoked: 'Ключ отозван.',
  confirmed: 'База подтверждена: удержанные события отправляются.',
  refused: 'База отклонена: её события останутся в журнале и не будут отправлены.',
  password: 'Пароль сменён; на других устройствах вы вышли.',
}
