import { Liquid, type Template as LiquidNode } from 'liquidjs'
import type { Facts } from './facts.ts'
import { filters } from './filters/catalog.ts'

/** Longer than any messenger takes; a template that loops is stopped here, by its steps or by its memory. */
export const longestOutput = 20_000
export const mostSteps = 20_000
export const longestTemplate = 10_000

const allowedTags: ReadonlySet<string> = new Set([
  'if',
  'unless',
  'case',
  'for',
  'break',
  'continue',
  'assign',
  'comment',
  'raw',
  '#',
])
export const knownTags: readonly string[] = [
  'if',
  'elsif',
  'else',
  'unless',
  'case',
  'when',
  'for',
  'assign',
  'comment',
  'raw',
]

/** Filters receive the facts of the message; Liquid hands them its context, whose environment is the key here. */
const factsOfScope = new WeakMap<object, Facts>()

/**
 * Liquid as an editor of messages needs it: conditions, loops over positions, our filters. No tag that reads files
 * (include, render, layout), none that builds up text in memory (capture), no prototypes, no unknown names.
 */
export const liquid = boundedLiquid()

export function scopeFor(facts: Facts, values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const scope: Record<string, unknown> = Object.assign(Object.create(null), Object.fromEntries(values))
  factsOfScope.set(scope, facts)
  return scope
}

export function parse(text: string): LiquidNode[] {
  return liquid.parse(text)
}

function boundedLiquid(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    templates: {},
    parseLimit: longestTemplate,
    memoryLimit: 20_000,
  })
  for (const tag of Object.keys(engine.tags)) if (!allowedTags.has(tag)) delete engine.tags[tag]
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name)
  for (const filter of filters) {
    for (const name of filter.names) {
      engine.registerFilter(name, function (input: unknown, ...args: unknown[]) {
        const facts = factsOfScope.get(this.context.environments)
        if (!facts) throw new Error('a filter was called outside a message')
        return filter.apply(input, args, facts)
      })
    }
  }
  return engine
}
