import { z } from 'zod'
import { registry } from '../channels/registry.ts'
import { ConfigError, deadlines, httpUrl, integer, perSecond, type Settings } from './fields.ts'

const proxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z
      .array(
        z.url({
          protocol: /^(http|socks5h?)$/,
          error: 'addresses that begin with http:// or socks5://, several by comma',
        }),
      )
      .min(1),
  )

const environment = {
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d{3,}:[\w-]{10,}$/, 'a token such as 123456789:AAE… from @BotFather')
    .optional()
    .meta({
      about: 'Token from @BotFather. Unset: the channel is off.',
      example: '123456789:AAEexampleexampleexampleexample',
    }),
  TELEGRAM_API_ROOT: httpUrl
    .default('https://api.telegram.org')
    .meta({ about: 'Bot API server, or your own reverse proxy.' }),
  TELEGRAM_PROXY_URL: proxies.optional().meta({
    about: 'Proxies on the way to Telegram, tried in turn; the first that works is used.',
    example: 'socks5://user:password@proxy.example.net:1080',
  }),
  TELEGRAM_PROXY_CHECK_SECONDS: integer(1, 3600)
    .default(20)
    .meta({ about: 'How often each process looks whether every proxy still leads to Telegram.' }),
  TELEGRAM_UPDATES: z.enum(['polling', 'webhook']).default('polling').meta({ about: 'How updates come in.' }),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{8,256}$/, '8 to 256 letters, digits, _ or -')
    .optional()
    .meta({ about: 'Required with TELEGRAM_UPDATES=webhook.' }),
  TELEGRAM_RATE_PER_SECOND: perSecond(25).meta({ about: 'Sends a second for the whole bot, over all workers.' }),
}

type TelegramEnvironment = Settings<typeof environment>

export const telegram = {
  environment,

  check({ TELEGRAM_UPDATES, TELEGRAM_WEBHOOK_SECRET, PUBLIC_URL }: TelegramEnvironment): void {
    if (TELEGRAM_UPDATES !== 'webhook') return
    if (TELEGRAM_WEBHOOK_SECRET === undefined) {
      throw new ConfigError(
        'TELEGRAM_WEBHOOK_SECRET: needed with TELEGRAM_UPDATES=webhook. Example: TELEGRAM_WEBHOOK_SECRET=a-long-random-word',
      )
    }
    if (PUBLIC_URL === undefined) {
      throw new ConfigError(
        'PUBLIC_URL: needed with TELEGRAM_UPDATES=webhook. Example: PUBLIC_URL=https://vestnik.example.ru',
      )
    }
  },

  perSecond: (config: TelegramEnvironment) => config.TELEGRAM_RATE_PER_SECOND,

  apiRoot: (config: TelegramEnvironment) => config.TELEGRAM_API_ROOT,

  isOn: (config: TelegramEnvironment) => config.TELEGRAM_BOT_TOKEN !== undefined,

  open(config: TelegramEnvironment) {
    if (config.TELEGRAM_BOT_TOKEN === undefined) return undefined
    return registry.telegram.create({
      ...deadlines,
      token: config.TELEGRAM_BOT_TOKEN,
      apiRoot: config.TELEGRAM_API_ROOT,
      getUpdatesTimeoutS: 30,
      ...(config.TELEGRAM_PROXY_URL === undefined ? {} : { proxies: config.TELEGRAM_PROXY_URL }),
      proxyCheckMs: config.TELEGRAM_PROXY_CHECK_SECONDS * 1000,
      ...(config.TELEGRAM_UPDATES === 'webhook' && config.TELEGRAM_WEBHOOK_SECRET !== undefined
        ? { webhookSecret: config.TELEGRAM_WEBHOOK_SECRET }
        : {}),
    })
  },
}
