import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { type ClientId, newId } from '../../lib/ids.ts'
import type { ImportedConsent } from './line.ts'

export type Progress = { linesDone: number; isFinished: boolean }

/** How far this file was read before; a new one begins at 0. `again`: read anew, whatever was. */
export async function beginImport(db: Queryable, hash: Buffer, again: boolean): Promise<Progress> {
  const row = await db.one(
    z.object({ lines_done: z.number(), is_finished: z.boolean() }),
    sql`insert into client_imports as i (file_hash) values (${hash})
        on conflict (file_hash) do update set
          lines_done = case when ${again}::boolean then 0 else i.lines_done end,
          finished_at = case when ${again}::boolean then null else i.finished_at end
        returning lines_done, finished_at is not null as is_finished`,
  )
  return { linesDone: row.lines_done, isFinished: row.is_finished }
}

/** Moves on from one line to another; false when somebody else has moved it meanwhile. */
export async function advance(db: Queryable, hash: Buffer, from: number, to: number): Promise<boolean> {
  const moved = await db.run(
    sql`update client_imports set lines_done = ${to} where file_hash = ${hash} and lines_done = ${from} and finished_at is null`,
  )
  return moved > 0
}

export async function finishImport(db: Queryable, hash: Buffer, refused: number): Promise<void> {
  await db.run(sql`update client_imports set finished_at = now(), refused = ${refused} where file_hash = ${hash}`)
}

export type ConsentRow = ImportedConsent & { client: ClientId }

/** Words of consent with their dates; one that is there already is not written again. */
export async function keepConsents(db: Queryable, rows: readonly ConsentRow[]): Promise<void> {
  if (rows.length === 0) return
  await db.run(
    sql`insert into consents (id, client_id, purpose, granted, at, given_by, act)
        select distinct on (r.client_id, r.purpose, r.at) r.id, r.client_id, r.purpose, r.granted, r.at, 'api', 'import'
        from unnest(${rows.map(() => newId('consent'))}::text[], ${rows.map((r) => r.client)}::text[], ${rows.map((r) => r.purpose)}::text[],
          ${rows.map((r) => r.granted)}::boolean[], ${rows.map((r) => r.at)}::timestamptz[]) as r (id, client_id, purpose, granted, at)
        where not exists (select 1 from consents s where s.client_id = r.client_id and s.purpose = r.purpose and s.at = r.at
                            and s.granted = r.granted and s.given_by = 'api')`,
  )
}
