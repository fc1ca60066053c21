import { z } from 'zod'
import { channelNames } from './channels/channel.ts'
import { ConfigError, httpUrl, integer, secret } from './messengers/fields.ts'
import { messengerEnvironment, messengers } from './messengers.ts'

export { ConfigError } from './messengers/fields.ts'

/**
 * The environment, read once and checked at start. `meta` is the comment of .env.example: a test keeps the two equal.
 * An empty value counts as unset, as docker compose passes unset variables on.
 */

const list = <T extends string>(words: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(words)).min(1))
const zone = z.string().refine(isZone, 'a zone such as Europe/Moscow')

export const encryptionKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const [id = '', encoded = ''] = part.trim().split(/:(.*)/s)
    return { id, key: Buffer.from(encoded, 'base64') }
  })
  const [first, ...rest] = keys
  if (first && keys.every((each) => /^[\w-]{1,32}$/.test(each.id) && each.key.length === 32)) {
    return [first, ...rest] as [typeof first, ...(typeof first)[]]
  }
  context.addIssue({ code: 'custom', message: 'id:base64(32 bytes), several by comma' })
  return z.NEVER
})

export const environment = z.object({
  HOST: z.string().default('127.0.0.1').meta({ about: 'Address to listen on. The container sets 0.0.0.0.' }),
  PORT: integer(0, 65535).default(3000).meta({ about: 'Port to listen on.' }),
  PUBLIC_URL: httpUrl.optional().meta({
    about: 'Address seen from outside, for links and messenger webhooks. Unset: no links, polling everywhere.',
    example: 'https://vestnik.example.ru',
  }),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'an address that begins with postgres://')
    .optional()
    .meta({
      about: 'Postgres 15 or newer. Unset: an embedded Postgres in DATA_DIR.',
      example: 'postgres://vestnik:password@localhost/vestnik',
    }),
  DATA_DIR: z.string().default('.data').meta({ about: 'Where the embedded Postgres and generated secrets live.' }),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'an address that begins with redis://')
    .optional()
    .meta({
      about: 'Redis or Valkey for the queue. Unset: the queue is kept in Postgres.',
      example: 'redis://localhost:6379',
    }),
  ROLES: list(['api', 'worker', 'bot'])
    .default(['api', 'worker', 'bot'])
    .meta({ about: 'What this process does: api, worker, bot.', example: 'api,worker,bot' }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ about: 'How much is logged.' }),
  ENCRYPTION_KEYS: encryptionKeys.optional().meta({
    about:
      'Master keys: the first encrypts, all decrypt. Needed with DATABASE_URL; embedded mode makes one in DATA_DIR.',
    example: '2026a:bWFrZSBtZSB3aXRoOiBvcGVuc3NsIHJhbmQgMzIgLWI=',
  }),
  ADMIN_API_KEY: secret
    .optional()
    .meta({ about: 'Bearer key of /api/v1. Embedded mode makes one and prints it once.' }),
  DASHBOARD_PASSWORD: secret
    .optional()
    .meta({ about: 'Password of the first administrator, user "admin". Embedded mode makes one and prints it once.' }),
  WEBHOOK_1C_KEY: secret
    .optional()
    .meta({ about: 'Key of the 1C sender (Bearer, or password of Basic). Unset: /webhooks/1c answers 404.' }),
  WEBHOOK_1C_SECRET: secret.optional().meta({ about: 'If set, requests of 1C must bear an HMAC signature too.' }),
  WEBHOOK_VTORIUM_KEY: secret
    .optional()
    .meta({ about: 'Key of the VTORIUM sender. Unset: /webhooks/vtorium answers 404.' }),
  WEBHOOK_VTORIUM_SECRET: secret
    .optional()
    .meta({ about: 'If set, requests of VTORIUM must bear an HMAC signature too.' }),
  TIMEZONE: zone.default('Europe/Moscow').meta({ about: 'Zone of dates that name none.' }),
  COMPANY_NAME: z.string().max(100).optional().meta({ about: 'Branding: name of the company.', example: 'МеталлПром' }),
  COMPANY_SITE: httpUrl.optional().meta({ about: 'Branding: site of the company.', example: 'https://example.ru' }),
  FEEDBACK_URL: httpUrl.optional().meta({ about: 'Branding: feedback form.', example: 'https://example.ru/otzyv' }),
  LOGO_URL: httpUrl.optional().meta({ about: 'Branding: logo picture.', example: 'https://example.ru/logo.png' }),
  CHANNEL_ORDER: list(channelNames).default(['max', 'vk', 'telegram', 'whatsapp']).meta({
    about: "Which messenger is tried first; a client's own choice wins.",
    example: 'max,vk,telegram,whatsapp',
  }),
  FOREIGN_MESSENGERS: z
    .enum(['allowed', 'forbidden'])
    .default('allowed')
    .meta({ about: '41-ФЗ: forbidden means that Telegram and WhatsApp never send.' }),
  SEND_MODE: z
    .enum(['live', 'team', 'test'])
    .default('live')
    .meta({ about: 'live; team: only to contacts marked as team; test: nothing leaves.' }),
  LINK_DAYS: integer(1, 365).default(14).meta({ about: 'How many days a one-time link of the weighing slip is good.' }),
  OUTGOING_WEBHOOKS: z.enum(['public', 'any']).default('public').meta({
    about:
      'Where outgoing webhooks may go. public: https and addresses of the open internet; any: also http and your own network.',
  }),
  ...messengerEnvironment,
})

export type Config = z.output<typeof environment>
export type Variable = keyof Config

/** @throws ConfigError with one line a human can act on: the variable, what was expected, an example. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = environment.safeParse(given)
  if (!parsed.success) throw new ConfigError(problemLine(parsed.error))
  crossCheck(parsed.data)
  return parsed.data
}

/** The process's own environment: the one place that reads it. */
export function processEnvironment(): Record<string, string | undefined> {
  // biome-ignore lint/style/noProcessEnv: this is the one place
  return process.env
}

function problemLine(error: z.ZodError): string {
  const issue = error.issues[0]
  const name = String(issue?.path[0] ?? 'environment')
  const example = name in environment.shape ? exampleOf(variableOf(name)) : undefined
  return `${name}: expected ${issue?.message ?? 'another value'}.${example === undefined ? '' : ` Example: ${name}=${example}`}`
}

function exampleOf(name: Variable): string {
  const shape = environment.shape[name]
  const shown = shape.meta()?.['example'] ?? shape.safeParse(undefined).data
  return shown === undefined ? 'a-long-random-word' : String(shown)
}

/** Guarantee: called only with a key of the schema. */
function variableOf(name: string): Variable {
  return name as Variable
}

function crossCheck(config: Config): void {
  const embedded = config.DATABASE_URL === undefined
  if (!embedded && config.ENCRYPTION_KEYS === undefined) {
    throw new ConfigError(
      'ENCRYPTION_KEYS: needed with DATABASE_URL, or nobody could read the database again. Example: ENCRYPTION_KEYS=2026a:$(openssl rand -base64 32)',
    )
  }
  for (const messenger of Object.values(messengers)) messenger.check(config)
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
