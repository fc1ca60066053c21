import { channelNames } from '../channels/channel.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { lanes } from './delivery.ts'

/** What an operator can pause: a messenger, or everything of a lane. */
export const queueNames = [...channelNames, ...lanes] as const
export type QueueName = (typeof queueNames)[number]

export const queueTitles: Record<QueueName, string> = {
  telegram: channelTitles.telegram,
  vk: channelTitles.vk,
  max: channelTitles.max,
  whatsapp: channelTitles.whatsapp,
  money: 'Сообщения о деньгах',
  ordinary: 'Остальные сообщения',
}
