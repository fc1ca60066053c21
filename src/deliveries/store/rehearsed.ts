import { z } from 'zod'
import type { KeyOwner, Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ContactId, type DeliveryId, newId } from '../../lib/ids.ts'

export type Rehearsed = { deliveryId: DeliveryId; address: string | undefined; receipts: number }

/**
 * Messages to test phones that were taken, of which more may be told; each to one process, a second after the last time,
 * and ever more seldom, since most have nothing more to tell.
 */
export async function takeRehearsed(needs: { db: Queryable; vault: Vault }): Promise<Rehearsed[]> {
  const rows = await needs.db.many(
    z.object({
      id: z.string().transform(branded<'delivery'>),
      client_id: z.string().transform(branded<'client'>),
      data_key: z.instanceof(Buffer).nullable(),
      address: z.instanceof(Buffer),
      receipts: z.bigint(),
    }),
    sql`with taken as (
          update deliveries set hinted_at = clock_timestamp() where id in (
            select d.id from deliveries d
            where d.channel = 'sandbox' and d.state in ('sent', 'delivered') and d.engagement is null
              and d.decided_at > statement_timestamp() - interval '1 hour'
              and greatest(d.hinted_at, d.decided_at) < statement_timestamp() - greatest(interval '1 second', (statement_timestamp() - d.decided_at) / 2)
            order by d.decided_at limit 200 for update skip locked)
          returning id, client_id, contact_id)
        select t.id, t.client_id, c.data_key, k.address, (select count(*) from receipts r where r.delivery_id = t.id) as receipts
        from taken t join clients c on c.id = t.client_id join contacts k on k.id = t.contact_id`,
  )
  return rows.map((row) => ({
    deliveryId: row.id,
    address: needs.vault.open({ id: row.client_id, dataKey: row.data_key }, 'address', row.address),
    receipts: Number(row.receipts),
  }))
}

/**
 * Where a rehearsal to that test phone goes. Nobody sees it among the client's contacts, and a block that it played is
 * forgotten for the next time.
 */
export async function linkTestPhone(
  needs: { db: Queryable; vault: Vault },
  client: KeyOwner,
  phone: string,
): Promise<ContactId> {
  const { vault } = needs
  const { id } = await needs.db.one(
    z.object({ id: z.string().transform(branded<'contact'>) }),
    sql`insert into contacts (id, client_id, channel, address, address_index, phone_index, linked_by)
        values (${newId('contact')}, ${client.id}, 'sandbox', ${vault.seal(client, 'address', phone)},
                ${vault.index('address', `sandbox:${phone}`)}, ${vault.index('phone', phone)}, 'api')
        on conflict (client_id, channel, phone_index) do update set blocked_at = null, blocked_reason = null
        returning id`,
  )
  return id
}
