import type { Button, Message } from '../channels/message.ts'
import { type Branding, type Facts, type FactsInput, factsOf, type TemplateEvent } from './facts.ts'
import { textOf } from './interpret.ts'
import type { TemplateError } from './problems.ts'
import { type Rendered, type Template, templateOf } from './template.ts'
import { freshUntil } from './variables/moments.ts'
import { variableNamed } from './variables.ts'

export type RenderInput = FactsInput & {
  template: string
  /** Variables whose values are wanted beside the text: a messenger's approved template names them. */
  variables?: readonly string[]
}
/** From `staleAt` on the same event reads differently («12:43 МСК» becomes «23 ноября, 12:43 МСК»): render it anew. */
export type RenderedMessage =
  | { ok: true; message: Message; variables: Record<string, string>; staleAt: Date | null }
  | { ok: false; error: TemplateError }

/**
 * The message a client gets: the text of the template, below it the company's name, and buttons to its site and to the
 * feedback form. Without branding it is the text alone.
 */
export function renderMessage(input: RenderInput): RenderedMessage {
  const parsed = templateOf(input.template)
  if (!parsed.ok) return parsed
  const facts = factsOf(input)
  const body = parsed.template.render(facts)
  if (!body.ok) return body
  const branding = input.branding ?? {}
  const text = signed(body.text, parsed.template, branding)
  const buttons = linksFor(input.event, branding)
  const wanted = input.variables ?? []
  const showsTime = ['время', 'когда'].some((name) => parsed.template.mentions(name) || isNamed(name, wanted))
  return {
    ok: true,
    message: buttons.length === 0 ? { text } : { text, buttons: buttons.map((button) => [button]) },
    variables: valuesOf(wanted, facts),
    staleAt: showsTime ? freshUntil(facts) : null,
  }
}

/** The text alone, as the template says it. */
export function renderText(input: RenderInput): Rendered {
  const parsed = templateOf(input.template)
  return parsed.ok ? parsed.template.render(factsOf(input)) : parsed
}

/** The values of these variables as text, for a channel that holds the text itself (WhatsApp's approved templates). */
export function readVariables(names: readonly string[], input: FactsInput): Record<string, string> {
  return valuesOf(names, factsOf(input))
}

function valuesOf(names: readonly string[], facts: Facts): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, textOf(variableNamed(name)?.read(facts))]))
}

function isNamed(name: string, names: readonly string[]): boolean {
  return names.some((each) => variableNamed(each) === variableNamed(name))
}

/** A text that names the company itself needs no signature. */
function signed(text: string, template: Template, { companyName }: Branding): string {
  return companyName === undefined || template.mentions('компания') ? text : `${text}\n\n${companyName}`
}

function linksFor(event: TemplateEvent, { companySite, feedbackUrl }: Branding): Button[] {
  const buttons: Button[] = []
  // Whoever waits for money in vain is not asked how he liked it.
  const isBadNews = event.type === 'payout.delayed' || event.type === 'payout.failed'
  if (feedbackUrl !== undefined && !isBadNews) buttons.push({ kind: 'link', text: 'Оставить отзыв', url: feedbackUrl })
  if (companySite !== undefined) buttons.push({ kind: 'link', text: 'Наш сайт', url: companySite })
  return buttons
}
