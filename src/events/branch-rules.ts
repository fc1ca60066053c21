import { z } from 'zod'

const hour = z.int().min(0).max(23)

/** Hours on the clock of the branch, over midnight when `from` is the later one; none when they are equal. */
export const hoursSchema = z.strictObject({ from: hour, to: hour })

export const quietRulesSchema = hoursSchema.extend({
  /** `wait`: here even payouts are not told at night. */
  money: z.enum(['pass', 'wait']).optional(),
  /** Advertising may have hours of its own. */
  promo: hoursSchema.optional(),
})
export type QuietRules = z.infer<typeof quietRulesSchema>

export const remindersSchema = z.union([z.literal('off'), z.strictObject({ daysBefore: z.int().min(0).max(30), hour })])
export type Reminders = z.infer<typeof remindersSchema>

/** After how long without a receipt of reading a message is told in the client's next messenger as well. */
export const unreadMinutesSchema = z.int().min(1).max(1440)

/** What the owner decided for one branch; null leaves the default. */
export type BranchRules = {
  quietHours: QuietRules | null
  reminders: Reminders | null
  /** Null: a message is told in one messenger only. */
  alsoIfUnreadMinutes: number | null
}

/** The rules of a branch by what events call it: its code, or its name where they give no code. */
export type RulesOfBranch = (branch: string | null) => BranchRules

export type BranchWithRules = BranchRules & { code: string; name: string | null }

/** A name stands for its branch only where one branch has it. */
export function rulesOf(branches: readonly BranchWithRules[]): RulesOfBranch {
  const byCode = new Map(branches.map((each) => [each.code, each]))
  const byName = new Map<string, BranchRules>()
  for (const each of branches) {
    const key = plain(each.name ?? each.code)
    byName.set(key, byName.has(key) ? none : each)
  }
  return (branch) => (branch === null ? none : (byCode.get(branch) ?? byName.get(plain(branch)) ?? none))
}

const none: BranchRules = { quietHours: null, reminders: null, alsoIfUnreadMinutes: null }

function plain(name: string): string {
  return name.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim()
}
