import type { Channel, ReceiveInput } from '../channel.ts'
import { createApi } from './call.ts'
import { inspect } from './doctor.ts'
import { createDoor } from './door.ts'
import { probe } from './probe.ts'
import { type Cursor, receive } from './receive.ts'
import { send } from './send.ts'

export type VkSettings = {
  /** A key of the community with the right to its messages. */
  token: string
  groupId: string
  apiRoot: string
  /** For one send, the questions after a refusal included. */
  deadlineMs: number
  /** Shorter than `deadlineMs`: a connection that does not stand in time was surely not written to. */
  connectTimeoutMs: number
  /** How long one long poll may wait for an event. */
  pollWaitS: number
  /** With both of them VK calls us, and `door` stands in place of `receive`. */
  callback?: { confirmation: string; secret: string }
}

export function createVkChannel(settings: VkSettings): Channel {
  const api = createApi(settings)
  const { groupId, deadlineMs, callback } = settings
  const cursor: Cursor = {}
  return {
    name: 'vk',
    send: (request) => send(api, request, deadlineMs),
    async answerPress({ pressId, address }, notice) {
      // A snackbar holds 90 signs (dev.vk.com/ru/api/bots/development/keyboard).
      const shown = notice === undefined ? undefined : { type: 'show_snackbar', text: notice.slice(0, 90) }
      const params = {
        event_id: pressId,
        user_id: address,
        peer_id: address,
        ...(shown && { event_data: JSON.stringify(shown) }),
      }
      await api.call('messages.sendMessageEventAnswer', params, deadlineMs)
    },
    // One or the other: VK brings every event both ways, and would be answered twice.
    ...(callback
      ? { door: createDoor(api, { ...callback, groupId, deadlineMs }) }
      : { receive: (input: ReceiveInput) => receive(api, settings, cursor, input) }),
    probe: () => probe(api, groupId, deadlineMs),
    // vk.me opens a community by its number as well; the payload comes back as `ref` of the first message.
    linkTo: async (payload) => `https://vk.me/club${groupId}?ref=${payload}`,
    inspect: (url) => inspect(api, { groupId, deadlineMs, ...(callback && { callback }) }, url),
    close: async () => api.close(),
  }
}
