import { catalog } from './events/catalog.ts'
import { whatsappTemplatesOf } from './messengers/whatsapp.ts'
import { brandingOf } from './notifications/branding.ts'
import { renderEvent } from './notifications/render.ts'
import type { Wording } from './notifications/wording.ts'
import type { Services } from './services.ts'
import type { Branding } from './templates/facts.ts'

/** The words that the owner wants at this moment. */
export async function readWording({
  config,
  branchBrands,
}: Pick<Services, 'config' | 'branchBrands'>): Promise<Wording> {
  const company = companyBranding(config)
  const brandOf = await branchBrands.read()
  const approved = whatsappTemplatesOf(config)
  const needs = {
    timezone: config.TIMEZONE,
    definitionOf: (type: keyof typeof catalog) => catalog[type],
    variablesOf: (type: keyof typeof catalog) => Object.values(approved[type]?.parameters ?? []),
  }
  return {
    render: (event, now) => {
      const branding = brandingOf(company, event.branch && brandOf(event.branch))
      return renderEvent({ ...needs, branding }, event, now)
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
