import { z } from 'zod'
import { sql } from '../../db/sql.ts'
import { type ChannelName, channelNames } from '../../lib/channel-name.ts'
import { branded, type ClientId, type ContactId } from '../../lib/ids.ts'
import type { ClientNeeds } from '../store.ts'

/** A chat of one of our own people, marked as such by hand. */
export type TeamContact = {
  id: ContactId
  clientId: ClientId
  channel: ChannelName
  address: string
  fullName: string | undefined
  lastWroteAt: Date | undefined
}

/** Of the living, still theirs and not closed. */
export async function teamContacts(needs: ClientNeeds): Promise<TeamContact[]> {
  const rows = await needs.db.many(
    z.object({
      id: z.string().transform(branded<'contact'>),
      client_id: z.string().transform(branded<'client'>),
      channel: z.enum(channelNames),
      address: z.instanceof(Buffer),
      full_name: z.instanceof(Buffer).nullable(),
      data_key: z.instanceof(Buffer).nullable(),
      last_wrote_at: z.date().nullable(),
    }),
    sql`select k.id, k.client_id, k.channel, k.address, c.full_name, c.data_key, k.last_wrote_at
        from contacts k join clients c on c.id = k.client_id
        where k.team and k.channel <> 'sandbox' and k.blocked_reason is null and c.erased_at is null
          and (k.phone_index is null or k.phone_index is not distinct from c.phone_index)
        order by k.channel, k.id limit 200`,
  )
  return rows.flatMap((row) => {
    const owner = { id: row.client_id, dataKey: row.data_key }
    const address = needs.vault.open(owner, 'address', row.address)
    const fullName = needs.vault.open(owner, 'full_name', row.full_name)
    return address === undefined
      ? []
      : [
          {
            id: row.id,
            clientId: row.client_id,
            channel: row.channel,
            address,
            fullName,
            lastWroteAt: row.last_wrote_at ?? undefined,
          },
        ]
  })
}
