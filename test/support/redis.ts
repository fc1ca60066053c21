import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import { type Cleanup, cleanup } from './cleanup.ts'
import { until } from './until.ts'

export type TestRedis = { url: string; stop(): Promise<void>; start(): Promise<void>; flush(): Promise<void> }

export function hasRedis(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')))
}

/** Skips by name without Redis, and fails instead when REQUIRE_ALL=1. */
export function redisSkip(): string | false {
  if (hasRedis()) return false
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('REQUIRE_ALL=1, but there is no redis-server on the PATH')
  return 'no redis-server on the PATH'
}

export async function startRedis(t: Cleanup): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'vestnik-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const url = `redis://127.0.0.1:${port}`

  const start = async () => {
    child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    )
    await until(async () => await once(url, (redis) => redis.ping()), 10_000, 'redis answers')
  }
  const stop = async () => {
    if (!child || child.exitCode !== null) return
    const gone = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    child = undefined
  }
  await start()
  cleanup(t, async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  return { url, start, stop, flush: async () => void (await once(url, (redis) => redis.flushall())) }
}

async function once<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
