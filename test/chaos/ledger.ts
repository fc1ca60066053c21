import pg from 'pg'
import { type Cleanup, cleanup } from '../support/cleanup.ts'

/** What Postgres itself says of the work: how much is left, and whether the rows agree with each other. */
export type Ledger = {
  /** Facts that are not planned and deliveries that are not decided. */
  open(): Promise<number>
  complaints(): Promise<string[]>
}

export async function ledgerOf(t: Cleanup, databaseUrl: string): Promise<Ledger> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 2_000 })
  pool.on('error', () => {})
  cleanup(t, () => pool.end())
  const count = async (query: string) => {
    const { rows } = await pool.query<{ count: number }>(query)
    return rows[0]?.count ?? 0
  }
  return {
    open: () => count(openQuery),
    complaints: async () => {
      const found = await Promise.all(
        disagreements.map(async ({ what, query }) => ({ what, times: await count(query) })),
      )
      return found.filter(({ times }) => times > 0).map(({ what, times }) => `${what}: ${times}`)
    },
  }
}

const openQuery = `select (select count(*) from deliveries where decided_at is null)::int
  + (select count(*) from events where planned_at is null and held_reason is null)::int as count`

const disagreements = [
  {
    what: 'attempts that were never closed (the chain of the journal stops before them)',
    query: `select count(*)::int as count from attempts where finished_at is null or outcome is null`,
  },
  {
    what: 'deliveries whose attempts are not all in the journal',
    query: `select count(*)::int as count from deliveries d
            where d.attempts <> (select count(*) from attempts a where a.delivery_id = d.id)`,
  },
  {
    what: 'deliveries that are sent without an attempt that says so',
    query: `select count(*)::int as count from deliveries d where d.state = 'sent'
              and not exists (select 1 from attempts a where a.delivery_id = d.id and a.outcome = 'sent')`,
  },
  {
    what: 'deliveries that are unknown although no answer of theirs was lost',
    query: `select count(*)::int as count from deliveries d where d.state = 'unknown'
              and not exists (select 1 from attempts a where a.delivery_id = d.id and a.outcome = 'unknown')`,
  },
]
