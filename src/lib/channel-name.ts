/** The messengers, as every part of the program calls them. */
export const channelNames = ['max', 'vk', 'telegram', 'whatsapp'] as const
export type ChannelName = (typeof channelNames)[number]
