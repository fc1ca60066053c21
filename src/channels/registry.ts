import type { Channel, ChannelName, Repeats } from './channel.ts'
import { createMaxChannel, type MaxSettings } from './max/channel.ts'
import { createTelegramChannel, type TelegramSettings } from './telegram/channel.ts'
import { createVkChannel, type VkSettings } from './vk/channel.ts'
import { createWhatsAppChannel, type WhatsAppSettings } from './whatsapp/channel.ts'

/** How many buttons a message of ours may have there, and how long what they say; null where a longer label is cut. */
export type ButtonRoom = { most: number; rows: number; label: number | null; text: number }

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
    room: { most: 50, rows: 25, label: null, text: 4096 },
    chatIntervalMs: 1_000,
  },
  vk: {
    create: createVkChannel,
    canTell: { delivered: false, read: true },
    repeats: 'same',
    room: { most: 10, rows: 6, label: null, text: 4096 },
    chatIntervalMs: 1_000,
  },
  max: {
    create: createMaxChannel,
    canTell: { delivered: false, read: false },
    repeats: 'marked',
    room: { most: 50, rows: 25, label: null, text: 4000 },
    chatIntervalMs: 1_000,
  },
  // Meta's pair limit: about one message in six seconds to one person, then error 131056.
  whatsapp: {
    create: createWhatsAppChannel,
    canTell: { delivered: true, read: true },
    repeats: 'none',
    room: { most: 3, rows: 3, label: 20, text: 1024 },
    chatIntervalMs: 6_000,
  },
} as const satisfies {
  [N in keyof ChannelSettings]: Spacing & {
    create(settings: ChannelSettings[N]): Channel
    canTell: CanTell
    repeats: Repeats
    room: ButtonRoom
  }
}

export type RegisteredName = keyof typeof registry & ChannelName

export function repeatsOf(name: string | null): Repeats {
  return name !== null && isRegistered(name) ? registry[name].repeats : 'marked'
}

function isRegistered(name: string): name is RegisteredName {
  return Object.hasOwn(registry, name)
}
