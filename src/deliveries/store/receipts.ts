import { z } from 'zod'
import type { Receipt, WayName } from '../../channels/channel.ts'
import type { Database, Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { recordReceipt } from '../../journal/record.ts'
import { branded, type ClientId, type DeliveryId } from '../../lib/ids.ts'
import type { Reason } from '../delivery.ts'
import { type Decided, nextOfClients } from './decide.ts'

export type ReceiptNote = {
  channel: WayName
  /** The blind index of the chat's address: ids of messages are unique only inside a chat. */
  addressIndex: Buffer
  at: Date
  receipt: Receipt
  /** What a failure means for the message, and whether for the contact too. */
  reason: Reason | null
  contact: 'blocked' | 'not_found' | null
}

/**
 * Notes what a messenger reports later. States only rise: taken, delivered, read; a failure counts while nothing better is
 * known. Answers how many messages it was about, and whom the ended ones wake.
 */
export async function noteReceipt(database: Database, note: ReceiptNote): Promise<{ found: number; woken: Decided[] }> {
  const { found, ended } = await database.transaction(async (db) => {
    const about = await find(db, note)
    const ended: ClientId[] = []
    for (const { id, client_id, isKnown } of about) {
      if (!isKnown) await recordReceipt(db, { deliveryId: id, state: note.receipt.state, at: note.at })
      if (await raise(db, id, note)) ended.push(client_id)
    }
    if (note.contact !== null && about.length > 0) {
      await db.run(
        sql`update contacts set blocked_reason = ${note.contact}, blocked_at = now()
            where channel = ${note.channel} and address_index = ${note.addressIndex}`,
      )
    }
    return { found: about.length, ended }
  })
  // After the commit: whoever found himself behind one of these was there before it, and is seen now.
  return { found, woken: await nextOfClients(database, ended) }
}

async function find(db: Queryable, { channel, addressIndex, receipt }: ReceiptNote) {
  const { deliveryId, providerMessageId, upTo, state } = receipt
  const row = z.object({
    id: z.string().transform(branded<'delivery'>),
    client_id: z.string().transform(branded<'client'>),
    isKnown: z.boolean(),
  })
  const known = sql`exists (select 1 from receipts r where r.delivery_id = d.id and r.state = ${state}) as "isKnown"`
  if (deliveryId !== undefined) {
    return await db.many(
      row,
      sql`select d.id, d.client_id, ${known} from deliveries d where d.id = ${deliveryId} and d.channel = ${channel} for update of d`,
    )
  }
  if (providerMessageId === undefined) return []
  if (upTo === true && /^\d{1,18}$/.test(providerMessageId)) {
    return await db.many(
      row,
      sql`select d.id, d.client_id, ${known} from deliveries d join contacts k on k.id = d.contact_id
          where k.channel = ${channel} and k.address_index = ${addressIndex} and d.channel = ${channel}
            and d.created_at > now() - interval '30 days' and d.state in ('sent', 'delivered', 'unknown')
            and (d.engagement is null or d.state <> 'delivered')
            and case when d.provider_message_id ~ '^[0-9]{1,18}$' then d.provider_message_id::bigint end <= ${BigInt(providerMessageId)}
          for update of d`,
    )
  }
  return await db.many(
    row,
    sql`select d.id, d.client_id, ${known} from deliveries d join contacts k on k.id = d.contact_id
        where d.channel = ${channel} and d.provider_message_id = ${providerMessageId} and k.address_index = ${addressIndex}
        for update of d`,
  )
}

/** True when this ended a delivery that somebody may be waiting behind. */
async function raise(db: Queryable, id: DeliveryId, { receipt, reason }: ReceiptNote): Promise<boolean> {
  const isFailure = receipt.state === 'failed'
  const state = isFailure ? 'failed' : receipt.state === 'taken' ? 'sent' : 'delivered'
  const from =
    isFailure || state === 'sent'
      ? ['sending', 'unknown', ...(isFailure ? ['sent'] : [])]
      : // It arrived after all, although its messenger had given it up: the truth counts.
        ['sending', 'unknown', 'sent', 'failed']
  const ended = await db.maybeOne(
    z.object({ ended: z.boolean() }),
    sql`with before as (select id, decided_at is null as was_open from deliveries where id = ${id} and state = any(${from}::text[]))
        update deliveries d set state = ${state}, reason = ${isFailure ? reason : null}, updated_at = clock_timestamp(),
          provider_message_id = coalesce(d.provider_message_id, ${receipt.providerMessageId ?? null}),
          next_attempt_at = null, lease_until = null, move_since = case when ${isFailure} then clock_timestamp() end,
          decided_at = case when ${isFailure} then d.decided_at else coalesce(d.decided_at, clock_timestamp()) end
        from before where d.id = before.id returning before.was_open as ended`,
  )
  if (receipt.state === 'read') {
    await db.run(
      sql`update deliveries set engagement = 'read', updated_at = clock_timestamp() where id = ${id} and engagement is null`,
    )
  }
  // A failure ends nothing yet: another channel is looked for first (notifications/move).
  return !isFailure && (ended?.ended ?? false)
}
