/**
 * Everything that is sealed with a client's key: whoever changes the key of a row seals all of its columns anew in one
 * update. `field` is what the vault was told at sealing. A test walks the schema, so that none is forgotten here; it stands
 * in the order in which rows are locked everywhere: a delivery before its contact.
 */
export const sealed: readonly SealedTable[] = [
  { table: 'events', id: 'id', idType: 'text', columns: { payload: 'event' } },
  { table: 'deliveries', id: 'id', idType: 'text', columns: { message: 'message' } },
  { table: 'contacts', id: 'id', idType: 'text', columns: { address: 'address' } },
  { table: 'schedules', id: 'id', idType: 'text', columns: { payload: 'schedule' } },
  { table: 'questions', id: 'id', idType: 'text', columns: { body: 'question', answer: 'answer' } },
  { table: 'consents', id: 'id', idType: 'text', columns: { wording_sealed: 'wording' } },
  { table: 'changes', id: 'seq', idType: 'bigint', columns: { body: 'reply' } },
]

export type SealedTable = { table: string; id: string; idType: 'text' | 'bigint'; columns: Record<string, string> }

/** Rows of a client that hold nothing sealed: only their owner changes. */
export const owned: readonly string[] = [
  'notifications',
  'link_tokens',
  'client_aliases',
  'looks',
  'ratings',
  'conversations',
  'daily_clients',
]

/** Of these a client has one: what the record that stays has of its own stands. */
export const onePerClient: readonly string[] = ['client_settings', 'erasure_requests']

/**
 * Rows that stay with the old record: changes without a body, which readers follow to the new one, the code of an
 * operator, which ends, and the act of an erasure, which a record that is merged does not have.
 */
export const staying: readonly string[] = ['link_codes', 'erasures']
