import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId, newId } from '../../lib/ids.ts'
import { aliasesOf } from '../merging/store.ts'
import type { Vault } from '../vault.ts'
import type { Act, Ground } from './act.ts'

/** Who is erased, held until the transaction ends, and the chats he was reached in. */
export type Subject = { id: ClientId; chats: readonly { channel: string; addressIndex: Buffer }[] }

type Needs = { db: Queryable; vault: Vault }

/** One table with personal data: what is destroyed there, and how. Answers how many rows it touched; may run again. */
export type ErasingStep = { table: string; what: string; run(needs: Needs, subject: Subject): Promise<number> }

/**
 * Every table that holds something personal. A test walks all tables of the database: a new one stands here, or in
 * `keptTables` with the reason why it may stay.
 */
export const erasingSteps: readonly ErasingStep[] = [
  {
    table: 'deliveries',
    what: 'тексты сообщений',
    // What is in hand is closed by its own answer; without its text it is never sent again.
    run: ({ db }, { id }) =>
      db.run(
        sql`update deliveries set message = null, updated_at = clock_timestamp(),
              state = case when decided_at is null and state in ('queued', 'waiting') then 'skipped' else state end,
              reason = case when decided_at is null and state in ('queued', 'waiting', 'unknown') then 'erased' else reason end,
              decided_at = case when state = 'sending' then decided_at else coalesce(decided_at, clock_timestamp()) end,
              move_since = null, next_attempt_at = null
            where client_id = ${id} and (message is not null or move_since is not null or (decided_at is null and state <> 'sending'))`,
      ),
  },
  {
    table: 'events',
    what: 'события учётной системы: имя, телефон, сделка, выплата',
    // There is no index by the client alone: his planned events have a delivery each, the others are few.
    run: ({ db }, { id }) =>
      db.run(
        sql`update events set payload = null where payload is not null and id in (
              select event_id from deliveries where client_id = ${id}
              union select id from events where client_id = ${id} and planned_at is null and held_reason is null
              union select id from events where client_id = ${id} and held_reason is not null)`,
      ),
  },
  {
    table: 'chats',
    what: 'согласия, данные в чате до знакомства',
    run: ({ db }, { chats }) =>
      db.run(
        sql`delete from chats where (channel, address_index) in (
              select * from unnest(${chats.map((each) => each.channel)}::text[], ${chats.map((each) => each.addressIndex)}::bytea[]))`,
      ),
  },
  {
    table: 'updates',
    what: 'сообщения клиента боту, ещё не разобранные',
    run: erasePendingUpdates,
  },
  {
    table: 'changes',
    what: 'ответы клиента',
    run: ({ db }, { id }) =>
      db.run(
        sql`update changes set body = null where client_id = ${id} and update_key is not null and body is not null`,
      ),
  },
  {
    table: 'schedules',
    what: 'назначенные напоминания',
    run: ({ db }, { id }) =>
      db.run(
        sql`update schedules set payload = null, ended_at = coalesce(ended_at, clock_timestamp()),
              reason = case when state = 'planned' then 'erased' else reason end,
              state = case when state = 'planned' then 'cancelled' else state end
            where client_id = ${id} and payload is not null`,
      ),
  },
  {
    table: 'consents',
    what: 'тексты согласий, полученные из учётной системы, и отпечатки чата и телефона; сам факт согласия остаётся как доказательство',
    run: ({ db }, { id }) =>
      db.run(
        sql`update consents s set wording = null, wording_sealed = null, chat_index = null, phone_index = null,
              wording_hash = (select w.hash from wordings w where w.hash = s.wording_hash)
            where client_id = ${id} and (wording is not null or wording_sealed is not null or chat_index is not null or phone_index is not null)`,
      ),
  },
  {
    table: 'questions',
    what: 'вопросы клиента операторам и ответы на них',
    run: ({ db }, { id }) =>
      db.run(
        sql`update questions set body = null, answer = null, state = 'closed', closed_at = coalesce(closed_at, clock_timestamp())
            where client_id = ${id} and (body is not null or answer is not null or state = 'open')`,
      ),
  },
  {
    table: 'client_settings',
    what: 'настройки, которые клиент выбрал в чате',
    run: ({ db }, { id }) => db.run(sql`delete from client_settings where client_id = ${id}`),
  },
  {
    table: 'conversations',
    what: 'на чём остановился разговор с ботом',
    run: ({ db }, { id, chats }) =>
      db.run(
        sql`delete from conversations where client_id = ${id} or (channel, address_index) in (
              select * from unnest(${chats.map((each) => each.channel)}::text[], ${chats.map((each) => each.addressIndex)}::bytea[]))`,
      ),
  },
  {
    table: 'link_tokens',
    what: 'одноразовые ссылки с талонов',
    run: ({ db }, { id }) => db.run(sql`delete from link_tokens where client_id = ${id}`),
  },
  {
    table: 'link_codes',
    what: 'одноразовый код оператора',
    run: ({ db }, { id }) => db.run(sql`delete from link_codes where client_id = ${id}`),
  },
  {
    table: 'client_aliases',
    what: 'связь прочих идентификаторов клиента с его записью, если записи объединяли; сами они остаются в этом акте',
    run: ({ db }, { id }) => db.run(sql`delete from client_aliases where client_id = ${id}`),
  },
  {
    table: 'contacts',
    what: 'адреса в мессенджерах',
    run: ({ db }, { id }) => db.run(sql`delete from contacts where client_id = ${id}`),
  },
  {
    table: 'clients',
    what: 'имя, телефон и ключ шифрования, которым закрыто всё остальное',
    run: ({ db }, { id }) =>
      db.run(
        sql`update clients set data_key = null, phone = null, phone_index = null, full_name = null,
              erased_at = coalesce(erased_at, clock_timestamp()), updated_at = clock_timestamp()
            where id = ${id} and (erased_at is null or data_key is not null)`,
      ),
  },
]

/** What is not worked yet is sealed with the service's key, so it is opened to see whose it is. There are never many. */
async function erasePendingUpdates({ db, vault }: Needs, { chats }: Subject): Promise<number> {
  if (chats.length === 0) return 0
  const rows = await db.many(
    z.object({ id: z.string(), channel: z.string(), payload: z.instanceof(Buffer) }),
    sql`select id, channel, payload from updates where handled_at is null and payload is not null
          and channel = any(${chats.map((each) => each.channel)}::text[]) limit 10000 for update skip locked`,
  )
  const own = rows.filter(({ id, channel, payload }) => {
    const { address } = z.looseObject({ address: z.string() }).parse(JSON.parse(vault.openOwn(`update:${id}`, payload)))
    const index = vault.index('address', `${channel}:${address}`)
    return chats.some((each) => each.channel === channel && each.addressIndex.equals(index))
  })
  return await db.run(
    sql`update updates set payload = null, handled_at = now() where id = any(${own.map((each) => each.id)}::text[])`,
  )
}

/**
 * Holds the client so that nothing is planned, kept or linked for him meanwhile; undefined when he is not there. Of a record
 * that was merged into another, that other one.
 */
export async function holdForErasure(
  db: Queryable,
  id: ClientId,
): Promise<(Subject & { externalId: string | null; aliases: string[]; isErased: boolean }) | undefined> {
  const row = await db.maybeOne(
    z.object({
      external_id: z.string().nullable(),
      is_erased: z.boolean(),
      merged_into: z
        .string()
        .transform(branded<'client'>)
        .nullable(),
    }),
    sql`select external_id, erased_at is not null as is_erased, merged_into from clients where id = ${id} for no key update`,
  )
  if (!row) return undefined
  if (row.merged_into !== null) return await holdForErasure(db, row.merged_into)
  const chats = await db.many(
    z.object({ channel: z.string(), addressIndex: z.instanceof(Buffer) }),
    sql`select channel, address_index as "addressIndex" from contacts where client_id = ${id}`,
  )
  // Asked for after the lock: a merge that held it may have added one.
  const aliases = await aliasesOf(db, id)
  return { id, chats, externalId: row.external_id, aliases, isErased: row.is_erased }
}

const actRow = z.object({
  id: z.string().transform(branded<'erasure'>),
  client_id: z.string().transform(branded<'client'>),
  external_id: z.string().nullable(),
  aliases: z.array(z.string()),
  at: z.date(),
  by: z.string(),
  ground: z.string(),
  counts: z.record(z.string(), z.number()),
})

const actColumns = sql`id, client_id, external_id, aliases, at, by, ground, counts`

function actOf(row: z.output<typeof actRow>): Act {
  return {
    id: row.id,
    clientId: row.client_id,
    externalId: row.external_id,
    aliases: row.aliases,
    at: row.at,
    by: row.by,
    ground: row.ground,
    counts: row.counts,
  }
}

export async function keepAct(
  db: Queryable,
  act: Pick<Act, 'clientId' | 'externalId' | 'aliases' | 'by' | 'counts'> & { ground: Ground },
): Promise<void> {
  await db.run(
    sql`insert into erasures (id, client_id, external_id, aliases, by, ground, counts)
        values (${newId('erasure')}, ${act.clientId}, ${act.externalId}, ${act.aliases}::text[], ${act.by}, ${act.ground}, ${JSON.stringify(act.counts)}::jsonb)
        on conflict (client_id) do nothing`,
  )
}

export async function actOfClient(db: Queryable, id: ClientId): Promise<Act | undefined> {
  const row = await db.maybeOne(actRow, sql`select ${actColumns} from erasures where client_id = ${id}`)
  return row && actOf(row)
}

/** The last erasure of whoever the sender called so, or had called so before two records were merged. */
export async function lastActOf(db: Queryable, externalId: string): Promise<Act | undefined> {
  const row = await db.maybeOne(
    actRow,
    sql`select ${actColumns} from erasures where external_id = ${externalId} or aliases @> array[${externalId}]::text[]
        order by at desc limit 1`,
  )
  return row && actOf(row)
}

/** Those of the last days: what was planned in the very moment of their erasure may have come after it. */
export async function erasedLately(db: Queryable): Promise<ClientId[]> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'client'>) }),
    sql`select id from clients where erased_at > now() - interval '2 days' and merged_into is null order by erased_at desc limit 10000`,
  )
  return rows.map((each) => each.id)
}

/**
 * A part of the registry, in the order of ids: those of whom nothing was heard since `before`, no event, no word, no
 * change of the record. `after` is where to go on; null at the end.
 */
export async function inactiveClients(
  db: Queryable,
  { before, after, part }: { before: Date; after: string; part: number },
): Promise<{ ids: ClientId[]; after: string | null }> {
  const rows = await db.many(
    z.object({ id: z.string().transform(branded<'client'>), is_inactive: z.boolean() }),
    sql`select c.id, (c.updated_at < ${before}
            and not exists (select 1 from deliveries d where d.client_id = c.id and (d.created_at > ${before} or d.decided_at is null))
            and not exists (select 1 from events e where e.client_id = c.id and e.planned_at is null and e.held_reason is null)
            and not exists (select 1 from contacts k where k.client_id = c.id and greatest(k.last_wrote_at, k.linked_at) > ${before})
            and not exists (select 1 from consents s where s.client_id = c.id and s.recorded_at > ${before})
            and not exists (select 1 from schedules p where p.client_id = c.id and p.state = 'planned')) as is_inactive
        from (select id, updated_at from clients where id > ${after} and created_at < ${before} and erased_at is null
              order by id limit ${part}) c
        order by c.id`,
  )
  return {
    ids: rows.filter((row) => row.is_inactive).map((row) => row.id),
    after: rows.length < part ? null : (rows.at(-1)?.id ?? null),
  }
}
