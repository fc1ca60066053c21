import { createPostgresBackend, isPgPool, Queue, runMigrations, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { groupBy } from '../lib/list.ts'

/** A hint that a row wants work. The row is the truth: a lost job is found by the sweep, a doubled one is a no-op. */
export type Job = { queue: string; jobId: string; data: { id: string; v: 1; more?: string[] }; delayMs?: number }

export type QueueSystem = {
  kind: 'redis' | 'postgres'
  /** Rejects at once when the queue cannot be reached. */
  add(jobs: readonly Job[]): Promise<void>
  /** Opens these queues now: one that is opened first while its store is away would stay broken for ever. */
  prepare(queues: readonly string[]): Promise<void>
  /** How many jobs stand there for a worker; those that wait for their time do not count. */
  waiting(queue: string): Promise<number>
  work(queue: string, options: { concurrency: number }, handle: (data: unknown) => Promise<void>): void
  ping(): Promise<void>
  /** Takes no new jobs and waits for those in hand. */
  stopWorkers(): Promise<void>
  close(): Promise<void>
}

/** What we use of BullMQ's classes: their own types differ by backend. */
type Closable = { on(event: 'error', listener: (error: Error) => void): unknown; close(): Promise<void> }
type Consumer = Closable & {
  waitUntilReady(): Promise<unknown>
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown
}
type BulkJob = { name: string; data: unknown; opts: typeof jobOptions & { jobId: string; delay?: number } }
type Producer = Closable & {
  addBulk(jobs: BulkJob[]): Promise<unknown>
  waitUntilReady(): Promise<unknown>
  getWaitingCount(): Promise<number>
}
type Handle = (data: unknown) => Promise<void>
type Opened = {
  /** Resolves when the store answers, or after a moment: it may come later. */
  ready(): Promise<void>
  producer(name: string): Producer
  worker(name: string, concurrency: number, handle: Handle): Consumer
  ping(): Promise<void>
  close(): Promise<void>
}

/** BullMQ's lock on a job. The provider's deadline must be shorter (checked at start). */
export const jobLockMs = 16_000

const jobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 }
/** What a dead worker held comes back within the lock and one look: in less than the 30 s of the contract. */
const workerOptions = { lockDuration: jobLockMs, stalledInterval: 5_000, maxStalledCount: 1, drainDelay: 5 }

export type QueueEvents = { onError(error: Error): void; onJobFailed(queue: string, error: Error): void }

export function openRedisQueue(url: string, events: QueueEvents): QueueSystem {
  const fast = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    connectTimeout: 2000,
    commandTimeout: 3000,
    retryStrategy: reconnectAfter,
  })
  const patient = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: reconnectAfter })
  for (const each of [fast, patient]) each.on('error', events.onError)
  return queueSystem('redis', events, {
    ready: () => readyWithin(fast, 2_000),
    producer: (name) => new Queue(name, { connection: fast, prefix: 'vestnik', skipWaitingForReady: true }),
    worker: (name, concurrency, handle) =>
      new Worker(name, (job) => handle(job.data), {
        ...workerOptions,
        connection: patient,
        prefix: 'vestnik',
        concurrency,
      }),
    ping: async () => {
      await fast.ping()
    },
    close: async () => {
      fast.disconnect()
      patient.disconnect()
    },
  })
}

/** @param pool a pg.Pool; its search_path must be the schema `bullmq`, and it needs one connection more for each worker. */
export async function openPostgresQueue(pool: unknown, events: QueueEvents): Promise<QueueSystem> {
  if (!isPgPool(pool)) throw new Error('expected a pg.Pool')
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
  return queueSystem('postgres', events, {
    ready: async () => {},
    producer: (name) => new Queue(name, { connection: pool }, createPostgresBackend),
    worker: (name, concurrency, handle) =>
      new Worker(
        name,
        (job) => handle(job.data),
        { ...workerOptions, connection: pool, concurrency },
        createPostgresBackend,
      ),
    ping: async () => {
      await pool.query('select 1')
    },
    close: () => pool.end(),
  })
}

function queueSystem(kind: QueueSystem['kind'], { onError, onJobFailed }: QueueEvents, opened: Opened): QueueSystem {
  const producers = new Map<string, Producer>()
  const workers = new Set<Closable>()
  let isStopping = false
  const producer = (name: string) => {
    let queue = producers.get(name)
    if (!queue) {
      queue = opened.producer(name)
      queue.on('error', onError)
      producers.set(name, queue)
    }
    return queue
  }
  // BullMQ remembers for ever that a queue could not be opened: it is dropped, and the next call opens a new one.
  const reopen = (name: string) => {
    const broken = producers.get(name)
    producers.delete(name)
    void broken?.close().catch(() => {})
  }
  const addOrReopen = async (name: string, group: readonly Job[]) => {
    try {
      await addAll(producer(name), group)
    } catch (error) {
      reopen(name)
      throw error
    }
  }
  return {
    kind,
    add: async (jobs) => {
      const byQueue = groupBy(jobs, (job) => job.queue)
      await Promise.all([...byQueue].map(([name, group]) => addOrReopen(name, group)))
    },
    prepare: async (names) => {
      await opened.ready()
      await Promise.all(
        names.map((name) =>
          producer(name)
            .waitUntilReady()
            .catch(() => reopen(name)),
        ),
      )
    },
    waiting: (name) => producer(name).getWaitingCount(),
    work: (name, { concurrency }, handle) => {
      const startWorker = () => {
        const worker = opened.worker(name, concurrency, handle)
        worker.on('error', onError)
        // A job that throws is over for the queue; its row is still due, and the sweep brings it back.
        worker.on('failed', (_job, error) => onJobFailed(name, error))
        workers.add(worker)
        worker.waitUntilReady().catch(async (error: Error) => {
          if (!workers.delete(worker)) return
          onError(error)
          await worker.close().catch(() => {})
          if (!isStopping) setTimeout(() => !isStopping && startWorker(), reopenMs).unref()
        })
      }
      startWorker()
    },
    ping: opened.ping,
    stopWorkers: async () => {
      isStopping = true
      const stopping = [...workers]
      workers.clear()
      await Promise.all(stopping.map((each) => each.close().catch(onError)))
    },
    close: async () => {
      await Promise.all([...producers.values()].map((each) => each.close().catch(onError)))
      await opened.close()
    },
  }
}

async function addAll(queue: Producer, jobs: readonly Job[]): Promise<void> {
  await queue.addBulk(
    jobs.map(({ jobId, data, delayMs }) => ({
      name: 'work',
      data,
      opts: { ...jobOptions, jobId, ...(delayMs ? { delay: delayMs } : {}) },
    })),
  )
}

const reopenMs = 2_000

function readyWithin(redis: Redis, ms: number): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function reconnectAfter(times: number): number {
  return Math.min(times * 200, 2000)
}
