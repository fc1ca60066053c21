import type { Queryable } from '../db/database.ts'
import { beforeAll, beginningOf, hashOf, markBytes, markOf, type Sign } from './chain.ts'
import {
  type Anchor,
  anchoredAlone,
  anchorsOf,
  type Block,
  blocksAfter,
  type Chain,
  type ChainRow,
  chainsOf,
  countAfter,
  type Journal,
  journals,
  monthsUpTo,
  type Place,
  rowsBetween,
  sealedUntil,
  shortestKeepingDays,
} from './chain-store.ts'

/** The first thing that does not fit in one chain. `row` is the id of the broken row, where there is one to name. */
export type Break = Chain & { number: number; row?: string; what: string }

export type Verdict = {
  chains: number
  blocks: number
  rows: number
  /** Too young to be sealed. */
  waiting: number
  breaks: Break[]
  /** Months that retention has dropped: their anchors stay. */
  dropped: Anchor[]
}

/** Reads the whole journal once and holds it against its chains; changes nothing. */
export async function verifyJournal(
  db: Queryable,
  sign: Sign,
  onBlock: (chain: Chain, number: number) => void = () => {},
): Promise<Verdict> {
  const verdict: Verdict = { chains: 0, blocks: 0, rows: 0, waiting: 0, breaks: [], dropped: [] }
  const chains = await chainsOf(db)
  for (const journal of journals) {
    const sealed = await sealedUntil(db, journal)
    verdict.waiting += await countAfter(db, journal, sealed ?? beforeAll)
    if (sealed === undefined) continue
    const known = chains.filter((each) => each.journal === journal)
    for (const chain of known) await verifyChain(db, sign, chain, sealed, verdict, onBlock)
    const unknown = (await monthsUpTo(db, journal, sealed)).filter((each) => !known.some(({ month }) => month === each))
    for (const month of unknown)
      verdict.breaks.push({ journal, month, number: 0, what: 'у месяца нет цепочки, а строки есть' })
  }
  await lookAtAnchors(db, verdict)
  return verdict
}

async function verifyChain(
  db: Queryable,
  sign: Sign,
  chain: Chain,
  sealed: Place,
  verdict: Verdict,
  onBlock: (chain: Chain, number: number) => void,
): Promise<void> {
  verdict.chains += 1
  const anchors = await anchorsOf(db, chain)
  let before: { number: number; hash: Buffer; until: Place } = {
    number: 0,
    hash: beginningOf(sign, chain),
    until: beforeAll,
  }
  const fail = (number: number, found: { what: string; row?: string }) =>
    verdict.breaks.push({ ...chain, number, ...found })
  for (;;) {
    const blocks = await blocksAfter(db, chain, before.number)
    for (const block of blocks) {
      const until = { at: block.untilAt, id: block.untilId }
      const rows = await rowsBetween(db, chain, { after: before.until, until })
      const found = faultOfBlock(sign, chain, before, block, rows) ?? faultOfAnchor(anchors, block)
      if (found) return void fail(block.number, found)
      verdict.blocks += 1
      verdict.rows += rows.length
      before = { number: block.number, hash: block.hash, until }
      onBlock(chain, block.number)
    }
    if (blocks.length === 0) break
  }
  const beyond = anchors.find((each) => each.number > before.number)
  if (beyond) return void fail(before.number + 1, { what: `цепочка короче якоря от ${beyond.day}: блоки удалены` })
  const [late] = await rowsBetween(db, chain, { after: before.until, until: sealed })
  if (late) fail(before.number + 1, { what: 'строка вписана задним числом', row: late.id })
}

type Found = { what: string; row?: string }

function faultOfBlock(
  sign: Sign,
  chain: Chain,
  before: { number: number; hash: Buffer },
  block: Block,
  rows: readonly ChainRow[],
): Found | undefined {
  if (block.number !== before.number + 1) return { what: `нет блока ${before.number + 1}` }
  if (!block.previous.equals(before.hash)) return { what: 'блок не продолжает предыдущий: один из них подменён' }
  if (!block.hash.equals(hashOf(sign, chain, block))) return { what: 'подменён сам блок цепочки' }
  return faultOfRows(sign, block.marks, rows)
}

/** The first row that differs from its mark; what stands behind it says whether it was changed, written in, or one is gone. */
function faultOfRows(sign: Sign, marks: Buffer, rows: readonly ChainRow[]): Found | undefined {
  const expected = Array.from({ length: marks.length / markBytes }, (_, index) => markAt(marks, index))
  const seen = rows.map((row) => markOf(sign, row).toString('hex'))
  const first = expected.findIndex((mark, index) => mark !== seen[index])
  const index = first < 0 ? expected.length : first
  if (first < 0 && seen.length === expected.length) return undefined
  const row = rows[index]
  const previous = rows[index - 1]
  if (row === undefined) return { what: `строки удалены${previous ? ` после ${previous.id}` : ''}` }
  if (seen.length < expected.length && seen[index] === expected[index + 1])
    return { what: `строка удалена${previous ? ` после ${previous.id}` : ''}, перед ${row.id}` }
  if (seen.length > expected.length && (first < 0 || seen[index + 1] === expected[index]))
    return { what: 'строка вписана задним числом', row: row.id }
  return { what: 'строка изменена', row: row.id }
}

function markAt(marks: Buffer, index: number): string {
  return marks.subarray(index * markBytes, (index + 1) * markBytes).toString('hex')
}

function faultOfAnchor(anchors: readonly Anchor[], block: Block): Found | undefined {
  const anchor = anchors.find((each) => each.number === block.number)
  if (anchor === undefined || anchor.hash.equals(block.hash)) return undefined
  return { what: `цепочка не сходится с якорем от ${anchor.day}: её переписали` }
}

async function lookAtAnchors(db: Queryable, verdict: Verdict): Promise<void> {
  const oldest = new Date(Date.now() - shortestKeepingDays * 86_400_000).toISOString().slice(0, 10)
  for (const anchor of await anchoredAlone(db)) {
    if (anchor.month < oldest) verdict.dropped.push(anchor)
    else {
      const { journal, month } = anchor
      verdict.breaks.push({ journal, month, number: 0, what: `удалена вся цепочка, хотя есть якорь от ${anchor.day}` })
    }
  }
}

export type { Journal }
