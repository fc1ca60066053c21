import { parse } from '../engine.ts'
import type { Problem } from '../lint.ts'
import { globalsOf } from '../template.ts'
import type { Variable } from '../variables/variable.ts'
import { variableNamed } from '../variables.ts'

/** What WhatsApp sends in place of the text: the variables named by the approved template of the type. */
export type ApprovedTemplate = { parameters: readonly string[] }

/** A variable where a template uses it, under the name that stands there. */
type Use = { name: string; variable: Variable; line: number; column: number }

/** Nothing of the person may stand in a text that foreign messengers and locked screens show. */
export function personalData(template: string): Problem[] {
  return usesIn(template)
    .filter(({ variable }) => variable.personal)
    .map(({ name, line, column }) => ({
      severity: 'error',
      message: `«${name}» — личные данные: в обезличенном тексте им не место. Напишите без них: «Статус вашей выплаты изменился».`,
      line,
      column,
    }))
}

/**
 * Outside of the 24 hours after the client wrote, WhatsApp takes only what Meta has approved: without it nothing leaves, and
 * what the approved template does not name the client does not read.
 */
export function unapproved(template: string, approved: ApprovedTemplate | null): Problem[] {
  if (approved === null) return [noApproved]
  const told = approved.parameters.flatMap((name) => variableNamed(name)?.fields ?? [])
  const untold = new Map<Variable, Use>()
  for (const use of usesIn(template)) {
    // The name of the company and its links are a matter of the approved text itself.
    const isOurs = use.variable.fields.every((field) => field === 'now' || field.startsWith('branding.'))
    const isTold = use.variable.fields.some((field) => field !== 'branch.timezone' && told.includes(field))
    if (!isOurs && !isTold && !untold.has(use.variable)) untold.set(use.variable, use)
  }
  return [...untold.values()].map(({ name, line, column }) => ({
    severity: 'warning',
    message: `Вне 24 часов WhatsApp пошлёт одобренный шаблон, а не этот текст: «${name}» в нём нет.`,
    line,
    column,
  }))
}

const noApproved: Problem = {
  severity: 'error',
  message:
    'Вне 24 часов WhatsApp принимает только одобренный шаблон, а для этого события его нет: этот текст не дойдёт. Укажите шаблон в WHATSAPP_TEMPLATES.',
  line: 1,
  column: 1,
}

/** In the order of the text; for a template whose names are all known, see `templateOf`. */
function usesIn(template: string): Use[] {
  const uses = Object.entries(globalsOf(parse(template))).flatMap(([name, places]) => {
    const variable = variableNamed(name)
    return variable ? places.map(({ location }) => ({ name, variable, line: location.row, column: location.col })) : []
  })
  return uses.sort((a, b) => a.line - b.line || a.column - b.column)
}
