/** A place in the stream of changes: the number of the transaction, and the row within it. */
export type Position = { xact: bigint; seq: bigint }

export const beginning: Position = { xact: 0n, seq: 0n }

export function isAfter(a: Position, b: Position): boolean {
  return a.xact > b.xact || (a.xact === b.xact && a.seq > b.seq)
}

/** What a reader keeps between two calls; it need not understand it. */
export function cursorOf({ xact, seq }: Position): string {
  return Buffer.from(`${xact}.${seq}`).toString('base64url')
}

const largest = 2n ** 63n - 1n

/** Undefined when the cursor is none of ours. */
export function positionOf(cursor: string): Position | undefined {
  const match = /^(\d{1,19})\.(\d{1,19})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) return undefined
  const position = { xact: BigInt(match[1] ?? ''), seq: BigInt(match[2] ?? '') }
  const isOurs = position.xact <= largest && position.seq <= largest && cursorOf(position) === cursor
  return isOurs ? position : undefined
}
