import { z } from 'zod'
import { type ChannelName, channelNames, type Update } from '../channels/channel.ts'
import { addressIndex } from '../clients/store.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { sql } from '../db/sql.ts'
import { branded, type Id, newId } from '../lib/ids.ts'

export type BotNeeds = { db: Queryable; vault: Vault }
export type UpdateId = Id<'update'>

export type StoredUpdate = { id: UpdateId; update: Update }

/** In one statement, however many a messenger brings at once. Answers those that have not come before, in their order. */
export async function storeUpdates(
  needs: BotNeeds,
  channel: ChannelName,
  updates: readonly Update[],
): Promise<StoredUpdate[]> {
  if (updates.length === 0) return []
  const all = updates.map((update) => {
    const id = newId('update')
    return { id, update, payload: needs.vault.sealOwn(`update:${id}`, JSON.stringify(update)) }
  })
  const rows = await needs.db.many(
    z.object({ id: z.string().transform(branded<'update'>) }),
    sql`insert into updates (id, channel, key, payload)
        select id, ${channel}, key, payload
        from unnest(${all.map(({ id }) => id)}::text[], ${all.map(({ update }) => update.key)}::text[],
          ${all.map(({ payload }) => payload)}::bytea[]) as u (id, key, payload)
        on conflict (channel, key) do nothing returning id`,
  )
  const fresh = new Set(rows.map(({ id }) => id))
  return all.filter(({ id }) => fresh.has(id))
}

/** Worked: what it said is forgotten, that it came is remembered. */
export async function closeUpdate(needs: BotNeeds, id: UpdateId): Promise<void> {
  await needs.db.run(sql`update updates set handled_at = now(), payload = null where id = ${id}`)
}

/** Nobody has worked it yet: of two processes that were given it, one may have been quicker. */
export async function isOpen({ db }: BotNeeds, id: UpdateId): Promise<boolean> {
  const row = await db.maybeOne(
    z.object({ id: z.string() }),
    sql`select id from updates where id = ${id} and handled_at is null`,
  )
  return row !== undefined
}

const updateSchema = z.looseObject({ key: z.string(), address: z.string(), at: z.coerce.date(), kind: z.string() })

/** Updates that were stored but not worked, because the process died in between. Each is handed out once in 30 s. */
export async function forgottenUpdates(
  needs: BotNeeds,
): Promise<{ id: UpdateId; channel: ChannelName; update: Update }[]> {
  const rows = await needs.db.many(
    z.object({
      id: z.string().transform(branded<'update'>),
      channel: z.enum(channelNames),
      payload: z.instanceof(Buffer),
    }),
    sql`update updates set received_at = now() where id in (
          select id from updates where handled_at is null and payload is not null and received_at < now() - interval '30 seconds'
          order by received_at limit 100 for update skip locked)
        returning id, channel, payload`,
  )
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    update: storedUpdate(updateSchema.parse(JSON.parse(needs.vault.openOwn(`update:${row.id}`, row.payload)))),
  }))
}

/** Guarantee: sealed by storeUpdates from an Update, so the kind and its fields belong together. */
function storedUpdate(value: z.output<typeof updateSchema>): Update {
  return value as unknown as Update
}

/** He wrote to us from there: a mark of «cannot be reached» that is older than that is over. */
export async function noteWrote(
  needs: BotNeeds,
  { channel, address, at }: { channel: ChannelName; address: string; at: Date },
): Promise<void> {
  await needs.db.run(
    sql`update contacts set last_wrote_at = greatest(last_wrote_at, ${at}),
          blocked_reason = case when blocked_at < ${at} then null else blocked_reason end,
          blocked_at = case when blocked_at < ${at} then null else blocked_at end
        where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
}

export type ChatConsent = { at: Date; wordingHash: string }

/** Consent given in a chat before its person is known. */
export async function noteChatConsent(
  needs: BotNeeds,
  channel: ChannelName,
  address: string,
  consent: ChatConsent | null,
): Promise<void> {
  await needs.db.run(
    sql`insert into chats (channel, address_index, consented_at, wording_hash)
        values (${channel}, ${addressIndex(needs.vault, channel, address)}, ${consent?.at ?? null}, ${consent?.wordingHash ?? null})
        on conflict (channel, address_index) do update set consented_at = excluded.consented_at,
          wording_hash = excluded.wording_hash, updated_at = now()`,
  )
}

export async function chatConsent(
  needs: BotNeeds,
  channel: ChannelName,
  address: string,
): Promise<ChatConsent | undefined> {
  const row = await needs.db.maybeOne(
    z.object({ consented_at: z.date().nullable(), wording_hash: z.string().nullable() }),
    sql`select consented_at, wording_hash from chats
        where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
  if (!row?.consented_at || row.wording_hash === null) return undefined
  return { at: row.consented_at, wordingHash: row.wording_hash }
}
