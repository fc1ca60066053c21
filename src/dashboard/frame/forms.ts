import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RequestError } from '../../lib/errors.ts'
import type { Session } from '../access/store.ts'
import { type Html, html, nothing } from './html.ts'
import { csrfField } from './page.ts'

/** What was posted, as texts; a field that came twice is the list of `many`. */
export type Posted = { one(name: string): string; many(name: string): string[] }

export function postedIn({ body }: FastifyRequest): Posted {
  const parsed = z.record(z.string(), z.unknown()).safeParse(body)
  const all = (name: string): string[] => {
    const value: unknown = parsed.success ? parsed.data[name] : undefined
    return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string')
  }
  return {
    // Browsers send line ends as CRLF.
    one: (name) => (all(name)[0] ?? '').replaceAll('\r\n', '\n').trim(),
    many: (name) =>
      all(name)
        .map((each) => each.trim())
        .filter((each) => each !== ''),
  }
}

export type Choice = { value: string; title: string }

export function textField(
  name: string,
  title: string,
  value: string,
  more: { hint?: string; type?: string; required?: boolean; max?: number; autocomplete?: string } = {},
): Html {
  return html`<label>${title}<input name="${name}" type="${more.type ?? 'text'}" value="${value}" maxlength="${more.max ?? 500}" autocomplete="${more.autocomplete ?? 'off'}"${more.required ? html` required` : nothing}>${hintOf(more.hint)}</label>`
}

export function selectField(
  name: string,
  title: string,
  choices: readonly Choice[],
  chosen: string,
  hint?: string,
): Html {
  return html`<label>${title}<select name="${name}">${choices.map(
    (each) =>
      html`<option value="${each.value}"${each.value === chosen ? html` selected` : nothing}>${each.title}</option>`,
  )}</select>${hintOf(hint)}</label>`
}

export function checkboxes(name: string, title: string, choices: readonly Choice[], chosen: readonly string[]): Html {
  return html`<fieldset class="checks"><legend>${title}</legend>${choices.map(
    (each) =>
      html`<label class="check"><input type="checkbox" name="${name}" value="${each.value}"${chosen.includes(each.value) ? html` checked` : nothing}> ${each.title}</label>`,
  )}</fieldset>`
}

function hintOf(hint: string | undefined): Html {
  return hint === undefined ? nothing : html`<small>${hint}</small>`
}

export function problemNotice(problem: string | undefined): Html {
  return problem === undefined ? nothing : html`<p class="notice bad" role="alert">${problem}</p>`
}

/** A form of one button. */
export function buttonForm(
  action: string,
  operator: Session,
  title: string,
  fields: Html = nothing,
  kind = 'small',
): Html {
  return html`<form class="act" method="post" action="${action}">${csrfField(operator)}${fields}<button class="${kind}">${title}</button></form>`
}

export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`
}

/** What a form asked for could not be done: shows the form again, with the reason and with what was typed. */
export async function orProblem(
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
  again: (problem: string) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RequestError) || ![404, 409, 422].includes(error.status)) throw error
    reply.code(error.status)
    return await again(error.message)
  }
}
