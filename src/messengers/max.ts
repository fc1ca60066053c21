import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { registry } from '../channels/registry.ts'
import { ConfigError, deadlines, httpUrl, perSecond, type Settings } from './fields.ts'

const environment = {
  MAX_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'a token without spaces, and without Bearer before it, from business.max.ru')
    .optional()
    .meta({
      about: 'Token of the bot from business.max.ru. Unset: the channel is off.',
      example: 'f9LHodD0cOLexampleexampleexampleexample',
    }),
  MAX_API_ROOT: httpUrl.default('https://platform-api2.max.ru').meta({ about: 'MAX Bot API server.' }),
  MAX_CA_FILE: z.string().optional().meta({
    about: 'PEM file with the certificates of the Минцифры CA, trusted for MAX alone.',
    example: '/etc/vestnik/mintsifry-ca.pem',
  }),
  MAX_UPDATES: z
    .enum(['webhook', 'polling'])
    .default('webhook')
    .meta({ about: 'How updates come in. Without PUBLIC_URL always polling.' }),
  MAX_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,256}$/, '8 to 256 letters, digits, _ or -')
    .optional()
    .meta({ about: 'Required with MAX_TOKEN, MAX_UPDATES=webhook and PUBLIC_URL.', example: 'a-long-random-word' }),
  MAX_RATE_PER_SECOND: perSecond(25).meta({ about: 'Sends a second for the whole bot, over all workers.' }),
}

type MaxEnvironment = Settings<typeof environment>

export const max = {
  environment,

  /** MAX calls https on port 443 only (dev.max.ru, POST /subscriptions). */
  check(config: MaxEnvironment): void {
    if (!isMaxCalling(config)) return
    const { protocol, port } = new URL(config.PUBLIC_URL ?? '')
    if (protocol !== 'https:' || port !== '') {
      throw new ConfigError(
        'PUBLIC_URL: MAX calls only https:// on port 443; set another address, or MAX_UPDATES=polling. Example: PUBLIC_URL=https://vestnik.example.ru',
      )
    }
    if (config.MAX_WEBHOOK_SECRET === undefined) {
      throw new ConfigError(
        'MAX_WEBHOOK_SECRET: needed with MAX_UPDATES=webhook. Example: MAX_WEBHOOK_SECRET=a-long-random-word',
      )
    }
  },

  perSecond: (config: MaxEnvironment) => config.MAX_RATE_PER_SECOND,

  apiRoot: (config: MaxEnvironment) => config.MAX_API_ROOT,

  isOn: (config: MaxEnvironment) => config.MAX_TOKEN !== undefined,

  open(config: MaxEnvironment) {
    if (config.MAX_TOKEN === undefined) return undefined
    return registry.max.create({
      ...deadlines,
      token: config.MAX_TOKEN,
      apiRoot: config.MAX_API_ROOT,
      getUpdatesTimeoutS: 30,
      ...(config.MAX_CA_FILE === undefined ? {} : { ca: certificatesIn(config.MAX_CA_FILE) }),
      ...(isMaxCalling(config) && config.MAX_WEBHOOK_SECRET !== undefined
        ? { webhookSecret: config.MAX_WEBHOOK_SECRET }
        : {}),
    })
  },
}

/** Without an address from outside nobody can call us: then MAX is polled. */
export function isMaxCalling(config: MaxEnvironment): boolean {
  return config.MAX_TOKEN !== undefined && config.MAX_UPDATES === 'webhook' && config.PUBLIC_URL !== undefined
}

/** @throws ConfigError with one line: a wrong file would show only as a connection that never stands. */
function certificatesIn(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    for (const each of found) new X509Certificate(each)
    if (found.length > 0) return found.join('\n')
  } catch {
    // Said below.
  }
  throw new ConfigError(
    `MAX_CA_FILE: expected a readable PEM file with certificates at ${file}. Example: MAX_CA_FILE=/etc/vestnik/mintsifry-ca.pem`,
  )
}
