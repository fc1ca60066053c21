import type { Channel, ChannelName } from './channel.ts'
import { createTelegramChannel, type TelegramSettings } from './telegram/channel.ts'

/** What a messenger can tell about a message it took; what it cannot is shown as "cannot tell". */
export type CanTell = { delivered: boolean; read: boolean }

export type ChannelSettings = { telegram: TelegramSettings }

export const registry = {
  telegram: { create: createTelegramChannel, canTell: { delivered: false, read: false } },
} as const satisfies {
  [N in keyof ChannelSettings]: { create(settings: ChannelSettings[N]): Channel; canTell: CanTell }
}

export type RegisteredName = keyof typeof registry & ChannelName
