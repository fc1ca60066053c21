import { z } from 'zod'
import { channelNames } from '../channels/channel.ts'
import { textOf } from '../deliveries/alerts.ts'
import { alertChats, recentAlerts, setAlertChats } from '../deliveries/store/alerts.ts'
import { type ApiRoute, refuseBranchKey, route } from './route.ts'
import type { ApiNeeds } from './routes.ts'
import { momentShape } from './shapes.ts'

const chatShape = z.strictObject({
  channel: z.enum(channelNames),
  address: z.string().trim().min(1).max(100).describe('Идентификатор чата, как у контакта клиента'),
})

const alertsShape = z.object({
  chats: z.array(chatShape),
  recent: z.array(
    z.object({ channel: z.enum(channelNames), turn: z.enum(['down', 'up']), text: z.string(), at: momentShape }),
  ),
})

/** Who is told when a messenger as a whole stops taking messages. */
export function alertRoutes(needs: ApiNeeds): ApiRoute[] {
  const view = async () => ({
    chats: await alertChats(needs.db),
    recent: (await recentAlerts(needs.db, 20)).map((alert) => ({
      channel: alert.channel,
      turn: alert.turn,
      text: textOf(alert),
      at: alert.at.toISOString(),
    })),
  })
  return [
    route({
      method: 'GET',
      path: '/alerts',
      scope: 'alerts:write',
      summary: 'Кому сообщается об остановке канала, и последние тревоги',
      answer: alertsShape,
      handle: async ({ key }) => {
        refuseBranchKey(key, 'каналы общие для всех площадок')
        return await view()
      },
    }),
    route({
      method: 'PUT',
      path: '/alerts',
      scope: 'alerts:write',
      audit: { act: 'alerts.change' },
      summary: 'Назначить чаты администраторов',
      description:
        'Список заменяется целиком. Об остановке канала сообщают по другому, поэтому укажите чаты хотя бы в двух мессенджерах; ' +
        'бот пишет только тому, кто ему уже писал.',
      body: z.strictObject({ chats: z.array(chatShape).max(20) }),
      bodyExample: {
        chats: [
          { channel: 'max', address: '700123' },
          { channel: 'telegram', address: '123456789' },
        ],
      },
      answer: alertsShape,
      handle: async ({ body, key }) => {
        refuseBranchKey(key, 'каналы общие для всех площадок')
        await setAlertChats(needs.db, body.chats, key.id)
        return await view()
      },
    }),
  ]
}
