import pg from 'pg'
import { type Cleanup, cleanup } from '../support/cleanup.ts'

/** What Postgres itself says of the work: how much is left, and whether the rows agree with each other. */
export type Ledger = {
  /** Facts that are not planned and deliveries that are not decided. */
  open(): Promise<number>
  /** The first of what is left, in words: where it hangs. */
  leftovers(): Promise<string>
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
    leftovers: async () => {
      const { rows } = await pool.query(leftoversQuery)
      return JSON.stringify(rows)
    },
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

/** The first in the line of each client, and why it does not go on. */
const leftoversQuery = `select distinct on (d.client_id) d.id, d.event_seq::int, d.channel, d.state, d.reason, d.attempts, d.failures,
    round(extract(epoch from d.next_attempt_at - now())) as next_in_s, round(extract(epoch from d.lease_until - now())) as lease_s,
    round(extract(epoch from now() - d.hinted_at)) as hinted_s, round(extract(epoch from now() - d.created_at)) as age_s,
    (select count(*)::int from events v where v.client_id = d.client_id and v.planned_at is null) as unplanned,
    (select json_build_object('paused_s', round(extract(epoch from l.paused_until - now())), 'free_s', round(extract(epoch from l.free_at - now())),
       'broken', l.broken_count) from channel_limits l where l.channel = d.channel) as bot
  from deliveries d where d.decided_at is null order by d.client_id, d.event_seq limit 5`

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
    what: 'repeats although no answer was lost',
    query: `select count(*)::int as count from deliveries d where d.repeat and not exists (
              select 1 from deliveries t join attempts a on a.delivery_id = t.id where t.event_id = d.event_id and a.outcome = 'unknown')`,
  },
  {
    what: 'deliveries that are unknown although no answer of theirs was lost',
    query: `select count(*)::int as count from deliveries d where d.state = 'unknown'
              and not exists (select 1 from attempts a where a.delivery_id = d.id and a.outcome = 'unknown')`,
  },
]
