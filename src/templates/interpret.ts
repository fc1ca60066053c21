import { AssertionError, Context, type Emitter, type Template as LiquidNode, toValueSync } from 'liquidjs'
import { liquid, longestOutput, mostSteps, scopeFor } from './engine.ts'
import type { Facts } from './facts.ts'
import { variableNamed } from './variables.ts'

/** Renders with Liquid itself, under its limits and one on the length of the result. Throws what `problemOf` explains. */
export function interpret(nodes: LiquidNode[], names: readonly string[], facts: Facts): string {
  const values = new Map(names.map((name) => [name, variableNamed(name)?.read(facts)]))
  const context = new Context(scopeFor(facts, values), liquid.options, { sync: true }, { liquid })
  context.renderLimit.check = boundedSteps()
  const output = boundedOutput()
  toValueSync(liquid.renderer.renderTemplates(nodes, context, output))
  return output.buffer
}

/** Liquid asks before each part it renders. It limits time; on a busy machine that would stop good templates too. */
function boundedSteps(): () => void {
  let steps = 0
  return () => {
    if (++steps > mostSteps) throw new AssertionError('template render limit exceeded')
  }
}

function boundedOutput(): Emitter {
  return {
    buffer: '',
    write(value: unknown) {
      this.buffer += textOf(value)
      if (this.buffer.length > longestOutput) throw new AssertionError('output length limit exceeded')
    },
  }
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join('')
  return typeof value === 'object' ? '' : String(value)
}
