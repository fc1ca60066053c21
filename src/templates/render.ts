import type { Message } from '../channels/message.ts'
import { branded, greetingUntil } from './branding.ts'
import { type Facts, type FactsInput, factsOf } from './facts.ts'
import { textOf } from './interpret.ts'
import type { TemplateError } from './problems.ts'
import { type Rendered, templateOf } from './template.ts'
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

/** The message a client gets: the text of the template in its branding, without branding the text alone. */
export function renderMessage(input: RenderInput): RenderedMessage {
  const parsed = templateOf(input.template)
  if (!parsed.ok) return parsed
  const facts = factsOf(input)
  const body = parsed.template.render(facts)
  if (!body.ok) return body
  const wanted = input.variables ?? []
  const showsTime = ['время', 'когда'].some((name) => parsed.template.mentions(name) || isNamed(name, wanted))
  return {
    ok: true,
    message: branded(body.text, parsed.template, facts),
    variables: valuesOf(wanted, facts),
    staleAt: earlier(showsTime ? freshUntil(facts) : null, greetingUntil(parsed.template, facts)),
  }
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
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
