import pg from 'pg'
import type { z } from 'zod'
import { type Sql, statementName } from './sql.ts'

export type Queryable = {
  many<S extends z.ZodType>(row: S, query: Sql): Promise<z.output<S>[]>
  one<S extends z.ZodType>(row: S, query: Sql): Promise<z.output<S>>
  maybeOne<S extends z.ZodType>(row: S, query: Sql): Promise<z.output<S> | undefined>
  /** Runs a statement whose rows nobody reads; answers how many it touched. */
  run(query: Sql): Promise<number>
}

export type Database = Queryable & {
  /** Rejects when Postgres does not answer. */
  ping(): Promise<void>
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** Several reads of one moment, for whoever shows rows that change together (a delivery and its attempts). */
  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * Runs `work` if no other process is running the work of that name now, and answers whether it did. The signal aborts
   * with `outer`, and when the session that holds the lock breaks: another process may lead then.
   */
  leading(name: string, outer: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<boolean>
  close(): Promise<void>
}

export type Pool = pg.Pool

export type DatabaseSettings = {
  url: string
  max: number
  /** Gives up on a connection after this, so that a request can be answered 503 in time. */
  connectTimeoutMs?: number
  /** For an operator's command that reads everything; a request must not wait so long. */
  queryTimeoutMs?: number
  /** How long a transaction may stand still between two statements. */
  idleInTransactionMs?: number
  onIdleError?: (error: Error) => void
  /** As Postgres shows the connection. */
  name?: string
}

export function openDatabase(settings: DatabaseSettings): Database {
  const pool = openPool(settings)
  return {
    ...queryable({ query: (asked) => pool.query(asked).catch((error: unknown) => askedAnew(pool, asked, error)) }),
    transaction: (work) => inTransaction(pool, 'begin', work),
    snapshot: (work) => inTransaction(pool, 'begin isolation level repeatable read read only', work),
    ping: async () => {
      await pool.query('select 1')
    },
    leading: (name, outer, work) => lead(pool, name, outer, work),
    close: () => pool.end(),
  }
}

/** @param settings.searchPath for a library with tables of its own: such a pool keeps pg's usual types. */
export function openPool(settings: DatabaseSettings & { searchPath?: string }): Pool {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.max,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 3000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: settings.queryTimeoutMs ?? 30_000,
    // A server that hangs without a word must not keep 1C waiting.
    query_timeout: settings.queryTimeoutMs ?? 8_000,
    // A worker that is frozen, or whose host is gone, would keep its locks, and with them everybody else, for hours.
    idle_in_transaction_session_timeout: settings.idleInTransactionMs ?? settings.queryTimeoutMs ?? 10_000,
    application_name: settings.name ?? 'vestnik',
    ...(settings.searchPath === undefined
      ? { types: { getTypeParser }, options: `-c ${planEachTime}` }
      : { options: `-c search_path=${settings.searchPath}` }),
  })
  pool.on('error', (error) => settings.onIdleError?.(error))
  // A connection that breaks in the middle of its work emits the error too; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * A connection that kept the plan of a statement would read a table from end to end as when it was small: after 50,000 promos
 * were kept within a minute, payouts beside them took 18 s (bench/deliver).
 */
const planEachTime = 'plan_cache_mode=force_custom_plan'

/** bigint columns become BigInt: kopecks must never pass through a float. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8 && format !== 'binary') return BigInt
  return pg.types.getTypeParser(oid, format)
}

async function lead(
  pool: Pool,
  name: string,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const client = await pool.connect()
  const lost = new AbortController()
  const onLost = () => lost.abort()
  client.on('error', onLost)
  client.on('end', onLost)
  try {
    const { rows } = await client.query<{ won: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as won',
      [name],
    )
    if (rows[0]?.won !== true) return false
    await work(AbortSignal.any([outer, lost.signal]))
    return true
  } finally {
    // Closing the session is what surely gives the lock back.
    client.release(true)
  }
}

async function inTransaction<T>(pool: pg.Pool, begin: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(queryable(inTurn(client)))
    await client.query('commit')
    return result
  } catch (error) {
    if (isUnavailable(error)) broken = toError(error)
    else {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure
      })
    }
    throw error
  } finally {
    client.release(broken)
  }
}

/** Reads that are asked side by side wait for each other: a connection works one statement at a time. */
function inTurn(client: pg.PoolClient): Asked {
  let last: Promise<unknown> = Promise.resolve()
  return {
    query: (asked) => {
      const mine = last.then(() => client.query(asked))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

type Asked = { query(asked: pg.QueryConfig): Promise<pg.QueryResult> }

function queryable(client: Asked): Queryable {
  const rows = async <S extends z.ZodType>(row: S, query: Sql) => {
    const result = await client.query({ name: statementName(query), text: query.text, values: query.values })
    return result.rows.map((each) => row.parse(each))
  }
  return {
    many: rows,
    one: async (row, query) => {
      const [first] = await rows(row, query)
      if (first === undefined) throw new Error(`expected one row, found none: ${query.text.slice(0, 80)}`)
      return first
    },
    maybeOne: async (row, query) => (await rows(row, query))[0],
    run: async (query) => {
      const result = await client.query({ name: statementName(query), text: query.text, values: query.values })
      return result.rowCount ?? 0
    },
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** True when Postgres cannot be reached or refuses work for now: a matter of waiting, not of the statement. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (
    /^(08|53|57P|58)/.test(code) ||
    code === '25006' ||
    code === '25P03' ||
    code === '55P03' ||
    code === '40P01' ||
    code === '40001'
  )
    return true
  if (isStalePlan(error)) return true
  if (/^(ECONNREFUSED|ECONNRESET|ENOENT|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code)) return true
  return /connection terminated|query read timeout|timeout exceeded when trying to connect|connection timeout|is not queryable|the database system is/i.test(
    error.message,
  )
}

/** A table has changed under a statement that this connection had prepared. */
function isStalePlan(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000' && /cached plan/.test(error.message)
}

/** Without its name it is planned anew. In a transaction it is too late for that: its connection ends with it. */
async function askedAnew(pool: pg.Pool, { text, values }: pg.QueryConfig, error: unknown): Promise<pg.QueryResult> {
  if (!isStalePlan(error)) throw error
  return await pool.query({ text, values: values ?? [] })
}

/** True when one of the values of a statement is to blame (SQLSTATE classes 22 and 23). */
export function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code)
}
