import { z } from 'zod'
import type { ChannelName } from '../../channels/channel.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type DeliveryId, type EventId } from '../../lib/ids.ts'

/** What the message was about, and whether the owner keeps personal fields from that messenger. */
export type Tapped = { event: EventId; isPrivate: boolean }

/**
 * A button of that message was pressed in this chat. Answers what the message is about; undefined when it did not go to
 * this chat, and then nothing has changed: a payload is only what a messenger says was pressed.
 */
export async function noteTap(
  db: Queryable,
  { delivery, channel, addressIndex }: { delivery: DeliveryId; channel: ChannelName; addressIndex: Buffer },
): Promise<Tapped | undefined> {
  const tapped = await db.maybeOne(
    z.object({ event_id: z.string().transform(branded<'event'>), is_private: z.boolean() }),
    sql`update deliveries d set engagement = case when d.engagement = 'replied' then d.engagement else 'tapped' end,
          updated_at = clock_timestamp()
        from contacts k
        where d.id = ${delivery} and d.channel = ${channel} and k.id = d.contact_id and k.address_index = ${addressIndex}
        returning d.event_id,
          exists (select 1 from template_versions t where t.id = d.template_version and t.is_private) as is_private`,
  )
  return tapped && { event: tapped.event_id, isPrivate: tapped.is_private }
}

/** The message of a link, as it left; undefined when there is none, or the client was erased. */
export async function linkedMessage(
  { db, vault }: { db: Queryable; vault: Vault },
  delivery: DeliveryId,
): Promise<string | undefined> {
  const row = await db.maybeOne(
    z.object({
      client_id: z.string().transform(branded<'client'>),
      data_key: z.instanceof(Buffer).nullable(),
      message: z.instanceof(Buffer).nullable(),
    }),
    sql`select d.client_id, c.data_key, d.message from deliveries d join clients c on c.id = d.client_id where d.id = ${delivery}`,
  )
  return row && vault.open({ id: row.client_id, dataKey: row.data_key }, 'message', row.message)
}

/** A link of that message was opened. Never a downgrade: who has replied stays so. */
export async function noteLinkTap(db: Queryable, delivery: DeliveryId): Promise<void> {
  await db.run(
    sql`update deliveries set engagement = 'tapped', updated_at = clock_timestamp()
        where id = ${delivery} and engagement is distinct from 'replied' and engagement is distinct from 'tapped'
          and state in ('sending', 'sent', 'delivered', 'unknown')`,
  )
}
