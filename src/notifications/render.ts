import type { EventType } from '../events/event.ts'
import type { KeptEvent } from '../events/kept.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import type { Branding } from '../templates/facts.ts'
import { renderMessage } from '../templates/render.ts'
import type { Rendered } from './wording.ts'

export type RenderNeeds = {
  branding: Branding
  timezone: string
  definitionOf(type: EventType): EventTypeDefinition
  /** What the approved template of this type names, where a messenger wants one; the type's own list when absent. */
  variablesOf?: (type: EventType) => readonly string[]
}

/** An event in the words of its template, and until when those words are true. A ready text stays as it is. */
export function renderEvent(needs: RenderNeeds, event: KeptEvent, now: Date): Rendered {
  if (event.type === 'sms') return { ok: true, message: { text: event.text }, version: 'sms', staleAt: null }
  const definition = needs.definitionOf(event.type)
  const rendered = renderMessage({
    template: definition.text,
    variables: needs.variablesOf?.(event.type) ?? definition.whatsappParameters,
    event,
    // Only about money is there something to say «understood» to, or to ask.
    branding: definition.urgency === 'money' ? needs.branding : { ...needs.branding, answers: [] },
    now,
    defaultTimezone: needs.timezone,
  })
  if (!rendered.ok) return { ok: false, error: rendered.error.message }
  const message = { ...rendered.message, about: { type: event.type, variables: rendered.variables } }
  return { ok: true, message, version: 'default', staleAt: rendered.staleAt }
}
