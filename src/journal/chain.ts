import type { Database, Queryable } from '../db/database.ts'
import { groupBy } from '../lib/list.ts'
import {
  type Anchor,
  addAnchors,
  addBlock,
  type Block,
  type Chain,
  type ChainRow,
  firstPlace,
  forgetDropped,
  holdSealing,
  type Journal,
  journals,
  lastBlock,
  type Place,
  rowsAfter,
  sealedUntil,
  windowEnd,
} from './chain-store.ts'

/** A keyed hash: who has the database alone cannot make it. */
export type Sign = (text: string) => Buffer

/** A row this old is never changed again (deliveries/store/close), and nobody still writes before it. */
const quietMinutes = 15
const rowsAtOnce = 20_000
const rowsInBlock = 1_000
export const markBytes = 8

/**
 * Seals what the journal has gained: blocks of each month's chain, once a day an anchor. One process does it at a time; the
 * others find the lock taken. Answers the rows sealed, and the anchors for the log.
 */
export async function sealJournal(
  database: Database,
  sign: Sign,
): Promise<{ sealed: number; anchors: Anchor[]; mayHaveMore: boolean }> {
  return await database.transaction(async (db) => {
    if (!(await holdSealing(db))) return { sealed: 0, anchors: [], mayHaveMore: false }
    let sealed = 0
    let mayHaveMore = false
    for (const journal of journals) {
      const { rows, isAll } = await unsealed(db, journal)
      await sealRows(db, sign, journal, rows)
      sealed += rows.length
      mayHaveMore ||= !isAll
    }
    await forgetDropped(db)
    return { sealed, anchors: await addAnchors(db), mayHaveMore }
  })
}

/** The next rows that are final, up to the first that is not. Thin spans are crossed in ever longer steps. */
async function unsealed(db: Queryable, journal: Journal): Promise<{ rows: ChainRow[]; isAll: boolean }> {
  const after = (await sealedUntil(db, journal)) ?? (await firstPlace(db, journal))
  if (after === undefined) return { rows: [], isAll: true }
  for (let minutes = 10; ; minutes *= 4) {
    const { until, isLast } = await windowEnd(db, { after: after.at, minutes, quietMinutes })
    const rows = await rowsAfter(db, journal, { after, until, limit: rowsAtOnce })
    const open = rows.findIndex((row) => !row.isFinal)
    // Nothing goes on behind a row that is still open.
    if (open >= 0) return { rows: rows.slice(0, open), isAll: true }
    if (isLast || rows.length >= rowsInBlock) return { rows, isAll: isLast && rows.length < rowsAtOnce }
  }
}

async function sealRows(db: Queryable, sign: Sign, journal: Journal, rows: readonly ChainRow[]): Promise<void> {
  for (const [month, ofMonth] of groupBy(rows, (row) => row.month)) {
    const chain = { journal, month }
    let last = await lastBlock(db, chain)
    for (let from = 0; from < ofMonth.length; from += rowsInBlock) {
      last = blockOf(sign, chain, last, ofMonth.slice(from, from + rowsInBlock))
      await addBlock(db, chain, last)
    }
  }
}

function blockOf(sign: Sign, chain: Chain, before: Block | undefined, rows: readonly ChainRow[]): Block {
  const end = rows.at(-1)
  if (end === undefined) throw new Error('a block has at least one row')
  const block = {
    number: (before?.number ?? 0) + 1,
    untilAt: end.at,
    untilId: end.id,
    marks: Buffer.concat(rows.map((row) => markOf(sign, row))),
    previous: before?.hash ?? beginningOf(sign, chain),
  }
  return { ...block, hash: hashOf(sign, chain, block) }
}

export function markOf(sign: Sign, row: Pick<ChainRow, 'text'>): Buffer {
  return sign(row.text).subarray(0, markBytes)
}

export function beginningOf(sign: Sign, { journal, month }: Chain): Buffer {
  return sign(`beginning of ${journal} ${month}`)
}

export function hashOf(sign: Sign, { journal, month }: Chain, block: Omit<Block, 'hash'>): Buffer {
  const { number, untilAt, untilId, marks, previous } = block
  return sign([journal, month, number, untilAt, untilId, previous.toString('hex'), marks.toString('hex')].join('|'))
}

/** Before every row of a chain. */
export const beforeAll: Place = { at: '-infinity', id: '' }
