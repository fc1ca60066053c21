import type { EventType } from '../events/event.ts'
import type { KeptEvent } from '../events/kept.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import type { Branding } from '../templates/facts.ts'
import { renderMessage } from '../templates/render.ts'
import type { Rendered } from './plan.ts'

export type RenderNeeds = {
  branding: Branding
  timezone: string
  definitionOf(type: EventType): EventTypeDefinition
}

/** An event in the words of its template, and until when those words are true. A ready text stays as it is. */
export function renderEvent(needs: RenderNeeds, event: KeptEvent, now: Date): Rendered {
  if (event.type === 'sms') return { ok: true, message: { text: event.text }, version: 'sms', staleAt: null }
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
