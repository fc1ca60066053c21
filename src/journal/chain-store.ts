import { z } from 'zod'
import type { Queryable } from '../db/database.ts'
import { type Sql, sql } from '../db/sql.ts'

export const journals = ['attempts', 'receipts'] as const
export type Journal = (typeof journals)[number]

/** A place in the order of writing. The moment is text: a Date would lose the microseconds. */
export type Place = { at: string; id: string }

/** What a mark is made of: what was written once and is neither sealed nor cleared by erasure. */
export type ChainRow = { id: string; at: string; month: string; isFinal: boolean; text: string }

export type Block = {
  number: number
  untilAt: string
  untilId: string
  marks: Buffer
  previous: Buffer
  hash: Buffer
}

const exact = (moment: Sql) => sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US"+00"')`
const monthOf = (moment: Sql) => sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-01')`

/** `lies` decides the partition, `written` the order. The messenger's own words stay out: they are no proof of ours. */
const tables: Record<Journal, { lies: Sql; written: Sql; isFinal: Sql; text: Sql; from: Sql }> = {
  attempts: {
    lies: sql`j.started_at`,
    written: sql`j.started_at`,
    // Whoever has not answered within a week never will.
    isFinal: sql`(j.finished_at is not null or j.started_at < statement_timestamp() - interval '7 days')`,
    text: sql`jsonb_build_array(j.id, j.delivery_id, j.channel, j.number, j.repeat, ${exact(sql`j.started_at`)}, ${exact(sql`j.finished_at`)},
      j.outcome, j.code, j.provider_message_id)::text`,
    from: sql`attempts j`,
  },
  receipts: {
    lies: sql`j.at`,
    written: sql`j.recorded_at`,
    isFinal: sql`true`,
    text: sql`jsonb_build_array(j.id, j.delivery_id, j.state, ${exact(sql`j.at`)}, ${exact(sql`j.recorded_at`)})::text`,
    from: sql`receipts j`,
  },
}

const chainRow = z.object({ id: z.string(), at: z.string(), month: z.string(), isFinal: z.boolean(), text: z.string() })

/** Rows written after `after`, before `until`, in that order. */
export async function rowsAfter(
  db: Queryable,
  journal: Journal,
  { after, until, limit }: { after: Place; until: string; limit: number },
): Promise<ChainRow[]> {
  const { lies, written, isFinal, text, from } = tables[journal]
  return await db.many(
    chainRow,
    sql`select j.id, ${exact(written)} as at, ${monthOf(lies)} as month, ${isFinal} as "isFinal", ${text} as text from ${from}
        where ${written} >= ${after.at}::timestamptz and ${written} < ${until}::timestamptz
          and (${written}, j.id) > (${after.at}::timestamptz, ${after.id})
        order by ${written}, j.id limit ${limit}`,
  )
}

/** Rows of one month between two places, the second one included. */
export async function rowsBetween(
  db: Queryable,
  { journal, month }: Chain,
  { after, until }: { after: Place; until: Place },
): Promise<ChainRow[]> {
  const { lies, written, isFinal, text, from } = tables[journal]
  return await db.many(
    chainRow,
    sql`select j.id, ${exact(written)} as at, ${monthOf(lies)} as month, ${isFinal} as "isFinal", ${text} as text from ${from}
        where ${lies} >= ${month}::timestamp at time zone 'utc' and ${lies} < (${month}::timestamp + interval '1 month') at time zone 'utc'
          and ${written} >= ${after.at}::timestamptz and ${written} <= ${until.at}::timestamptz
          and (${written}, j.id) > (${after.at}::timestamptz, ${after.id}) and (${written}, j.id) <= (${until.at}::timestamptz, ${until.id})
        order by ${written}, j.id limit 100000`,
  )
}

/** How many rows stand after a place: those that are not sealed yet. */
export async function countAfter(db: Queryable, journal: Journal, after: Place): Promise<number> {
  const { written, from } = tables[journal]
  const { count } = await db.one(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count from ${from} where (${written}, j.id) > (${after.at}::timestamptz, ${after.id})`,
  )
  return count
}

/** The months that have rows up to a place. */
export async function monthsUpTo(db: Queryable, journal: Journal, until: Place): Promise<string[]> {
  const { lies, written, from } = tables[journal]
  const rows = await db.many(
    z.object({ month: z.string() }),
    sql`select distinct ${monthOf(lies)} as month from ${from}
        where (${written}, j.id) <= (${until.at}::timestamptz, ${until.id}) order by 1`,
  )
  return rows.map(({ month }) => month)
}

/** One sealer at a time; false while another process seals. Held until the transaction ends. */
export async function holdSealing(db: Queryable): Promise<boolean> {
  const { held } = await db.one(
    z.object({ held: z.boolean() }),
    sql`select pg_try_advisory_xact_lock(hashtextextended('vestnik:journal', 0)) as held`,
  )
  return held
}

/** The last row that is sealed; undefined before the first. */
export async function sealedUntil(db: Queryable, journal: Journal): Promise<Place | undefined> {
  return await db.maybeOne(
    z.object({ at: z.string(), id: z.string() }),
    sql`select ${exact(sql`until_at`)} as at, until_id as id from journal_blocks where journal = ${journal}
        order by until_at desc, until_id desc limit 1`,
  )
}

/** Just before the first row of all; undefined while there is none. */
export async function firstPlace(db: Queryable, journal: Journal): Promise<Place | undefined> {
  const { written, from } = tables[journal]
  const { at } = await db.one(
    z.object({ at: z.string().nullable() }),
    sql`select ${exact(sql`min(${written})`)} as at from ${from}`,
  )
  return at === null ? undefined : { at, id: '' }
}

/** `after` some minutes later, but never later than so long ago; and whether that end was reached. */
export async function windowEnd(
  db: Queryable,
  { after, minutes, quietMinutes }: { after: string; minutes: number; quietMinutes: number },
): Promise<{ until: string; isLast: boolean }> {
  return await db.one(
    z.object({ until: z.string(), isLast: z.boolean() }),
    sql`select ${exact(sql`least(w.far, w.quiet)`)} as until, w.far >= w.quiet as "isLast" from (
          select ${after}::timestamptz + ${minutes}::int * interval '1 minute' as far,
                 clock_timestamp() - ${quietMinutes}::int * interval '1 minute' as quiet) w`,
  )
}

const blockColumns = sql`number, ${exact(sql`until_at`)} as "untilAt", until_id as "untilId", marks, previous, hash`
const blockRow = z.object({
  number: z.number(),
  untilAt: z.string(),
  untilId: z.string(),
  marks: z.instanceof(Buffer),
  previous: z.instanceof(Buffer),
  hash: z.instanceof(Buffer),
})

export type Chain = { journal: Journal; month: string }

export async function lastBlock(db: Queryable, { journal, month }: Chain): Promise<Block | undefined> {
  return await db.maybeOne(
    blockRow,
    sql`select ${blockColumns} from journal_blocks where journal = ${journal} and month = ${month}::date order by number desc limit 1`,
  )
}

export async function blocksAfter(db: Queryable, { journal, month }: Chain, number: number): Promise<Block[]> {
  return await db.many(
    blockRow,
    sql`select ${blockColumns} from journal_blocks where journal = ${journal} and month = ${month}::date and number > ${number}
        order by number limit 50`,
  )
}

export async function addBlock(db: Queryable, { journal, month }: Chain, block: Block): Promise<void> {
  await db.run(
    sql`insert into journal_blocks (journal, month, number, until_at, until_id, marks, previous, hash)
        values (${journal}, ${month}::date, ${block.number}, ${block.untilAt}::timestamptz, ${block.untilId}, ${block.marks},
          ${block.previous}, ${block.hash})`,
  )
}

export async function chainsOf(db: Queryable): Promise<Chain[]> {
  return await db.many(
    z.object({ journal: z.enum(journals), month: z.string() }),
    sql`select distinct journal, month::text from journal_blocks order by journal, month::text`,
  )
}

const anchorRow = z.object({
  day: z.string(),
  journal: z.enum(journals),
  month: z.string(),
  number: z.number(),
  rows: z.number(),
  hash: z.instanceof(Buffer),
})
export type Anchor = z.output<typeof anchorRow>

/** Notes where the chains end that have grown since they were noted last, once a day each; answers what it noted. */
export async function addAnchors(db: Queryable): Promise<Anchor[]> {
  return await db.many(
    anchorRow,
    sql`insert into journal_anchors (day, journal, month, number, rows, hash)
        select (now() at time zone 'utc')::date, b.journal, b.month, b.number,
               (select sum(length(o.marks) / 8) from journal_blocks o where o.journal = b.journal and o.month = b.month), b.hash
        from (select distinct on (journal, month) journal, month, number, hash from journal_blocks order by journal, month, number desc) b
        where not exists (select 1 from journal_anchors a where a.journal = b.journal and a.month = b.month
                            and (a.number >= b.number or a.day = (now() at time zone 'utc')::date))
        on conflict do nothing
        returning day::text, journal, month::text, number, rows::int, hash`,
  )
}

export async function anchorsOf(db: Queryable, { journal, month }: Chain): Promise<Anchor[]> {
  return await db.many(
    anchorRow,
    sql`select day::text, journal, month::text, number, rows::int, hash from journal_anchors
        where journal = ${journal} and month = ${month}::date order by day`,
  )
}

/** Months of which only the anchors are left. */
export async function anchoredAlone(db: Queryable): Promise<Anchor[]> {
  return await db.many(
    anchorRow,
    sql`select distinct on (a.journal, a.month) a.day::text, a.journal, a.month::text, a.number, a.rows::int, a.hash from journal_anchors a
        where not exists (select 1 from journal_blocks b where b.journal = a.journal and b.month = a.month)
        order by a.journal, a.month, a.day desc`,
  )
}

/** No month is dropped sooner than this by any term of keeping. */
export const shortestKeepingDays = 180

/** Chains of months whose rows retention has dropped; answers how many blocks went. */
export async function forgetDropped(db: Queryable): Promise<number> {
  const old = await db.many(
    z.object({ journal: z.enum(journals), month: z.string() }),
    sql`select distinct journal, month::text from journal_blocks
        where month < (now() - ${shortestKeepingDays}::int * interval '1 day' - interval '1 month')::date`,
  )
  let removed = 0
  for (const { journal, month } of old) {
    const { lies, from } = tables[journal]
    removed += await db.run(
      sql`delete from journal_blocks where journal = ${journal} and month = ${month}::date
            and not exists (select 1 from ${from} where ${lies} >= ${month}::timestamp at time zone 'utc'
                              and ${lies} < (${month}::timestamp + interval '1 month') at time zone 'utc')`,
    )
  }
  return removed
}
