import { catalog } from './events/catalog.ts'
import { whatsappTemplatesOf } from './messengers/whatsapp.ts'
import { renderEvent } from './notifications/render.ts'
import type { Wording } from './notifications/wording.ts'
import type { Services } from './services.ts'

/** The words that the owner wants at this moment. */
export async function readWording({ config }: Pick<Services, 'config'>): Promise<Wording> {
  const branding = {
    companyName: config.COMPANY_NAME,
    companySite: config.COMPANY_SITE,
    feedbackUrl: config.FEEDBACK_URL,
  }
  const approved = whatsappTemplatesOf(config)
  const needs = {
    branding,
    timezone: config.TIMEZONE,
    definitionOf: (type: keyof typeof catalog) => catalog[type],
    variablesOf: (type: keyof typeof catalog) => Object.values(approved[type]?.parameters ?? []),
  }
  return { render: (event, now) => renderEvent(needs, event, now) }
}
