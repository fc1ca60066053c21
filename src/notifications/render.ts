import { createHash } from 'node:crypto'
import type { Event, EventType } from '../events/event.ts'
import { isReadyText, type KeptEvent } from '../events/kept.ts'
import type { EventTypeDefinition } from '../events/types/definition.ts'
import { chooseTemplate, type PublishedTemplate } from '../templates/choose.ts'
import type { Branding } from '../templates/facts.ts'
import { renderMessage } from '../templates/render.ts'
import { variableNamed } from '../templates/variables.ts'
import type { Destination, Rendered } from './wording.ts'

export type RenderNeeds = {
  branding: Branding
  timezone: string
  definitionOf(type: EventType): EventTypeDefinition
  /** What the approved template of this type names, where a messenger wants one; the type's own list when absent. */
  variablesOf?: (type: EventType) => readonly string[]
  /** The owner's texts that are in force. */
  published: readonly PublishedTemplate[]
  /** A text of the owner that could not be rendered: the text that ships went in its place. */
  onTemplateTrouble?: (trouble: { template: string; number: number; type: EventType; error: string }) => void
}

/** A text for an event: the owner's, or the one that ships. */
export type ChosenText = { text: string; version: string; isPrivate: boolean }

/** An event in the words of its template, and until when those words are true. A ready text stays as it is. */
export function renderEvent(needs: RenderNeeds, event: KeptEvent, now: Date, to: Destination): Rendered {
  if (isReadyText(event))
    return { ok: true, message: { text: event.text }, version: event.type, staleAt: null, isPrivate: false }
  const definition = needs.definitionOf(event.type)
  const own = chooseTemplate(needs.published, {
    type: event.type,
    typeClass: definition.class,
    channel: to.channel,
    branchCode: event.branch?.code ?? null,
    advertising: to.advertising,
  })
  const shipped = shippedText(definition, to.isPrivate || (own?.isPrivate ?? false))
  // Who wants no sums gets the owner's text only where it names none.
  if (!own || (to.isPrivate && !own.isPrivate)) return renderText(needs, event, now, shipped)
  const rendered = renderText(needs, event, now, { text: own.text, version: own.id, isPrivate: own.isPrivate })
  if (rendered.ok) return rendered
  // A message about money must not be lost by a slip in its words.
  needs.onTemplateTrouble?.({ template: own.id, number: own.number, type: event.type, error: rendered.error })
  return renderText(needs, event, now, shipped)
}

/** One event in one text, as a preview or a message. */
export function renderText(needs: RenderNeeds, event: Event, now: Date, chosen: ChosenText): Rendered {
  const definition = needs.definitionOf(event.type)
  const rendered = renderMessage({
    template: chosen.text,
    variables: needs.variablesOf?.(event.type) ?? definition.whatsappParameters,
    event,
    branding: brandingFor(needs, definition, chosen),
    now,
    defaultTimezone: needs.timezone,
  })
  if (!rendered.ok) return { ok: false, error: rendered.error.message }
  const variables = chosen.isPrivate ? withoutPersonal(rendered.variables) : rendered.variables
  const message = { ...rendered.message, about: { type: event.type, variables } }
  return { ok: true, message, version: chosen.version, staleAt: rendered.staleAt, isPrivate: chosen.isPrivate }
}

/** Only money is asked about, and a greeting would call the client of a private message by his name. */
function brandingFor({ branding }: RenderNeeds, { urgency }: EventTypeDefinition, { isPrivate }: ChosenText): Branding {
  return {
    ...branding,
    ...(urgency === 'money' ? {} : { answers: [] }),
    ...(isPrivate ? { greeting: false } : {}),
  }
}

/** What an approved template may then name: nothing of the person and of his money. */
function withoutPersonal(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => variableNamed(name)?.personal === false))
}

/** The text that ships; its version is told by its content, since it changes with the program. */
export function shippedText(definition: EventTypeDefinition, isPrivate: boolean): ChosenText {
  const text = isPrivate ? definition.privateText : definition.text
  const known = shippedVersions.get(text)
  const version = known ?? `shipped:${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
  if (known === undefined) shippedVersions.set(text, version)
  return { text, version, isPrivate }
}

const shippedVersions = new Map<string, string>()
