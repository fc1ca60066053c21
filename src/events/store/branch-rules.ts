import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import {
  type BranchRules,
  type BranchWithRules,
  quietRulesSchema,
  remindersSchema,
  unreadMinutesSchema,
} from '../branch-rules.ts'

const rulesRow = z.object({
  code: z.string(),
  name: z.string().nullable(),
  quiet_hours: quietRulesSchema.nullable(),
  reminders: remindersSchema.nullable(),
  also_if_unread_minutes: unreadMinutesSchema.nullable(),
})

/** Every branch: one without rules of its own may still share its name with one that has them. */
export async function listBranchRules(db: Queryable): Promise<BranchWithRules[]> {
  const rows = await db.many(
    rulesRow,
    sql`select code, name, quiet_hours, reminders, also_if_unread_minutes from branches`,
  )
  return rows.map((row) => ({
    code: row.code,
    name: row.name,
    quietHours: row.quiet_hours,
    reminders: row.reminders,
    alsoIfUnreadMinutes: row.also_if_unread_minutes,
  }))
}

/** Of a branch that is there; what is undefined stays, null leaves it to the default. Answers what holds now. */
export async function saveBranchRules(
  db: Queryable,
  code: string,
  change: { [K in keyof BranchRules]: BranchRules[K] | undefined },
): Promise<BranchRules> {
  const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value))
  const row = await db.one(
    rulesRow.pick({ quiet_hours: true, reminders: true, also_if_unread_minutes: true }),
    sql`update branches set
          quiet_hours = case when ${change.quietHours === undefined} then quiet_hours else ${json(change.quietHours)}::jsonb end,
          reminders = case when ${change.reminders === undefined} then reminders else ${json(change.reminders)}::jsonb end,
          also_if_unread_minutes = case when ${change.alsoIfUnreadMinutes === undefined} then also_if_unread_minutes
                                        else ${change.alsoIfUnreadMinutes ?? null}::int end
        where code = ${code} returning quiet_hours, reminders, also_if_unread_minutes`,
  )
  return {
    quietHours: row.quiet_hours,
    reminders: row.reminders,
    alsoIfUnreadMinutes: row.also_if_unread_minutes,
  }
}
