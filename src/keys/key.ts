/** What a sender's key lets through: real messages, messages to the team, or nothing but the journal. */
export const keyKinds = ['live', 'team', 'test'] as const
export type KeyKind = (typeof keyKinds)[number]

/** A key that was recognised. Keys of the environment have no row; their id is `env` or `admin`. */
export type KnownKey = {
  id: string
  name: string
  kind: KeyKind
  source: string | null
  branchCode: string | null
  scopes: readonly string[]
  ratePerMinute: number | null
}
