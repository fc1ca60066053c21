import { sql } from '../../db/sql.ts'
import { parseId } from '../../lib/ids.ts'
import type { Client } from '../client.ts'
import { type ClientNeeds, clientByExternalId, clientRow, opened } from '../store.ts'

/** By the sender's id, or by ours (`cli_…`), which leads on from a merged record to the one it went into. */
export async function clientByAnyId(needs: ClientNeeds, text: string): Promise<Client | undefined> {
  const id = parseId('client', text)
  if (id === undefined) return await clientByExternalId(needs, text)
  const row = await needs.db.maybeOne(
    clientRow,
    sql`select c.* from clients own join clients c on c.id = coalesce(own.merged_into, own.id)
        where own.id = ${id} and c.erased_at is null`,
  )
  return row && opened(needs.vault, row)
}
