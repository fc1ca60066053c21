import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { isUnavailable, type Queryable } from '../db/database.ts'
import { and, type Sql, sql } from '../db/sql.ts'
import { branded, type ClientId, newId } from '../lib/ids.ts'

/** Somebody was shown personal data: of these clients, or in an export so many by that filter. */
export type Look = { who: string; place: string } & (
  | { clients: Iterable<string> }
  | { filter: Readonly<Record<string, string | number>>; shown: number }
)

/** What an export was narrowed down to, as it is kept. */
export function filterWords(asked: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}

export type Looks = {
  /** Returns at once: the row is written aside. */
  note(look: Look): void
  idle(): Promise<void>
  close(): Promise<void>
}

/** Nothing is lost in silence: what cannot be written is told, with how many rows it was. */
export type LookNeeds = {
  db: Queryable
  onLost(lost: { rows: number; why: 'full' | 'refused'; fault?: unknown }): void
}

type Row = {
  id: string
  at: Date
  who: string
  place: string
  client: string | null
  filter: string | null
  shown: number
}

const chunkRows = 1000
const tries = 60

export function createLooks(needs: LookNeeds, { limit = 50_000, pauseMs = 1000 } = {}): Looks {
  const rows: Row[] = []
  const closing = new AbortController()
  let running: Promise<void> | undefined

  const loop = async () => {
    // One turn lets the looks of one page share a statement.
    await new Promise((resolve) => setImmediate(resolve))
    while (rows.length > 0) {
      const chunk = rows.splice(0, chunkRows)
      await writeSurely(needs, chunk, closing.signal, pauseMs)
    }
    running = undefined
  }

  return {
    note: (look) => {
      const made = rowsOf(look)
      if (made.length === 0) return
      const taken = made.slice(0, Math.max(0, limit - rows.length))
      if (taken.length < made.length) needs.onLost({ rows: made.length - taken.length, why: 'full' })
      rows.push(...taken)
      running ??= loop()
    },
    idle: async () => {
      while (running !== undefined) await running
    },
    close: async () => {
      closing.abort()
      while (running !== undefined) await running
    },
  }
}

/** A database that is away is waited for; rows that it refuses are told and dropped, so that the others are written. */
async function writeSurely(
  needs: LookNeeds,
  chunk: readonly Row[],
  closing: AbortSignal,
  pauseMs: number,
): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await write(needs.db, chunk)
    } catch (fault) {
      if (!isUnavailable(fault) || tried >= tries || closing.aborted) {
        return needs.onLost({ rows: chunk.length, why: 'refused', fault })
      }
      await pause(pauseMs, undefined, { signal: closing }).catch(() => {})
    }
  }
}

function rowsOf(look: Look): Row[] {
  const { who, place } = look
  const row = (client: string | null, filter: string | null, shown: number): Row => {
    return { id: newId('look'), at: new Date(), who, place, client, filter, shown }
  }
  if ('filter' in look) return look.shown === 0 ? [] : [row(null, JSON.stringify(look.filter), look.shown)]
  return [...new Set(look.clients)].map((client) => row(client, null, 1))
}

async function write(db: Queryable, rows: readonly Row[]): Promise<void> {
  const column = <K extends keyof Row>(key: K) => rows.map((row) => row[key])
  await db.run(
    sql`insert into looks (id, at, who, place, client_id, filter, shown)
        select id, at, who, place, client, filter::jsonb, shown from unnest(${column('id')}::text[], ${column('at')}::timestamptz[],
          ${column('who')}::text[], ${column('place')}::text[], ${column('client')}::text[], ${column('filter')}::text[], ${column('shown')}::int[])
          as r (id, at, who, place, client, filter, shown)
        on conflict do nothing`,
  )
}

const lookRow = z.object({
  id: z.string(),
  at: z.date(),
  who: z.string(),
  place: z.string(),
  client_id: z
    .string()
    .transform(branded<'client'>)
    .nullable(),
  external_id: z.string().nullable(),
  filter: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
  shown: z.number(),
})
export type KeptLook = z.output<typeof lookRow>

/** Newest first. `client`: our id or the sender's, of living and of erased ones; none: the exports. */
export async function findLooks(
  db: Queryable,
  { client, before }: { client: string | undefined; before: string | undefined },
  limit: number,
): Promise<KeptLook[]> {
  const whose: Sql =
    client === undefined
      ? sql`l.client_id is null`
      : sql`l.client_id in (select id from clients where id = ${client} or (external_id = ${client} and erased_at is null)
                             union select client_id from erasures where external_id = ${client})`
  const conditions = [whose, ...(before === undefined ? [] : [sql`l.id < ${before}`])]
  return await db.many(
    lookRow,
    sql`select l.id, l.at, l.who, l.place, l.client_id, c.external_id, l.filter, l.shown
        from looks l left join clients c on c.id = l.client_id where ${and(conditions)} order by l.id desc limit ${limit}`,
  )
}

export async function looksOfClient(db: Queryable, client: ClientId, limit: number): Promise<KeptLook[]> {
  return await findLooks(db, { client, before: undefined }, limit)
}
