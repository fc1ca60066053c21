import type { AnswerWord } from '../channels/message.ts'
import { isZone } from '../lib/russian/time.ts'

/**
 * The part of the canonical event (contract §3.2) that texts are made of. Declared here and not imported: `events` and
 * `templates` are neighbours, and a template needs nothing else of an event.
 */
export type TemplateEvent = {
  type: string
  occurredAt?: string | undefined
  branch?: { name?: string | undefined; timezone?: string | undefined } | undefined
  client: { phone?: string | undefined; fullName?: string | undefined }
  operation?:
    | {
        number?: string | undefined
        date?: string | undefined
        items?: readonly TemplateItem[] | undefined
        amount?: string | undefined
      }
    | undefined
  payment?:
    | {
        amount?: string | undefined
        currency?: string | undefined
        method?: 'card' | 'sbp' | 'account' | 'cash' | 'other' | undefined
        last4?: string | undefined
        stage?: number | undefined
        stages?: number | undefined
        remaining?: string | undefined
        nextDate?: string | undefined
        dueDate?: string | undefined
      }
    | undefined
  bonus?: { points?: string | undefined; balance?: string | undefined; expiresAt?: string | undefined } | undefined
  occasion?: string | undefined
  reason?: string | undefined
}

export type TemplateItem = {
  material?: string | undefined
  materialGenitive?: string | undefined
  contaminationPct?: string | undefined
  netKg?: string | undefined
  pricePerKg?: string | undefined
  amount?: string | undefined
}

/** The company's own of the environment, or what its branch has in their place; what is absent does not appear in a message. */
export type Branding = {
  companyName?: string | undefined
  companySite?: string | undefined
  feedbackUrl?: string | undefined
  logoUrl?: string | undefined
  /** Stands below the text in place of the company's name. */
  signature?: string | undefined
  /** «Доброе утро, Иван Петрович!» before the text. */
  greeting?: boolean | undefined
  /** Buttons to answer with. */
  answers?: readonly AnswerWord[] | undefined
}

/** All a template may speak of, and all it can reach. */
export type Facts = { event: TemplateEvent; branding: Branding; now: Date; zone: string }

export type FactsInput = {
  event: TemplateEvent
  branding?: Branding | undefined
  /** The moment of rendering: whether a fact is of today depends on it. */
  now: Date
  /** `TIMEZONE`; used when the branch names no zone, or one that this machine does not know. */
  defaultTimezone: string
}

export function factsOf(input: FactsInput): Facts {
  const own = input.event.branch?.timezone
  const zone = own !== undefined && isZone(own) ? own : input.defaultTimezone
  return { event: input.event, branding: input.branding ?? {}, now: input.now, zone }
}
