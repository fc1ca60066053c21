import type { ChannelName } from '../channels/channel.ts'
import { factsOf, type TemplateEvent } from './facts.ts'
import { type FieldPath, fullEventNow, longestSituation, situationsOf } from './lint/situations.ts'
import { type ApprovedTemplate, personalData, unapproved } from './lint/uses.ts'
import { watcher } from './lint/watch.ts'
import { type Finding, forbiddenData, markup, promoWords } from './lint/words.ts'
import { at } from './problems.ts'
import { templateOf } from './template.ts'

/** A template with an `error` must not be published; a `warning` is for its author to judge. Lines and columns count from 1. */
export type Problem = { severity: 'error' | 'warning'; message: string; line: number; column: number }

export type LintInput = {
  template: string
  type: string
  class: 'service' | 'promo'
  /** Of the event type: each group needs one of its fields. Everything else may be missing. */
  requires: readonly (readonly FieldPath[])[]
  /** Where the template will be used, and how much text fits there. */
  channels: readonly { title: string; longest: number }[]
  defaultTimezone: string
  /** A text for foreign messengers and locked screens: it may name nothing of the person. */
  private?: boolean
  /** For a text that goes to WhatsApp: the approved template of its type, or null when there is none. */
  whatsapp?: ApprovedTemplate | null
}

/** Signs in one message with buttons; WhatsApp takes four times as many without them. */
export const longestText: Record<ChannelName, number> = { max: 4000, vk: 4096, telegram: 4096, whatsapp: 1024 }

/** What is wrong with a template, in the order of its text. Pure: the same template always has the same problems. */
export function lint(input: LintInput): Problem[] {
  const parsed = templateOf(input.template)
  const problems: Problem[] = parsed.ok
    ? problemsOfRendered(input)
    : parsed.errors.map((error) => ({ severity: 'error', ...error }))
  const findings = [
    ...forbiddenData(input.template),
    ...(input.class === 'service' ? promoWords(input.template) : []),
    ...markup(input.template),
  ]
  const all = [...problems, ...findings.map((finding) => located(input.template, finding))]
  return all.sort((a, b) => a.line - b.line || a.column - b.column)
}

function problemsOfRendered(input: LintInput): Problem[] {
  const { template, whatsapp } = input
  const problems = [
    ...problemsOfRendering(input),
    ...(input.private ? personalData(template) : []),
    ...(whatsapp === undefined ? [] : unapproved(template, whatsapp)),
  ]
  return problems.some(({ severity }) => severity === 'error') ? problems : [...problems, ...problemsOfLength(input)]
}

/** Long sums and names only grow a text; what counts is that it fits with every field at its longest. */
function problemsOfLength({ template, type, channels, defaultTimezone }: LintInput): Problem[] {
  const event = longestSituation(type)
  const { text } = watcher(template)(factsOf({ event, branding, now: fullEventNow, defaultTimezone }))
  return channels
    .filter(({ longest }) => text.length > longest)
    .map(({ title, longest }) => ({
      severity: 'error',
      message: `Для ${title} слишком длинно: с длинными данными выходит ${text.length} знаков, а помещается ${longest}.`,
      line: 1,
      column: 1,
    }))
}

function problemsOfRendering({ template, type, requires, defaultTimezone }: LintInput): Problem[] {
  const watch = watcher(template)
  const problems = new Map<string, Problem>()
  const report = (problem: Problem) => {
    const key = `${problem.line}:${problem.column}:${problem.message}`
    if (!problems.has(key)) problems.set(key, problem)
  }
  for (const event of situationsOf(type, requires)) {
    const { text, error, absent } = watch(factsOf({ event, branding, now: fullEventNow, defaultTimezone }))
    // A template that runs into a limit would do so again in every situation.
    if (error) return [{ severity: 'error', ...error }]
    for (const token of absent) report({ severity: 'error', ...at(token, mayBeAbsent(token.getText())) })
    // A hole in the text is reported by its cause; only a text without holes is judged by its look.
    if (absent.length === 0) for (const message of untidiness(text, event)) report(untidy(message))
  }
  return [...problems.values()]
}

const branding = {
  companyName: 'ВторМет',
  companySite: 'https://vtormet.example',
  feedbackUrl: 'https://vtormet.example/otzyv',
}

function mayBeAbsent(output: string): string {
  const name = /^\{\{-?\s*([^\s|}]+)/.exec(output)?.[1] ?? output
  return `«${name}» может отсутствовать. Оберните: {% if ${name} %}…{% endif %}, или добавьте | по_умолчанию: '…'.`
}

function untidy(message: string): Problem {
  return { severity: 'warning', message, line: 1, column: 1 }
}

function untidiness(text: string, event: TemplateEvent): string[] {
  const looks: readonly (readonly [RegExp, string])[] = [
    [/ {2,}/u, 'два пробела подряд'],
    [/ [,.!?:;)](?!\p{L})/u, 'пробел перед знаком'],
    [/(?<!\.)\.\.(?!\.)|,,|\(\s*\)|,\./u, 'лишний знак'],
    [/^\s|\s$/u, 'пробел в начале или в конце'],
  ]
  const missing = text === '' ? ['Сообщение может выйти пустым.'] : []
  return [
    ...missing,
    ...looks.flatMap(([pattern, name]) => {
      const match = pattern.exec(text)
      return match ? [`В тексте бывает ${name}: «${around(text, match.index)}» (${event.type}).`] : []
    }),
  ]
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 15), index + 15).trim()
}

function located(text: string, { index, message, severity }: Finding): Problem {
  const before = text.slice(0, index).split('\n')
  return { severity, message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
