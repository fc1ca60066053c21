import { z } from 'zod'
import { registry } from '../channels/registry.ts'
import { ConfigError, deadlines, httpUrl, perSecond, type Settings } from './fields.ts'

const environment = {
  VK_TOKEN: z
    .string()
    .regex(/^[\w.-]{20,}$/, 'a key of the community such as vk1.a.…')
    .optional()
    .meta({
      about: 'Key of the VK community, with the right to its messages. Unset: the channel is off.',
      example: 'vk1.a.exampleexampleexampleexample',
    }),
  VK_GROUP_ID: z
    .string()
    .regex(/^[1-9]\d{0,11}$/, 'the number of the community, digits only')
    .optional()
    .meta({ about: 'Number of the community. Required with VK_TOKEN.', example: '123456789' }),
  VK_CONFIRMATION: z
    .string()
    .regex(
      /^(?!remove$)[\w-]{4,64}$/,
      'the line that the server must return, as the settings of the Callback API show it',
    )
    .optional()
    .meta({
      about: 'What the server must return, from the settings of the Callback API. Required with VK_UPDATES=webhook.',
      example: '1a2b3c4d',
    }),
  VK_SECRET: z
    .string()
    .regex(/^\w{8,50}$/, '8 to 50 letters, digits or _')
    .optional()
    .meta({
      about: 'Secret key of the Callback API. Required with VK_UPDATES=webhook.',
      example: 'a_long_random_word',
    }),
  VK_API_ROOT: httpUrl.default('https://api.vk.ru/method').meta({ about: 'Address of the VK API.' }),
  VK_UPDATES: z
    .enum(['webhook', 'polling'])
    .default('webhook')
    .meta({ about: 'How updates come in: Callback API or Bots Long Poll.' }),
  VK_RATE_PER_SECOND: perSecond(15).meta({ about: 'Sends a second for the whole community, over all workers.' }),
}

type VkEnvironment = Settings<typeof environment>

export const vk = {
  environment,

  /** VK is told our address by hand, so PUBLIC_URL is not asked for: without it the address is only not looked after. */
  check(config: VkEnvironment): void {
    if (config.VK_TOKEN === undefined) return
    if (config.VK_GROUP_ID === undefined)
      throw new ConfigError('VK_GROUP_ID: needed with VK_TOKEN. Example: VK_GROUP_ID=123456789')
    if (config.VK_UPDATES !== 'webhook') return
    const instead = 'needed with VK_UPDATES=webhook, or set VK_UPDATES=polling'
    if (config.VK_CONFIRMATION === undefined)
      throw new ConfigError(`VK_CONFIRMATION: ${instead}. Example: VK_CONFIRMATION=1a2b3c4d`)
    if (config.VK_SECRET === undefined)
      throw new ConfigError(`VK_SECRET: ${instead}. Example: VK_SECRET=a_long_random_word`)
  },

  perSecond: (config: VkEnvironment) => config.VK_RATE_PER_SECOND,

  apiRoot: (config: VkEnvironment) => config.VK_API_ROOT,

  isOn: (config: VkEnvironment) => config.VK_TOKEN !== undefined,

  open(config: VkEnvironment) {
    if (config.VK_TOKEN === undefined || config.VK_GROUP_ID === undefined) return undefined
    const { VK_CONFIRMATION: confirmation, VK_SECRET: secret } = config
    const isCalled = config.VK_UPDATES === 'webhook' && confirmation !== undefined && secret !== undefined
    return registry.vk.create({
      ...deadlines,
      token: config.VK_TOKEN,
      groupId: config.VK_GROUP_ID,
      apiRoot: config.VK_API_ROOT,
      pollWaitS: 25,
      ...(isCalled ? { callback: { confirmation, secret } } : {}),
    })
  },
}
