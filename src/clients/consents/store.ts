import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { channelNames } from '../../lib/channel-name.ts'
import { branded, type ClientId, type ConsentId, newId } from '../../lib/ids.ts'
import { type Consent, type ConsentAct, consentActs, purposes } from '../client.ts'
import type { Vault } from '../vault.ts'

type Needs = { db: Queryable; vault: Vault }

/**
 * `provedBy`: said in a chat that this phone proved; it counts while the client has that phone. `shownHash`: the text that
 * was shown, when it may be another than today's.
 */
export type NewConsent = Omit<Consent, 'wordingHash' | 'id'> & { provedBy?: string; shownHash?: string | undefined }

const actBy: Record<Consent['givenBy'], ConsentAct> = { bot: 'button', api: 'api', event: 'event' }

export async function recordConsent(needs: Needs, client: ClientId, consent: NewConsent): Promise<ConsentId> {
  const { wording, givenBy } = consent
  if (wording !== null && givenBy === 'bot') await rememberWording(needs.db, wording)
  const sealed = wording !== null && givenBy !== 'bot' ? await sealedWording(needs, client, wording) : null
  const hash = consent.shownHash ?? (wording === null ? null : wordingHash(wording))
  const id = newId('consent')
  await needs.db.run(
    sql`insert into consents (id, client_id, purpose, granted, wording_sealed, wording_hash, at, given_by, act, channel, chat_index, phone_index)
        values (${id}, ${client}, ${consent.purpose}, ${consent.granted}, ${sealed}, ${hash}, ${consent.at}, ${givenBy},
                ${consent.act ?? actBy[givenBy]}, ${consent.channel}, ${consent.chatIndex ?? null},
                ${consent.provedBy === undefined ? null : needs.vault.index('phone', consent.provedBy)})`,
  )
  return id
}

/** A sender's text may name the client: it is kept with his key. */
async function sealedWording({ db, vault }: Needs, client: ClientId, wording: string): Promise<Buffer> {
  const { data_key } = await db.one(
    z.object({ data_key: z.instanceof(Buffer).nullable() }),
    sql`select data_key from clients where id = ${client}`,
  )
  return vault.seal({ id: client, dataKey: data_key }, 'wording', wording)
}

/** A text of ours, kept once, before it is shown: who agreed to it keeps only its hash. */
export async function rememberWording(db: Queryable, wording: string): Promise<string> {
  const hash = wordingHash(wording)
  await db.run(sql`insert into wordings (hash, wording) values (${hash}, ${wording}) on conflict do nothing`)
  return hash
}

/** The hash of a text that was shown, by its beginning, as a button names it. */
export async function wordingByMark(db: Queryable, mark: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{16}$/.test(mark)) return undefined
  const row = await db.maybeOne(
    z.object({ hash: z.string() }),
    sql`select hash from wordings where hash between ${mark} and ${`${mark}g`} limit 1`,
  )
  return row?.hash
}

export function wordingHash(wording: string): string {
  return createHash('sha256').update(wording).digest('hex')
}

export const consentRow = z.object({
  id: z.string().transform(branded<'consent'>),
  purpose: z.enum(purposes),
  granted: z.boolean(),
  at: z.date(),
  given_by: z.enum(['api', 'bot', 'event']),
  act: z.enum(consentActs).nullable(),
  channel: z.enum(channelNames).nullable(),
  chat_index: z.instanceof(Buffer).nullable(),
  wording_hash: z.string().nullable(),
})

export function consentOf(row: z.output<typeof consentRow>, wording: string | null = null): Consent {
  return {
    id: row.id,
    purpose: row.purpose,
    granted: row.granted,
    at: row.at,
    givenBy: row.given_by,
    act: row.act,
    channel: row.channel,
    chatIndex: row.chat_index,
    wording,
    wordingHash: row.wording_hash,
  }
}

/** A word as it is proved to others: with its text, when we first showed that, and whether it still counts for his phone. */
export type ProvedConsent = Consent & { recordedAt: Date; firstShownAt: Date | null; isCurrent: boolean }

/** Every word that counts, newest first. */
export async function consentsOf(needs: Needs, client: ClientId): Promise<Consent[]> {
  return (await consentHistory(needs, client)).filter((each) => each.isCurrent)
}

/** Every word there ever was, newest first. */
export async function consentHistory({ db, vault }: Needs, client: ClientId): Promise<ProvedConsent[]> {
  const rows = await db.many(
    consentRow.extend({
      wording: z.string().nullable(),
      wording_sealed: z.instanceof(Buffer).nullable(),
      data_key: z.instanceof(Buffer).nullable(),
      recorded_at: z.date(),
      first_shown_at: z.date().nullable(),
      is_current: z.boolean(),
    }),
    sql`select s.id, s.purpose, s.granted, s.at, s.given_by, s.act, s.channel, s.chat_index, s.wording_hash, s.wording_sealed,
               coalesce(w.wording, s.wording) as wording, w.first_shown_at, s.recorded_at, c.data_key,
               (s.phone_index is null or s.phone_index is not distinct from c.phone_index) as is_current
        from consents s join clients c on c.id = s.client_id left join wordings w on w.hash = s.wording_hash
        where s.client_id = ${client} order by s.at desc, s.recorded_at desc`,
  )
  return rows.map((row) => ({
    ...consentOf(row, vault.open({ id: client, dataKey: row.data_key }, 'wording', row.wording_sealed) ?? row.wording),
    recordedAt: row.recorded_at,
    firstShownAt: row.first_shown_at,
    isCurrent: row.is_current,
  }))
}

/** The words by which messages left. */
export async function consentsByIds(db: Queryable, ids: readonly ConsentId[]): Promise<Map<ConsentId, Consent>> {
  if (ids.length === 0) return new Map()
  const rows = await db.many(
    consentRow,
    sql`select id, purpose, granted, at, given_by, act, channel, chat_index, wording_hash from consents where id = any(${ids}::text[])`,
  )
  return new Map(rows.map((row) => [row.id, consentOf(row)]))
}

/** Texts that older versions kept open: ours go to their table, those of a sender under the client's key. */
export async function sealOpenWordings({ db, vault }: Needs): Promise<number> {
  let done = 0
  while (true) {
    const rows = await db.many(
      z.object({
        id: z.string(),
        client_id: z.string().transform(branded<'client'>),
        given_by: z.string(),
        wording: z.string(),
        data_key: z.instanceof(Buffer).nullable(),
      }),
      sql`select s.id, s.client_id, s.given_by, s.wording, c.data_key from consents s join clients c on c.id = s.client_id
          where s.wording is not null order by s.id limit 500`,
    )
    for (const row of rows) {
      const isOurs = row.given_by === 'bot'
      if (isOurs) await rememberWording(db, row.wording)
      const owner = { id: row.client_id, dataKey: row.data_key }
      const sealed = isOurs || row.data_key === null ? null : vault.seal(owner, 'wording', row.wording)
      await db.run(
        sql`update consents set wording = null, wording_sealed = ${sealed} where id = ${row.id} and client_id = ${row.client_id} and wording is not null`,
      )
    }
    done += rows.length
    if (rows.length < 500) return done
  }
}
