import type { Channel, ChannelName, Repeats } from './channel.ts'
import { createMaxChannel, type MaxSettings } from './max/channel.ts'
import { createTelegramChannel, type TelegramSettings } from './telegram/channel.ts'
import { createVkChannel, type VkSettings } from './vk/channel.ts'
import { createWhatsAppChannel, type WhatsAppSettings } from './whatsapp/channel.ts'

/** One message in this time in one chat, after a burst of three. */
type Spacing = { chatIntervalMs: number }

/** What a messenger can tell about a message it took; what it cannot is shown as "cannot tell". */
export type CanTell = { delivered: boolean; read: boolean }

export type ChannelSettings = {
  telegram: TelegramSettings
  vk: VkSettings
  max: MaxSettings
  whatsapp: WhatsAppSettings
}

export const registry = {
  // core.telegram.org/bots/faq: about one message a second in one chat.
  telegram: {
    create: createTelegramChannel,
    canTell: { delivered: false, read: false },
    repeats: 'marked',
    chatIntervalMs: 1_000,
  },
  vk: { create: createVkChannel, canTell: { delivered: false, read: true }, repeats: 'same', chatIntervalMs: 1_000 },
  max: {
    create: createMaxChannel,
    canTell: { delivered: false, read: false },
    repeats: 'marked',
    chatIntervalMs: 1_000,
  },
  // Meta's pair limit: about one message in six seconds to one person, then error 131056.
  whatsapp: {
    create: createWhatsAppChannel,
    canTell: { delivered: true, read: true },
    repeats: 'none',
    chatIntervalMs: 6_000,
  },
} as const satisfies {
  [N in keyof ChannelSettings]: Spacing & {
    create(settings: ChannelSettings[N]): Channel
    canTell: CanTell
    repeats: Repeats
  }
}

export type RegisteredName = keyof typeof registry & ChannelName

export function repeatsOf(name: string | null): Repeats {
  return name !== null && isRegistered(name) ? registry[name].repeats : 'marked'
}

function isRegistered(name: string): name is RegisteredName {
  return Object.hasOwn(registry, name)
}
