import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { type ChannelName, channelNames } from '../../lib/channel-name.ts'
import { branded, type ClientId, newId } from '../../lib/ids.ts'
import type { Vault } from '../vault.ts'

/** False when a request of his is open already. Nothing is kept of a client who is erased meanwhile. */
export async function requestErasure(db: Queryable, client: ClientId, channel: ChannelName): Promise<boolean> {
  const made = await db.run(
    sql`insert into erasure_requests (id, client_id, channel)
        select ${newId('erasureRequest')}, id, ${channel} from clients where id = ${client} and erased_at is null
        on conflict do nothing`,
  )
  return made > 0
}

/** The oldest first: each has its term. */
export async function listErasureRequests(
  { db, vault }: { db: Queryable; vault: Vault },
  state: 'open' | 'done',
  limit: number,
) {
  const rows = await db.many(
    z.object({
      id: z.string(),
      state: z.enum(['open', 'done']),
      channel: z.enum(channelNames),
      requested_at: z.date(),
      done_at: z.date().nullable(),
      client_id: z.string().transform(branded<'client'>),
      external_id: z.string().nullable(),
      phone: z.instanceof(Buffer).nullable(),
      data_key: z.instanceof(Buffer).nullable(),
      branch_code: z.string().nullable(),
    }),
    sql`select r.id, r.state, r.channel, r.requested_at, r.done_at, r.client_id, c.external_id, c.phone, c.data_key, c.branch_code
        from erasure_requests r join clients c on c.id = r.client_id where r.state = ${state} order by r.id limit ${limit}`,
  )
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    channel: row.channel,
    requestedAt: row.requested_at,
    doneAt: row.done_at,
    clientId: row.client_id,
    branch: row.branch_code,
    client: {
      id: row.client_id,
      externalId: row.external_id,
      phone: vault.open({ id: row.client_id, dataKey: row.data_key }, 'phone', row.phone),
    },
  }))
}
