import type { Event } from '../events/event.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import type { Branding } from '../templates/facts.ts'
import { renderMessage } from '../templates/render.ts'
import type { Rendered } from './plan.ts'

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
  return { ok: true, message: rendered.message, version: 'default', staleAt: rendered.staleAt }
}
