import { LRUCache } from 'lru-cache'
import type { Queryable } from '../db/database.ts'
import { type RulesOfBranch, rulesOf } from './branch-rules.ts'
import { listBranchRules } from './store/branch-rules.ts'

export type BranchRulesReader = { read(): Promise<RulesOfBranch> }

/** A change reaches every process within this time. */
const rememberedMs = 3_000

/** The rules of all branches. Asked for every round of planning and of sending, so they are remembered for a moment. */
export function createBranchRules(db: Queryable): BranchRulesReader {
  const known = new LRUCache<'rules', RulesOfBranch>({
    max: 1,
    ttl: rememberedMs,
    fetchMethod: async () => rulesOf(await listBranchRules(db)),
  })
  return {
    read: async () => {
      const rules = await known.fetch('rules')
      if (rules === undefined) throw new Error('the rules of the branches were not read')
      return rules
    },
  }
}
