import { z } from 'zod'
import { registry } from '../channels/registry.ts'
import type { WhatsAppTemplates } from '../channels/whatsapp/channel.ts'
import { catalog } from '../events/catalog.ts'
import { eventTypeSchema } from '../events/event.ts'
import { variableNamed } from '../templates/variables.ts'
import { ConfigError, deadlines, httpUrl, perSecond, type Settings, secret } from './fields.ts'

/** The variable under the name by which everything else here knows it. */
const variableName = z.string().transform((name, context) => {
  const known = variableNamed(name)
  if (known) return known.names[0]
  context.addIssue({ code: 'custom', message: `a variable of the templates in place of "${name}"` })
  return z.NEVER
})

const whatsappTemplate = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/, 'a template name of a-z, 0-9 and _'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'a language code such as ru')
    .default('ru'),
  parameters: z.union([z.array(variableName), z.record(z.string().regex(/^[a-z0-9_]+$/), variableName)]).optional(),
})

const whatsappTemplates = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'JSON, event type → { "name", "language", "parameters" }' })
      return z.NEVER
    }
  })
  .pipe(z.partialRecord(eventTypeSchema, whatsappTemplate))

const environment = {
  WHATSAPP_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{20,}$/, "a system user's token of Meta, 20 characters or more")
    .optional()
    .meta({ about: "System user's token of the WhatsApp Business Cloud API. Unset: the channel is off." }),
  WHATSAPP_PHONE_NUMBER_ID: z
    .string()
    .regex(/^\d{5,32}$/, 'the id of the number, digits; not the phone itself')
    .optional()
    .meta({ about: 'Id of the sending number at Meta. Needed with WHATSAPP_TOKEN.', example: '106540352242922' }),
  WHATSAPP_APP_SECRET: secret
    .optional()
    .meta({ about: "Secret of Meta's app: it signs what comes to /channels/whatsapp. Needed with WHATSAPP_TOKEN." }),
  WHATSAPP_VERIFY_TOKEN: secret
    .optional()
    .meta({ about: "Word of your own, entered in the app's webhook settings too. Needed with WHATSAPP_TOKEN." }),
  WHATSAPP_API_ROOT: httpUrl
    .default('https://graph.facebook.com/v26.0')
    .meta({ about: 'Graph API with its version, or your own reverse proxy.' }),
  WHATSAPP_TEMPLATES: whatsappTemplates.optional().meta({
    about:
      'Approved templates by event type, where they differ from vestnik_<type with underscores>, ru and the usual parameters.',
    example: '{"payout.paid":{"name":"payout_paid_2","language":"ru","parameters":["сумма","способ","время"]}}',
  }),
  WHATSAPP_RATE_PER_SECOND: perSecond(20).meta({ about: 'Sends a second for the whole number, over all workers.' }),
}

type WhatsAppEnvironment = Settings<typeof environment>

const companions = {
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_APP_SECRET: 'a-long-random-word',
  WHATSAPP_VERIFY_TOKEN: 'a-long-random-word',
} as const

export const whatsapp = {
  environment,

  check(config: WhatsAppEnvironment): void {
    if (config.WHATSAPP_TOKEN === undefined) return
    for (const [name, example] of Object.entries(companions)) {
      if (config[name as keyof typeof companions] === undefined)
        throw new ConfigError(`${name}: needed with WHATSAPP_TOKEN. Example: ${name}=${example}`)
    }
  },

  perSecond: (config: WhatsAppEnvironment) => config.WHATSAPP_RATE_PER_SECOND,

  apiRoot: (config: WhatsAppEnvironment) => config.WHATSAPP_API_ROOT,

  isOn: (config: WhatsAppEnvironment) => config.WHATSAPP_TOKEN !== undefined,

  open(config: WhatsAppEnvironment) {
    const { WHATSAPP_TOKEN, WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN } = config
    if (!(WHATSAPP_TOKEN && WHATSAPP_PHONE_NUMBER_ID && WHATSAPP_APP_SECRET && WHATSAPP_VERIFY_TOKEN)) return undefined
    return registry.whatsapp.create({
      ...deadlines,
      token: WHATSAPP_TOKEN,
      phoneNumberId: WHATSAPP_PHONE_NUMBER_ID,
      appSecret: WHATSAPP_APP_SECRET,
      verifyToken: WHATSAPP_VERIFY_TOKEN,
      apiRoot: config.WHATSAPP_API_ROOT,
      templates: whatsappTemplatesOf(config),
    })
  },
}

/** The approved templates: what the settings say, and for the rest the usual names and each type's own parameters. */
export function whatsappTemplatesOf({
  WHATSAPP_TEMPLATES,
}: Pick<WhatsAppEnvironment, 'WHATSAPP_TEMPLATES'>): WhatsAppTemplates {
  return Object.fromEntries(
    Object.values(catalog).map(({ type, whatsappParameters }) => {
      const own = WHATSAPP_TEMPLATES?.[type]
      const name = own?.name ?? `vestnik_${type.replaceAll('.', '_')}`
      return [type, { name, language: own?.language ?? 'ru', parameters: own?.parameters ?? whatsappParameters }]
    }),
  )
}
