import type { Queryable } from '../../db/database.ts'
import { sql } from '../../db/sql.ts'
import type { ClientId } from '../../lib/ids.ts'
import { type EarlierFact, factColumns, factOf, factRow } from './read.ts'

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
    factRow,
    sql`with earlier as (
          select f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage from events f
          where f.source = ${source} and f.test = ${test} and f.operation_id = ${operationId}::text and f.held_reason is null
          union
          select f.id, f.seq, f.type, f.occurred_at, f.amount_kopecks, f.stage from events f
          where f.source = ${source} and f.test = ${test} and f.client_id = ${clientId} and f.operation_number = ${operationNumber}::text
            and f.received_at > now() - interval '200 days' and (${operationId}::text is null or f.operation_id is null)
            and f.held_reason is null)
        select ${factColumns} from earlier order by seq`,
  )
  return rows.map(factOf)
}
