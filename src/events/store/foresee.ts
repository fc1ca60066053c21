import { z } from 'zod'
import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import { branded, type ClientId } from '../../lib/ids.ts'
import { eventTypes } from '../event.ts'
import type { EarlierFact } from './read.ts'

export type Operation = {
  source: string
  test: boolean
  operationId: string | undefined
  operationNumber: string | undefined
  clientId: ClientId
}

/** What `earlierFacts` would find for an event that is not kept: for a preview. */
export async function factsBefore(db: Queryable, about: Operation): Promise<EarlierFact[]> {
  const { source, test, clientId } = about
  const operationId = about.operationId ?? null
  const operationNumber = about.operationNumber ?? null
  if (operationId === null && operationNumber === null) return []
  const rows = await db.many(
    z.object({
      id: z.string().transform(branded<'event'>),
      type: z.enum(eventTypes),
      occurred_at: z.date().nullable(),
      amount_kopecks: z.bigint().nullable(),
      stage: z.number().nullable(),
      is_silent: z.boolean(),
    }),
    sql`with earlier as (
          select f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage from events f
          where f.source = ${source} and f.test = ${test} and f.operation_id = ${operationId}::text and f.held_reason is null
          union
          select f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage from events f
          where f.source = ${source} and f.test = ${test} and f.client_id = ${clientId} and f.operation_number = ${operationNumber}::text
            and f.received_at > now() - interval '200 days' and (${operationId}::text is null or f.operation_id is null)
            and f.held_reason is null)
        select id, type, occurred_at, amount_kopecks, stage,
               exists (select 1 from deliveries d where d.event_id = earlier.id and d.state in ('skipped', 'failed'))
               and not exists (select 1 from deliveries d where d.event_id = earlier.id and d.state not in ('skipped', 'failed')) as is_silent
        from earlier order by seq`,
  )
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    occurredAt: row.occurred_at,
    amount: row.amount_kopecks,
    stage: row.stage,
    isSilent: row.is_silent,
  }))
}
