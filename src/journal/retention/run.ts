import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { faultOf } from '../../lib/fault.ts'
import { newId } from '../../lib/ids.ts'
import { type Kind, type KindName, kindNames, kinds, type RemoveNeeds } from './kinds.ts'

export type Terms = Readonly<Record<KindName, number>>

export type RunLine = { kind: KindName; days: number; removed: number; fault?: unknown }

const settingsKey = 'retention'
const own = z.partialRecord(z.enum(kindNames), z.number().int().positive())

/** How many days each kind is kept now. */
export async function termsOf(db: Queryable): Promise<Terms> {
  const row = await db.maybeOne(z.object({ value: own }), sql`select value from settings where key = ${settingsKey}`)
  return termsWith(row?.value ?? {})
}

function termsWith(given: z.output<typeof own>): Terms {
  const entries = kinds.map(({ name, days, minimum }) => [name, Math.max(minimum, given[name] ?? days)] as const)
  // Guarantee: `kinds` has every name, which a test holds.
  return Object.fromEntries(entries) as Terms
}

/** What is not given stays. Guarantee of the caller: nothing is below its minimum. */
export async function setTerms(db: Queryable, given: Partial<Terms>): Promise<void> {
  await db.run(
    sql`insert into settings (key, value) values (${settingsKey}, ${JSON.stringify(given)}::jsonb)
        on conflict (key) do update set value = settings.value || excluded.value, updated_at = now()`,
  )
}

export type LastRun = { startedAt: Date; finishedAt: Date | null; removed: number; fault: string | null }

export async function lastRuns(db: Queryable): Promise<Map<KindName, LastRun>> {
  const rows = await db.many(
    z.object({
      kind: z.enum(kindNames),
      started_at: z.date(),
      finished_at: z.date().nullable(),
      removed: z.bigint(),
      fault: z.string().nullable(),
    }),
    sql`select r.kind, r.started_at, r.finished_at, r.removed, r.fault
        from unnest(${[...kindNames]}::text[]) as k (name) cross join lateral (
          select * from retention_runs where kind = k.name order by id desc limit 1) r`,
  )
  return new Map(
    rows.map((row) => [
      row.kind,
      { startedAt: row.started_at, finishedAt: row.finished_at, removed: Number(row.removed), fault: row.fault },
    ]),
  )
}

/** In the small hours, once a night; by day only where the machine sleeps at night. */
export function isDue(now: Date, hour: number, last: Date): boolean {
  const isNight = hour >= 1 && hour < 6
  return now.getTime() - last.getTime() > (isNight ? 20 : 48) * 3_600_000
}

/** When anything was last removed; before that, when the database was made. */
export async function lastRunAt(db: Queryable): Promise<Date> {
  const { at } = await db.one(
    z.object({ at: z.date() }),
    sql`select coalesce((select started_at from retention_runs order by id desc limit 1), (select min(run_on) from migrations), now()) as at`,
  )
  return at
}

/**
 * Removes what is older than its term, kind by kind, in small batches with a rest between them. Each run leaves a row with
 * its count; one kind that cannot be removed does not keep the others.
 */
export async function runRetention(
  needs: RemoveNeeds & { onRun(line: RunLine): void },
  now: Date,
  signal: AbortSignal,
  { batch = 1000, restMs = 50, batches = 2000 }: { batch?: number; restMs?: number; batches?: number } = {},
): Promise<void> {
  const terms = await termsOf(needs.db)
  for (const kind of kinds) {
    if (signal.aborted) return
    const days = terms[kind.name]
    const id = newId('retentionRun')
    await needs.db.run(
      sql`insert into retention_runs (id, kind, days, started_at) values (${id}, ${kind.name}, ${days}, clock_timestamp())`,
    )
    const { removed, fault } = await removeAll(needs, kind, new Date(now.getTime() - days * 86_400_000), signal, {
      batch,
      restMs,
      batches,
    })
    const said = fault === undefined ? null : JSON.stringify(faultOf(fault)).slice(0, 500)
    await needs.db.run(
      sql`update retention_runs set finished_at = clock_timestamp(), removed = ${removed}, fault = ${said} where id = ${id}`,
    )
    needs.onRun({ kind: kind.name, days, removed, ...(fault === undefined ? {} : { fault }) })
  }
}

async function removeAll(
  needs: RemoveNeeds,
  kind: Kind,
  before: Date,
  signal: AbortSignal,
  { batch, restMs, batches }: { batch: number; restMs: number; batches: number },
): Promise<{ removed: number; fault?: unknown }> {
  let removed = 0
  try {
    for (let round = 0; round < batches && !signal.aborted; round++) {
      const found = await kind.remove(needs, before, batch)
      removed += found
      if (found === 0) break
      await pause(restMs, undefined, { signal }).catch(() => {})
    }
    return { removed }
  } catch (fault) {
    return { removed, fault }
  }
}
