import { type Template as LiquidNode, Output, type Token, toValueSync } from 'liquidjs'
import { parse } from '../engine.ts'
import type { Facts } from '../facts.ts'
import { interpret } from '../interpret.ts'
import { problemOf, type TemplateError } from '../problems.ts'
import { globalsOf } from '../template.ts'

/** One rendering under observation: its text or error, and each substitution that had nothing to show. */
export type Watched = { text: string; error?: TemplateError; absent: readonly Token[] }

/** For a template that parses; see `templateOf`. */
export function watcher(template: string): (facts: Facts) => Watched {
  const nodes = parse(template)
  const names = Object.keys(globalsOf(nodes))
  const absent: Token[] = []
  observe(nodes, (token) => absent.push(token))
  return (facts) => {
    absent.length = 0
    try {
      return { text: interpret(nodes, names, facts), absent: [...absent] }
    } catch (error) {
      const problem = problemOf(error)
      if (problem) return { text: '', error: problem, absent: [...absent] }
      throw error
    }
  }
}

/** These nodes are the lint's own, parsed apart from the cache. */
function observe(nodes: readonly LiquidNode[], onAbsent: (token: Token) => void): void {
  for (const node of nodes) {
    if (node instanceof Output) observeOutput(node, onAbsent)
    observe(childrenOf(node), onAbsent)
  }
}

function observeOutput(node: Output, onAbsent: (token: Token) => void): void {
  const { value, token } = node
  node.render = function* (context, emitter) {
    const shown: unknown = yield value.value(context, false)
    if (shown === null || shown === undefined) onAbsent(token)
    emitter.write(shown)
  }
}

function childrenOf(node: LiquidNode): readonly LiquidNode[] {
  return node.children ? toValueSync(node.children(false, true)) : []
}
