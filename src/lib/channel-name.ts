/** The messengers, as every part of the program calls them. */
export const channelNames = ['max', 'vk', 'telegram', 'whatsapp'] as const
export type ChannelName = (typeof channelNames)[number]

/** Every way a message may go: a messenger, or the stand-in behind the test phones, which never leaves the process. */
export const wayNames = [...channelNames, 'sandbox'] as const
export type WayName = (typeof wayNames)[number]

/** As clients and operators call them. */
export const channelTitles: Record<WayName, string> = {
  max: 'MAX',
  vk: 'ВКонтакте',
  telegram: 'Telegram',
  whatsapp: 'WhatsApp',
  sandbox: 'тестовый телефон',
}
