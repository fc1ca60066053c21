/** What a sender's key lets through: real messages, messages to the team, or nothing but the journal. The widest first. */
export const keyKinds = ['live', 'team', 'test'] as const
export type KeyKind = (typeof keyKinds)[number]

export function isWiderKind(kind: KeyKind, than: KeyKind): boolean {
  return keyKinds.indexOf(kind) < keyKinds.indexOf(than)
}

/** A key that was recognised. Keys of the environment have no row; their id is `env` or `admin`. */
export type KnownKey = {
  id: string
  /** The first key of those that were exchanged for one another: whoever posts stays the same sender. */
  line: string
  name: string
  kind: KeyKind
  source: string | null
  branchCode: string | null
  scopes: readonly string[]
  ratePerMinute: number | null
}
