import { z } from 'zod'
import { wayNames } from '../channels/channel.ts'
import { purposes } from '../clients/client.ts'
import { deliveryStates, engagements, reasons } from '../deliveries/delivery.ts'
import { sentText } from '../deliveries/message.ts'
import { compact } from '../lib/compact.ts'
import { cursorOf } from './position.ts'
import { bspStatuses, statusBsp } from './status-bsp.ts'
import type { Change } from './store.ts'

export const changeKinds = ['delivery', 'reply', 'optOut', 'consent', 'unlinked'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** A change as others see it, in `GET /changes` and in outgoing webhooks alike. */
export const changeShape = z.object({
  cursor: z.string().describe('Место в потоке; хранить ничего, кроме nextCursor, не нужно'),
  at: z.iso.datetime({ offset: true }),
  kind: z
    .enum(changeKinds)
    .describe(
      'delivery: состояние сообщения; reply: ответ клиента; optOut: отказ; consent: согласие; unlinked: мессенджер отключён, потому что сменился телефон или так решил оператор',
    ),
  eventId: z.string().optional(),
  externalEventId: z.string().optional().describe('Ваш идентификатор события'),
  deliveryId: z.string().optional(),
  operation: z.object({ id: z.string().optional(), number: z.string().optional() }).optional(),
  client: z.object({ externalId: z.string().optional(), phone: z.string().optional() }),
  channel: z.enum(wayNames).optional().describe('sandbox — тестовый телефон'),
  state: z.enum(deliveryStates).optional(),
  reason: z.enum(reasons).optional(),
  engagement: z.enum(engagements).optional(),
  purpose: z
    .enum(purposes)
    .optional()
    .describe('На что дано согласие или от чего клиент отказался; нет — клиент заблокировал бота в этом мессенджере'),
  text: z.string().optional().describe('Текст сообщения или ответа клиента'),
  statusBsp: z.enum(bspStatuses).optional().describe('Состояние словами подсистемы «Отправка SMS» БСП'),
})

export type ChangeItem = z.output<typeof changeShape>

export function itemOf(change: Change): ChangeItem {
  const { delivery } = change
  const operation = delivery && compact({ id: delivery.operationId, number: delivery.operationNumber })
  return changeShape.parse(
    compact({
      cursor: cursorOf(change.position),
      at: change.at.toISOString(),
      kind: change.kind,
      eventId: delivery?.eventId,
      externalEventId: delivery?.externalEventId,
      deliveryId: delivery?.id,
      operation: operation && Object.keys(operation).length > 0 ? operation : undefined,
      client: compact({ externalId: change.client.externalId, phone: change.client.phone }),
      channel: change.channel,
      state: change.state,
      reason: change.reason,
      engagement: change.engagement,
      purpose: change.purpose,
      text: delivery ? sentText({ ...delivery, channel: change.channel }) : change.body,
      statusBsp: change.state === null ? undefined : statusBsp[change.state],
    }),
  )
}
