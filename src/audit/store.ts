import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { and, type Sql, sql } from '../db/sql.ts'
import { branded, newId } from '../lib/ids.ts'
import { type Act, type ActOutcome, outcomes } from './acts.ts'

export type AuditLine = {
  /** A user's name, or the id of a key. */
  who: string
  kind: 'user' | 'key' | 'stranger'
  act: Act
  /** An id, a code or a name of ours; never a person's. */
  object?: string | undefined
  outcome: ActOutcome
  /** Nothing personal in it. */
  detail?: Record<string, unknown> | undefined
}

export async function recordAct(db: Queryable, line: AuditLine): Promise<void> {
  await db.run(
    sql`insert into audit (id, who, kind, act, object, outcome, detail)
        values (${newId('audit')}, ${line.who}, ${line.kind}, ${line.act}, ${line.object?.slice(0, 200) ?? null}, ${line.outcome},
                ${line.detail === undefined ? null : JSON.stringify(line.detail)}::jsonb)`,
  )
}

export type AuditFilter = {
  who?: string | undefined
  act?: string | undefined
  object?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  /** Looks left out: only what changed something. */
  isDeedsOnly?: boolean | undefined
  before?: string | undefined
}

export type AuditRecord = {
  id: string
  at: Date
  who: string
  kind: 'user' | 'key' | 'stranger'
  act: string
  object: string | null
  outcome: ActOutcome
  detail: unknown
}

/** The newest first, by keyset. */
export async function auditLines(db: Queryable, filter: AuditFilter, limit: number): Promise<AuditRecord[]> {
  return await db.many(
    z.object({
      id: z.string().transform(branded<'audit'>),
      at: z.date(),
      who: z.string(),
      kind: z.enum(['user', 'key', 'stranger']),
      act: z.string(),
      object: z.string().nullable(),
      outcome: z.enum(outcomes),
      detail: z.unknown(),
    }),
    sql`select id, at, who, kind, act, object, outcome, detail from audit where ${and(conditionsOf(filter))} order by id desc limit ${limit}`,
  )
}

function conditionsOf(filter: AuditFilter): Sql[] {
  const conditions: Sql[] = []
  if (filter.who !== undefined) conditions.push(sql`who = ${filter.who}`)
  if (filter.act !== undefined) conditions.push(sql`act = ${filter.act}`)
  if (filter.object !== undefined) conditions.push(sql`object = ${filter.object}`)
  if (filter.from) conditions.push(sql`at >= ${filter.from}`)
  if (filter.to) conditions.push(sql`at < ${filter.to}`)
  if (filter.isDeedsOnly) conditions.push(sql`act not like 'look.%'`)
  if (filter.before !== undefined) conditions.push(sql`id < ${filter.before}`)
  return conditions
}
