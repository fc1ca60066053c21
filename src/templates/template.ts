import type { Template as LiquidNode } from 'liquidjs'
import { LRUCache } from 'lru-cache'
import { compile } from './compile.ts'
import { liquid, longestTemplate, parse } from './engine.ts'
import type { Facts } from './facts.ts'
import { interpret } from './interpret.ts'
import { problemOf, type TemplateError, unknownVariable } from './problems.ts'
import type { Variable } from './variables/variable.ts'
import { variableNamed } from './variables.ts'

export type Rendered = { ok: true; text: string } | { ok: false; error: TemplateError }

export type Template = {
  render(facts: Facts): Rendered
  /** Does the text use this variable, under any of its names? */
  mentions(name: string): boolean
}

export type Parsed =
  | { ok: true; template: Template }
  /** `errors` are all that could be found at once, `error` the first of them. */
  | { ok: false; error: TemplateError; errors: readonly TemplateError[] }

/** The template behind this text, made once. Every name in it is known; what can still go wrong is a limit. */
export function templateOf(text: string): Parsed {
  const known = cache.get(text)
  if (known) return known
  const parsed = parsedTemplate(text)
  cache.set(text, parsed)
  return parsed
}

const cache = new LRUCache<string, Parsed>({ max: 500 })
const deepestNesting = 20

function parsedTemplate(text: string): Parsed {
  if (text.length > longestTemplate) return failed(`Шаблон длиннее ${longestTemplate} знаков.`)
  if (nestingOf(text) > deepestNesting) return failed(`Условия и циклы вложены глубже ${deepestNesting} уровней.`)
  if (computesNames(text)) return failed('Имя переменной пишется прямо, без скобок «[».')
  try {
    const nodes = parse(text)
    const errors = unknownNames(nodes)
    const [error] = errors
    if (error) return { ok: false, error, errors }
    return { ok: true, template: templateFrom(nodes) }
  } catch (error) {
    const problem = problemOf(error)
    if (problem) return refused(problem)
    throw error
  }
}

function templateFrom(nodes: LiquidNode[]): Template {
  const names = Object.keys(globalsOf(nodes))
  const mentioned = new Set<Variable | undefined>(names.map(variableNamed))
  const fast = compile(nodes)
  return {
    render(facts) {
      if (fast) return { ok: true, text: fast(facts) }
      try {
        return { ok: true, text: interpret(nodes, names, facts) }
      } catch (error) {
        const problem = problemOf(error)
        if (problem) return { ok: false, error: problem }
        throw error
      }
    },
    mentions: (name) => mentioned.has(variableNamed(name)),
  }
}

/** Every use of a name that is no variable, in the order of the text. */
function unknownNames(nodes: LiquidNode[]): TemplateError[] {
  const found: TemplateError[] = []
  for (const [name, places] of Object.entries(globalsOf(nodes))) {
    const variable = variableNamed(name)
    for (const { segments, location } of places) {
      const place = { line: location.row, column: location.col }
      if (!variable) found.push({ message: unknownVariable(name), ...place })
      else if (segments.length > 1 && !variable.names.includes('items')) {
        found.push({ message: `«${name}» — простое значение, частей у него нет.`, ...place })
      }
    }
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column)
}

export function globalsOf(nodes: LiquidNode[]) {
  return liquid.analyzeSync(nodes, { partials: false }).globals
}

/** Counted before parsing, so that the parser's own recursion stays shallow. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [, end] of text.matchAll(/\{%-?\s*(end)?(?:if|unless|case|for|comment|raw)\b/g)) {
    depth = Math.max(0, depth + (end ? -1 : 1))
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** `{{ [имя] }}` would look up a variable called like the client. */
function computesNames(text: string): boolean {
  const code = [...text.matchAll(/\{[{%](.*?)[%}]\}/gs)].map(([, inside = '']) =>
    inside.replace(/'[^']*'|"[^"]*"/g, "''"),
  )
  return code.some((inside) => /(?:^|[\s(:,|=])-?\[/.test(inside))
}

function failed(message: string): Parsed {
  return refused({ message, line: 1, column: 1 })
}

function refused(error: TemplateError): Parsed {
  return { ok: false, error, errors: [error] }
}
