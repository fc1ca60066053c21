import type { Channel, ChannelName, Repeats } from './channel.ts'
import { createMaxChannel, type MaxSettings } from './max/channel.ts'
import { createTelegramChannel, type TelegramSettings } from './telegram/channel.ts'

/** What a messenger can tell about a message it took; what it cannot is shown as "cannot tell". */
export type CanTell = { delivered: boolean; read: boolean }

export type ChannelSettings = { telegram: TelegramSettings; max: MaxSettings }

export const registry = {
  telegram: { create: createTelegramChannel, canTell: { delivered: false, read: false }, repeats: 'marked' },
  max: { create: createMaxChannel, canTell: { delivered: false, read: false }, repeats: 'marked' },
} as const satisfies {
  [N in keyof ChannelSettings]: { create(settings: ChannelSettings[N]): Channel; canTell: CanTell; repeats: Repeats }
}

export type RegisteredName = keyof typeof registry & ChannelName

export function repeatsOf(name: string | null): Repeats {
  return name !== null && isRegistered(name) ? registry[name].repeats : 'marked'
}

function isRegistered(name: string): name is RegisteredName {
  return Object.hasOwn(registry, name)
}
