import { catalog } from './events/catalog.ts'
import type { EventType } from './events/event.ts'
import { whatsappTemplatesOf } from './messengers/whatsapp.ts'
import { brandingOf } from './notifications/branding.ts'
import { renderEvent } from './notifications/render.ts'
import type { ReadWording, Wording } from './notifications/wording.ts'
import type { Services } from './services.ts'
import type { Branding } from './templates/facts.ts'
import { publishedTemplates } from './templates/store/versions.ts'

/** The words that the owner wants at this moment. */
export async function readWording(
  { config, db, log, branchBrands }: Pick<Services, 'config' | 'db' | 'log' | 'branchBrands'>,
  change: Parameters<ReadWording>[0] = (published) => [...published],
): Promise<Wording> {
  const company = companyBranding(config)
  const [brandOf, published] = await Promise.all([branchBrands.read(), publishedTemplates(db)])
  const approved = whatsappTemplatesOf(config)
  const needs = {
    timezone: config.TIMEZONE,
    definitionOf: (type: keyof typeof catalog) => catalog[type],
    published: change(published),
    onTemplateTrouble: (trouble: object) =>
      log.error({
        msg: 'template.failed',
        ...trouble,
        advice: 'mend the template; the text that ships went in its place',
      }),
    variablesOf: (type: keyof typeof catalog) => Object.values(approved[type]?.parameters ?? []),
  }
  return {
    render: (event, now, to) => {
      const branding = brandingOf(company, event.branch && brandOf(event.branch))
      return renderEvent({ ...needs, branding }, event, now, to)
    },
  }
}

export function companyBranding(config: Services['config']): Branding {
  return {
    companyName: config.COMPANY_NAME,
    companySite: config.COMPANY_SITE,
    feedbackUrl: config.FEEDBACK_URL,
    logoUrl: config.LOGO_URL,
  }
}

/** The variables that WhatsApp's approved template of a type names. */
export function approvedVariablesOf(
  config: Pick<Services['config'], 'WHATSAPP_TEMPLATES'>,
  type: EventType,
): readonly string[] | undefined {
  const parameters = whatsappTemplatesOf(config)[type]?.parameters
  return parameters === undefined ? undefined : Object.values(parameters)
}
