import { createPostgresBackend, isPgPool, Queue, runMigrations, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { groupBy } from '../lib/list.ts'

/** A hint that a row wants work. The row is the truth: a lost job is found by the sweep, a doubled one is a no-op. */
export type Job = { queue: string; jobId: string; data: { id: string; v: 1 }; delayMs?: number }

export type QueueSystem = {
  kind: 'redis' | 'postgres'
  /** Rejects at once when the queue cannot be reached. */
  add(jobs: readonly Job[]): Promise<void>
  /** Opens these queues now: one that is opened first while its store is away would stay broken for ever. */
  prepare(queues: readonly string[]): Promise<void>
  work(queue: string, options: { concurrency: number }, handle: (data: unknown) => Promise<void>): void
  ping(): Promise<void>
  /** Takes no new jobs and waits for those in hand. */
  stopWorkers(): Promise<void>
  close(): Promise<void>
}

/** What we use of BullMQ's classes: their own types differ by backend. */
type Closable = { on(event: 'error', listener: (error: Error) => void): unknown; close(): Promise<void> }
type Consumer = Closable & { on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown }
type BulkJob = { name: string; data: unknown; opts: typeof jobOptions & { jobId: string; delay?: number } }
type Producer = Closable & { addBulk(jobs: BulkJob[]): Promise<unknown>; waitUntilReady(): Promise<unknown> }
type Handle = (data: unknown) => Promise<void>
type Opened = {
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
  const workers: Closable[] = []
  const producer = (name: string) => {
    let queue = producers.get(name)
    if (!queue) {
      queue = opened.producer(name)
      queue.on('error', onError)
      producers.set(name, queue)
    }
    return queue
  }
  return {
    kind,
    add: async (jobs) => {
      const byQueue = groupBy(jobs, (job) => job.queue)
      await Promise.all([...byQueue].map(([name, group]) => addAll(producer(name), group)))
    },
    prepare: async (names) => {
      const opening = names.map((name) => producer(name).waitUntilReady())
      // Redis may come later; its client reconnects by itself.
      if (kind === 'postgres') await Promise.all(opening)
      else for (const each of opening) each.catch(onError)
    },
    work: (name, { concurrency }, handle) => {
      const worker = opened.worker(name, concurrency, handle)
      worker.on('error', onError)
      // A job that throws is over for the queue; its row is still due, and the sweep brings it back.
      worker.on('failed', (_job, error) => onJobFailed(name, error))
      workers.push(worker)
    },
    ping: opened.ping,
    stopWorkers: async () => {
      await Promise.all(workers.splice(0).map((each) => each.close().catch(onError)))
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

function reconnectAfter(times: number): number {
  return Math.min(times * 200, 2000)
}
