import { z } from 'zod'
import type { ChannelName } from '../channels/channel.ts'
import type { Client } from '../clients/client.ts'
import type { Vault } from '../clients/vault.ts'
import type { Queryable } from '../db/database.ts'
import { and, type Sql, sql } from '../db/sql.ts'
import { deliveryStateSchema, reasonSchema, wayNameSchema } from '../deliveries/delivery.ts'
import { branded } from '../lib/ids.ts'
import { changeKinds } from './item.ts'
import type { Position } from './position.ts'

/** Whose changes somebody may see; null means all. */
export type Scope = { source: string | null; branchCode: string | null }

const changeRow = z.object({
  xact: z.bigint(),
  seq: z.bigint(),
  at: z.date(),
  kind: z.enum(changeKinds),
  channel: wayNameSchema.nullable(),
  state: deliveryStateSchema.nullable(),
  reason: reasonSchema.nullable(),
  engagement: z.string().nullable(),
  purpose: z.string().nullable(),
  body: z.instanceof(Buffer).nullable(),
  client_id: z.string().transform(branded<'client'>),
  external_id: z.string().nullable(),
  phone: z.instanceof(Buffer).nullable(),
  data_key: z.instanceof(Buffer).nullable(),
  delivery_id: z.string().nullable(),
  event_id: z.string().nullable(),
  external_event_id: z.string().nullable(),
  operation_id: z.string().nullable(),
  operation_number: z.string().nullable(),
  message: z.instanceof(Buffer).nullable(),
  repeat: z.boolean().nullable(),
})

type ChangeRow = z.output<typeof changeRow>
export type Change = ReturnType<typeof changeOf>

/** What is past `after` and not past `upTo`, oldest first. */
export async function changesBetween(
  needs: { db: Queryable; vault: Vault },
  span: { after: Position; upTo: Position },
  scope: Scope,
  limit: number,
): Promise<Change[]> {
  const { after, upTo } = span
  const rows = await needs.db.many(
    changeRow,
    sql`select h.xact, h.seq, h.at, h.kind, h.channel, h.state, h.reason, h.engagement, h.purpose, h.body, c.id as client_id,
               c.external_id, c.phone, c.data_key, h.delivery_id, d.event_id, e.external_id as external_event_id,
               d.operation_id, d.operation_number, d.message, d.repeat
        from changes h join clients own on own.id = h.client_id
          join clients c on c.id = coalesce(own.merged_into, own.id)
          left join deliveries d on d.id = h.delivery_id left join events e on e.id = d.event_id
        where (h.xact, h.seq) > (${after.xact}::bigint, ${after.seq}::bigint)
          and (h.xact, h.seq) <= (${upTo.xact}::bigint, ${upTo.seq}::bigint) and ${within(scope)}
        order by h.xact, h.seq limit ${limit}`,
  )
  return rows.map((row) => changeOf(needs.vault, row))
}

/** A client's own words belong to every source and branch that has told him something. */
function within({ source, branchCode }: Scope): Sql {
  const ofDelivery: Sql[] = [sql`d.id is not null`]
  const ofClient: Sql[] = [sql`m.client_id = c.id`]
  if (source !== null) {
    ofDelivery.push(sql`d.source = ${source}`)
    ofClient.push(sql`m.source = ${source}`)
  }
  if (branchCode !== null) {
    ofDelivery.push(sql`d.branch_code = ${branchCode}`)
    ofClient.push(sql`m.branch_code = ${branchCode}`)
  }
  if (source === null && branchCode === null) return sql`true`
  return sql`((${and(ofDelivery)}) or (h.delivery_id is null and exists (select 1 from deliveries m where ${and(ofClient)})))`
}

function changeOf(vault: Vault, row: ChangeRow) {
  const owner = { id: row.client_id, dataKey: row.data_key }
  return {
    position: { xact: row.xact, seq: row.seq },
    at: row.at,
    kind: row.kind,
    channel: row.channel,
    state: row.state,
    reason: row.reason,
    engagement: row.engagement,
    purpose: row.purpose,
    /** Undefined once the client was erased. */
    body: vault.open(owner, 'reply', row.body),
    client: { externalId: row.external_id, phone: vault.open(owner, 'phone', row.phone) },
    delivery:
      row.delivery_id === null
        ? undefined
        : {
            id: row.delivery_id,
            eventId: row.event_id,
            externalEventId: row.external_event_id,
            operationId: row.operation_id,
            operationNumber: row.operation_number,
            message: vault.open(owner, 'message', row.message),
            repeat: row.repeat ?? false,
          },
  }
}

/**
 * `last`: the newest change before which none can appear any more. `open`: the first transaction that is not over; no
 * cursor of this database is past it.
 */
export async function horizon(db: Queryable): Promise<{ last: Position; open: bigint }> {
  return await db.one(
    z
      .object({ xact: z.bigint().nullable(), seq: z.bigint().nullable(), open: z.bigint() })
      .transform((row) => ({ last: { xact: row.xact ?? 0n, seq: row.seq ?? 0n }, open: row.open })),
    sql`with clock as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift as open from change_clock)
        select l.xact, l.seq, clock.open from clock left join lateral (
          select xact, seq from changes where xact < clock.open order by xact desc, seq desc limit 1) l on true`,
  )
}

/** What a client wrote in free text; an update that is worked twice is noted once. */
export async function noteReply(
  needs: { db: Queryable; vault: Vault },
  client: Client,
  reply: { channel: ChannelName; updateKey: string; text: string },
): Promise<void> {
  await needs.db.run(
    sql`insert into changes (kind, client_id, channel, body, update_key)
        values ('reply', ${client.id}, ${reply.channel}, ${needs.vault.seal(client, 'reply', reply.text)}, ${reply.updateKey})
        on conflict do nothing`,
  )
}

/** He has blocked the bot in one messenger: an opt-out of that channel, without a purpose. */
export async function noteBlock(
  db: Queryable,
  client: Client,
  block: { channel: ChannelName; updateKey: string },
): Promise<void> {
  await db.run(
    sql`insert into changes (kind, client_id, channel, update_key)
        values ('optOut', ${client.id}, ${block.channel}, ${block.updateKey}) on conflict do nothing`,
  )
}

/**
 * After a restore into another cluster, whose transactions are numbered from the beginning, new changes would stand
 * before the old ones and nobody would ever read them: their numbers are lifted. One statement: its snapshot is older than
 * its own number, so a change that another process commits meanwhile is not taken for one from the future.
 */
export async function settleClock(db: Queryable): Promise<boolean> {
  const lifted = await db.run(
    sql`update change_clock set shift = k.newest + 1 - pg_current_xact_id()::text::bigint
        from (select greatest((select max(xact) from changes), (select max(cursor_xact) from webhook_endpoints)) as newest) k
        where k.newest >= pg_current_xact_id()::text::bigint + shift`,
  )
  return lifted > 0
}
