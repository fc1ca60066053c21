import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { ChannelName } from '../../lib/channel-name.ts'
import { branded, type ClientId } from '../../lib/ids.ts'
import { addressIndex, type ClientNeeds } from '../store.ts'
import { newCode, newToken, tokenHash } from './token.ts'

/** A new one-time link for that client; the others that he has stay good. Links that expired long ago are removed. */
export async function makeToken(
  db: Queryable,
  client: ClientId,
  { days, by }: { days: number; by: string },
): Promise<{ token: string; expiresAt: Date }> {
  await db.run(
    sql`delete from link_tokens where token_hash in (
          select token_hash from link_tokens where expires_at < now() - interval '1 day' limit 100 for update skip locked)`,
  )
  const token = newToken()
  const { expires_at } = await db.one(
    z.object({ expires_at: z.date() }),
    sql`insert into link_tokens (token_hash, client_id, made_by, expires_at)
        values (${tokenHash(token)}, ${client}, ${by}, now() + ${days} * interval '1 day') returning expires_at`,
  )
  return { token, expiresAt: expires_at }
}

const clientOf = z.object({ client_id: z.string().transform(branded<'client'>) })

/** Whose link it is, while it is good. */
export async function clientOfToken(db: Queryable, hash: Buffer): Promise<ClientId | undefined> {
  const row = await db.maybeOne(
    clientOf,
    sql`select t.client_id from link_tokens t join clients c on c.id = t.client_id
        where t.token_hash = ${hash} and t.used_at is null and t.expires_at > now() and c.erased_at is null`,
  )
  return row?.client_id
}

/** Uses the link up: true for the one who did, whoever else has it. */
export async function useToken(db: Queryable, hash: Buffer, client: ClientId): Promise<boolean> {
  const used = await db.run(
    sql`update link_tokens set used_at = now()
        where token_hash = ${hash} and client_id = ${client} and used_at is null and expires_at > now()`,
  )
  return used > 0
}

/** Minutes that a code is good for, and that a chat remembers the phone it typed. */
export const codeMinutes = 10
export const mostTries = 5

/**
 * The code for a client that an operator has before him. Whoever typed this phone in a chat may try anew: what a stranger
 * guessed at the old code is forgotten with it.
 */
export async function makeCode(
  needs: ClientNeeds,
  client: ClientId,
  by: string,
): Promise<{ code: string; expiresAt: Date }> {
  const code = newCode()
  const { expires_at } = await needs.db.one(
    z.object({ expires_at: z.date() }),
    sql`insert into link_codes (client_id, code_hash, made_by, expires_at)
        values (${client}, ${codeHash(needs, client, code)}, ${by}, now() + ${codeMinutes} * interval '1 minute')
        on conflict (client_id) do update set code_hash = excluded.code_hash, made_by = excluded.made_by,
          expires_at = excluded.expires_at, tries = 0
        returning expires_at`,
  )
  await needs.db.run(
    sql`update chats set tries = 0 where phone_index = (select phone_index from clients where id = ${client})`,
  )
  return { code, expiresAt: expires_at }
}

/**
 * Uses up a code: the client whose it is. A wrong one counts against every code that is open for this phone, so that many
 * chats together have no more tries than one.
 */
export async function useCode(needs: ClientNeeds, phoneIndex: Buffer, code: string): Promise<ClientId | undefined> {
  const open = await needs.db.many(
    clientOf.extend({ code_hash: z.instanceof(Buffer), tries: z.number() }),
    sql`select k.client_id, k.code_hash, k.tries from link_codes k join clients c on c.id = k.client_id
        where c.phone_index = ${phoneIndex} and c.erased_at is null and k.expires_at > now() and k.tries < ${mostTries}
        order by k.client_id for update of k`,
  )
  const hit = open.find((each) => codeHash(needs, each.client_id, code).equals(each.code_hash))
  if (hit) await needs.db.run(sql`delete from link_codes where client_id = ${hit.client_id}`)
  else {
    await needs.db.run(
      sql`update link_codes set tries = tries + 1 where client_id = any(${open.map((each) => each.client_id)}::text[])`,
    )
  }
  return hit?.client_id
}

/** Six digits are soon tried out: without the key of the index the hash gives none of them away. */
function codeHash({ vault }: ClientNeeds, client: ClientId, code: string): Buffer {
  return vault.index('code', `${client}:${code}`)
}

/** What a chat is in the middle of. */
export type ChatState = { tokenHash: Buffer | undefined; phoneIndex: Buffer | undefined }

type Chat = { channel: ChannelName; address: string }

export async function chatState(needs: ClientNeeds, { channel, address }: Chat): Promise<ChatState> {
  const row = await needs.db.maybeOne(
    z.object({ token_hash: z.instanceof(Buffer).nullable(), phone_index: z.instanceof(Buffer).nullable() }),
    sql`select case when token_at > now() - interval '1 day' then token_hash end as token_hash, case when phone_at > now() - ${codeMinutes} * interval '1 minute' then phone_index end as phone_index
        from chats where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
  return { tokenHash: row?.token_hash ?? undefined, phoneIndex: row?.phone_index ?? undefined }
}

/** Undefined lets go of the link that the chat came by. */
export async function noteToken(needs: ClientNeeds, chat: Chat, hash: Buffer | undefined): Promise<void> {
  await needs.db.run(
    sql`insert into chats (channel, address_index, token_hash, token_at)
        values (${chat.channel}, ${addressIndex(needs.vault, chat.channel, chat.address)}, ${hash ?? null}, now())
        on conflict (channel, address_index) do update set token_hash = excluded.token_hash, token_at = excluded.token_at,
          updated_at = now()`,
  )
}

export async function notePhone(needs: ClientNeeds, chat: Chat, phone: string | undefined): Promise<void> {
  await needs.db.run(
    sql`insert into chats (channel, address_index, phone_index, phone_at)
        values (${chat.channel}, ${addressIndex(needs.vault, chat.channel, chat.address)},
                ${phone === undefined ? null : needs.vault.index('phone', phone)}, now())
        on conflict (channel, address_index) do update set phone_index = excluded.phone_index, phone_at = excluded.phone_at, updated_at = now()`,
  )
}

/** Counts a guess of this chat at a link or a code; false when it has had all of them for now. */
export async function mayTry(needs: ClientNeeds, { channel, address }: Chat): Promise<boolean> {
  const { tries } = await needs.db.one(
    z.object({ tries: z.number() }),
    sql`insert into chats as c (channel, address_index, tries, tries_since)
        values (${channel}, ${addressIndex(needs.vault, channel, address)}, 1, now())
        on conflict (channel, address_index) do update set
          tries = case when c.tries_since < now() - ${codeMinutes} * interval '1 minute' then 1 else least(c.tries + 1, 1000) end,
          tries_since = case when c.tries_since < now() - ${codeMinutes} * interval '1 minute' then now() else c.tries_since end
        returning tries`,
  )
  return tries <= mostTries
}

/** He was right: what he tried before is no guessing. */
export async function forgetTries(needs: ClientNeeds, { channel, address }: Chat): Promise<void> {
  await needs.db.run(
    sql`update chats set tries = 0, token_hash = null, phone_index = null
        where channel = ${channel} and address_index = ${addressIndex(needs.vault, channel, address)}`,
  )
}

/** A lock that does not come within seconds is no reason to keep a caller: he gets 503 and asks again. */
export async function waitBriefly(db: Queryable): Promise<void> {
  await db.run(sql`set local lock_timeout = '3s'`)
}

/**
 * These links end: proved by what is nobody's phone, they are current for nobody, so nothing is sent to them any more. The
 * rows stay for what was delivered there.
 */
export async function endLinks(db: Queryable, client: ClientId, channel: ChannelName, nobody: Buffer): Promise<number> {
  const ended = await db.many(
    z.object({ id: z.string() }),
    sql`update contacts set unlinked_at = now(), phone_index = ${nobody}::bytea || convert_to(id, 'utf8')
        where client_id = ${client} and channel = ${channel} and unlinked_at is null returning id`,
  )
  if (ended.length > 0)
    await db.run(sql`insert into changes (kind, client_id, channel) values ('unlinked', ${client}, ${channel})`)
  return ended.length
}
