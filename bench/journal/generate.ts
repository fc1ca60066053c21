import pg from 'pg'
import { createVault, type Vault } from '../../src/clients/vault.ts'
import { createKeyring } from '../../src/lib/crypto.ts'
import { branded, firstIdAt } from '../../src/lib/ids.ts'

/** A day of the company the journal is of: 3,000,000 messages in 24 months. */
export const perDay = 4110
const dayMs = 24 * 3_600_000

export const vault: Vault = createVault({
  keyring: createKeyring([{ id: 'b1', key: Buffer.alloc(32, 1) }]),
  indexKey: Buffer.alloc(32, 2),
  serviceKey: Buffer.alloc(32, 3),
})

export type Town = { messages: number; clients: number; days: number; start: Date }

export function townOf(messages: number, clients: number, now: Date): Town {
  const days = Math.ceil(messages / perDay)
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  return {
    messages,
    clients,
    days,
    start: new Date(today - days * dayMs),
  }
}

export function phoneOf(client: number): string {
  return `+79${String(client).padStart(9, '0')}`
}

/** Three messages of an operation stand together: accepted, sent, paid. */
export function operationOf(message: number): string {
  return `ПСА-${String(Math.floor(message / 3)).padStart(9, '0')}`
}

/**
 * Fills a migrated database. The same numbers give the same journal: what is by chance is a hash of the message's number. The
 * texts of a client are one sealed text, and neither attempts nor receipts are made: nothing that is measured reads them.
 */
export async function fill(url: string, town: Town, onProgress: (done: number) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // No triggers and no foreign keys while it loads: what is made here fits together by itself.
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '64MB'; set maintenance_work_mem = '512MB'`,
    )
    await makeBranches(client)
    await makeClients(client, town)
    const indices = await dropIndices(client)
    for (let from = 0; from < town.messages; from += chunk) {
      const to = Math.min(town.messages, from + chunk)
      await client.query(messagesSql, [from, to, town.clients, town.start, perDay, town.messages])
      onProgress(to)
    }
    for (const each of indices) await client.query(each)
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

const chunk = 30_000

/** Those that no constraint needs are built once, at the end. Answers how. */
async function dropIndices(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made from pg_index i
     where i.indrelid in ('events'::regclass, 'notifications'::regclass, 'deliveries'::regclass)
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ made }) => made)
}

async function makeBranches(client: pg.Client): Promise<void> {
  await client.query(
    `insert into branches (code, name, timezone) select 'BR-' || lpad(n::text, 2, '0'), 'Площадка ' || n,
       case when n % 4 = 0 then 'Asia/Yekaterinburg' else 'Europe/Moscow' end from generate_series(0, 11) n`,
  )
}

async function makeClients(client: pg.Client, { clients, start }: Town): Promise<void> {
  await client.query('create temporary table texts (client_n int primary key, client_id text, message bytea)')
  for (let from = 0; from < clients; from += 5000) {
    const made = Array.from({ length: Math.min(5000, clients - from) }, (_, index) => {
      const n = from + index
      const id = branded<'client'>(`${firstIdAt('client', start).slice(0, 24)}${n.toString(16).padStart(12, '0')}`)
      const owner = { id, dataKey: vault.newKey(id) }
      const text = `Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку! № ${n}`
      return {
        n,
        id,
        key: owner.dataKey,
        index: vault.index('phone', phoneOf(n)),
        phone: vault.seal(owner, 'phone', phoneOf(n)),
        name: vault.seal(owner, 'full_name', `Иванов Иван ${n}`),
        message: vault.seal(owner, 'message', JSON.stringify({ text })),
      }
    })
    const column = <K extends keyof (typeof made)[number]>(key: K) => made.map((each) => each[key])
    await client.query(
      `insert into clients (id, external_id, phone_index, phone, full_name, branch_code, data_key)
       select id, 'client-' || n, i, p, f, 'BR-' || lpad((n % 12)::text, 2, '0'), k
       from unnest($1::int[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[]) as c (n, id, k, i, p, f)`,
      [column('n'), column('id'), column('key'), column('index'), column('phone'), column('name')],
    )
    await client.query('insert into texts select * from unnest($1::int[], $2::text[], $3::bytea[])', [
      column('n'),
      column('id'),
      column('message'),
    ])
  }
  await client.query('analyze texts')
}

/** $1..$2: which messages, $3: clients, $4: the first day, $5: messages a day, $6: all messages. */
const messagesSql = `
with numbered as (
  select n, n / 3 as op,
         $4::timestamptz + (n / $5::int) * interval '1 day' + interval '4 hours' + (n % $5::int) * interval '11 seconds' as at,
         (hashint8extended(n, 1) & 65535) / 65536.0 as chance, (hashint8extended(n, 2) & 65535) / 65536.0 as other,
         (hashint8extended(n / 3, 3) & 1048575) / 1048576.0 as who, (hashint8extended(n / 3, 4) & 65535) / 65536.0 as kind
  from generate_series($1::bigint, $2::bigint - 1) n),
told as (
  select x.*, t.client_id, t.message, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5(x.n::text), 1, 20) as hex,
         'BR-' || lpad((t.client_n % 12)::text, 2, '0') as branch,
         case when t.client_n % 4 = 0 and t.client_n % 12 % 4 = 0 then 'Asia/Yekaterinburg' else 'Europe/Moscow' end as zone,
         case when t.client_n % 100 < 35 then 'max' when t.client_n % 100 < 60 then 'vk' when t.client_n % 100 < 86 then 'telegram'
              when t.client_n % 100 < 93 then 'whatsapp' end as channel,
         case when kind < 0.004 then 'bonus.granted' when kind < 0.006 then 'payout.delayed' when kind < 0.007 then 'payout.failed'
              when kind < 0.02 then 'payout.partial' when kind < 0.03 then 'installment.reminder'
              when n % 3 = 0 then 'operation.accepted' when n % 3 = 1 then 'payout.sent' else 'payout.paid' end as type,
         case when n / 3 % 20 = 0 then 'vtorium' else '1c' end as source
  from numbered x join texts t on t.client_n = floor(who * who * $3::int)::int),
judged as (
  select t.*,
         case when n > $6::bigint - 40 then 'waiting' when channel is null then 'skipped' when chance < 0.93 then
                case when channel = 'whatsapp' and other < 0.85 then 'delivered' else 'sent' end
              when chance < 0.965 then 'failed' when chance < 0.998 then 'skipped' else 'unknown' end as state
  from told t),
kept as (
  insert into events (id, source, test, identity, content_hash, type, occurred_at, received_at, client_id, branch_code, operation_id,
    operation_number, lane, payload, planned_at)
  select 'evt_' || hex, source, false, 'id:bench-' || n, '\\x00', type, at - interval '1 second' * (2 + 20 * other), at, client_id, branch,
    'op-' || op, 'ПСА-' || lpad(op::text, 9, '0'), 'money', message, at from judged
  returning 1),
noted as (insert into notifications (id, event_id, client_id, created_at) select 'ntf_' || hex, 'evt_' || hex, client_id, at from judged returning 1)
insert into deliveries (id, notification_id, event_id, event_seq, client_id, source, type, lane, purpose, test, branch_code, zone,
  operation_id, operation_number, channel, state, reason, engagement, message, tells_tap, attempts, expires_at, provider_message_id,
  created_at, updated_at, decided_at, trial)
select 'dlv_' || hex, 'ntf_' || hex, 'evt_' || hex, n, client_id, source, type, 'money', 'service', false, branch, zone,
  'op-' || op, 'ПСА-' || lpad(op::text, 9, '0'), channel, state,
  case when state = 'failed' then (array['blocked', 'not_found', 'expired', 'rejected_by_channel'])[1 + floor(other * 4)::int]
       when state = 'skipped' and channel is null then case when n % 20011 = 0 then 'erased' else 'no_contact' end
       when state = 'skipped' then (array['opted_out', 'no_consent', 'superseded', 'too_late'])[1 + floor(other * 4)::int] end,
  case when state in ('sent', 'delivered') and channel in ('vk', 'whatsapp') and other < 0.6 then 'read'
       when state in ('sent', 'delivered') and other > 0.97 then 'tapped' end,
  message, n % 2 = 0, 1, at + interval '3 days', case when channel is not null then n::text end, at, at,
  case when state <> 'waiting' then at + interval '1 second' * (0.2 + 4 * other * other) end,
  case when type = 'bonus.granted' then case when other < 0.2 then 'held' else 'told' end end
from judged`
