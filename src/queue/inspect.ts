import { Redis } from 'ioredis'

/** What Redis says of itself, or the code of the error that kept it from answering. */
export type RedisFacts =
  | { ok: true; version: string; evicts: string | undefined; keepsOnDisk: boolean; usedShare: number | undefined }
  | { ok: false; code: string }

/** One connection, asked once; never throws. */
export async function inspectRedis(url: string, deadlineMs: number): Promise<RedisFacts> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
  })
  let code = 'no_answer'
  redis.on('error', (error: Error & { code?: string }) => {
    code = error.code ?? wordOf(error.message)
  })
  try {
    await redis.connect()
    const facts = factsIn(await redis.info())
    const max = Number(facts.get('maxmemory') ?? 0)
    return {
      ok: true,
      version: facts.get('redis_version') ?? '?',
      evicts: facts.get('maxmemory_policy'),
      keepsOnDisk: facts.get('aof_enabled') === '1',
      usedShare: max > 0 ? Number(facts.get('used_memory') ?? 0) / max : undefined,
    }
  } catch (error) {
    return { ok: false, code: error instanceof Error && code === 'no_answer' ? wordOf(error.message) : code }
  } finally {
    redis.disconnect()
  }
}

/** The first word of Redis's own errors: WRONGPASS, NOAUTH, LOADING. */
function wordOf(message: string): string {
  return /^[A-Z]{4,}/.exec(message)?.[0] ?? 'no_answer'
}

function factsIn(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : []
    }),
  )
}
