import type { Event } from '../events/event.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import type { Branding } from '../templates/facts.ts'
import { renderMessage } from '../templates/render.ts'
import type { Rendered } from './plan.ts'

/** How long the time alone tells when it was (contract §3.2). */
const timeAloneMs = 24 * 3_600_000

export type RenderNeeds = {
  branding: Branding
  timezone: string
  definitionOf(type: Event['type']): EventTypeDefinition
}

/** An event in the words of its template, and until when those words are true. */
export function renderEvent(needs: RenderNeeds, event: Event, now: Date): Rendered {
  const rendered = renderMessage({
    template: needs.definitionOf(event.type).text,
    event,
    branding: needs.branding,
    now,
    defaultTimezone: needs.timezone,
  })
  if (!rendered.ok) return { ok: false, error: rendered.error.message }
  const at = event.occurredAt === undefined ? undefined : new Date(event.occurredAt).getTime() + timeAloneMs
  return {
    ok: true,
    message: rendered.message,
    version: 'default',
    staleAt: at !== undefined && at > now.getTime() ? new Date(at) : null,
  }
}
