import { z } from 'zod'
import type { ChannelName } from '../../channels/channel.ts'
import { addressIndex } from '../../clients/store.ts'
import type { Vault } from '../../clients/vault.ts'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId } from '../../lib/ids.ts'

export type TalkNeeds = { db: Queryable; vault: Vault }

/** A chat of somebody who is marked as team. */
export async function isTeamChat(needs: TalkNeeds, channel: ChannelName, address: string): Promise<boolean> {
  const row = await needs.db.maybeOne(
    z.object({ id: z.string() }),
    sql`select id from contacts where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}
          and team limit 1`,
  )
  return row !== undefined
}

/** Where a chat stands. A question is waited for half an hour; a numbered menu holds for a day. */
export type Conversation =
  | { kind: 'question'; client: ClientId | null }
  | { kind: 'choice'; choices: readonly string[] }

type Chat = { channel: ChannelName; address: string }

export async function conversationIn(needs: TalkNeeds, { channel, address }: Chat): Promise<Conversation | undefined> {
  const row = await needs.db.maybeOne(
    z.object({
      kind: z.enum(['question', 'choice']),
      client_id: z
        .string()
        .transform(branded<'client'>)
        .nullable(),
      choices: z.array(z.string()).nullable(),
    }),
    sql`select kind, client_id, choices from conversations
        where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}
          and at > now() - case kind when 'question' then interval '30 minutes' else interval '1 day' end`,
  )
  if (!row) return undefined
  return row.kind === 'question'
    ? { kind: row.kind, client: row.client_id }
    : { kind: row.kind, choices: row.choices ?? [] }
}

export async function setConversation(needs: TalkNeeds, { channel, address }: Chat, to: Conversation): Promise<void> {
  const client = to.kind === 'question' ? to.client : null
  const choices = to.kind === 'choice' ? to.choices : null
  await needs.db.run(
    sql`insert into conversations (channel, address_index, kind, client_id, choices)
        values (${channel}, ${addressIndex(needs.vault, channel, address)}, ${to.kind}, ${client}, ${choices}::text[])
        on conflict (channel, address_index) do update set kind = excluded.kind, client_id = excluded.client_id,
          choices = excluded.choices, at = clock_timestamp()`,
  )
}

export async function endConversation(needs: TalkNeeds, { channel, address }: Chat): Promise<void> {
  await needs.db.run(
    sql`delete from conversations where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
}

/** He wrote something of his own: the last message that we sent him there has its reply. */
export async function markReplied(needs: TalkNeeds, { channel, address }: Chat): Promise<void> {
  await needs.db.run(
    sql`update deliveries set engagement = 'replied', updated_at = clock_timestamp()
        where engagement is distinct from 'replied' and id in (
          select d.id from contacts k join lateral (
            select d.id from deliveries d where d.client_id = k.client_id and d.contact_id = k.id
              and d.state in ('sent', 'delivered', 'unknown') and d.decided_at > now() - interval '1 day'
            order by d.id desc limit 1) d on true
          where k.channel = ${channel} and k.address_index = ${addressIndex(needs.vault, channel, address)})`,
  )
}
