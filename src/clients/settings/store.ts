import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { channelNames } from '../../lib/channel-name.ts'
import { branded, type ClientId } from '../../lib/ids.ts'
import { type ClientSettings, noSettings } from './settings.ts'

const settingsRow = z.object({
  client_id: z.string().transform(branded<'client'>),
  channel_order: z.array(z.enum(channelNames)).nullable(),
  quiet_from: z.number().nullable(),
  quiet_to: z.number().nullable(),
  private_texts: z.boolean(),
})

/** Of those who have chosen something. */
export async function settingsOf(db: Queryable, ids: readonly ClientId[]): Promise<Map<ClientId, ClientSettings>> {
  const rows = await db.many(
    settingsRow,
    sql`select client_id, channel_order, quiet_from, quiet_to, private_texts from client_settings
        where client_id = any(${ids}::text[])`,
  )
  return new Map(
    rows.map((row) => [
      row.client_id,
      {
        channelOrder: row.channel_order,
        quietHours:
          row.quiet_from === null || row.quiet_to === null ? null : { from: row.quiet_from, to: row.quiet_to },
        privateTexts: row.private_texts,
      },
    ]),
  )
}

export async function settingsOfClient(db: Queryable, id: ClientId): Promise<ClientSettings> {
  return (await settingsOf(db, [id])).get(id) ?? noSettings
}

/**
 * Keeps the choice. Nothing is kept of a client who is erased meanwhile: his row is locked first, as erasure does. In a
 * transaction.
 */
export async function saveSettings(db: Queryable, id: ClientId, settings: ClientSettings): Promise<void> {
  await db.run(sql`select 1 from clients where id = ${id} for no key update`)
  await db.run(
    sql`insert into client_settings (client_id, channel_order, quiet_from, quiet_to, private_texts)
        select id, ${settings.channelOrder}::text[], ${settings.quietHours?.from ?? null}::int, ${settings.quietHours?.to ?? null}::int,
               ${settings.privateTexts}
        from clients where id = ${id} and erased_at is null
        on conflict (client_id) do update set channel_order = excluded.channel_order, quiet_from = excluded.quiet_from,
          quiet_to = excluded.quiet_to, private_texts = excluded.private_texts, updated_at = now()`,
  )
}
