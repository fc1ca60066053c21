/**
 * Lets many concurrent callers share one piece of work: whatever arrives while a round is running goes into the next one.
 * Rounds run one after another, so the order of calls is the order of items. `limit` bounds a round, `queueLimit` what may wait.
 */
export type Batcher<I, O> = {
  run(item: I): Promise<O>
  /** How many callers are waiting now. */
  waiting(): number
  idle(): Promise<void>
}

export class BatcherFull extends Error {}

type Waiting<I, O> = { item: I; resolve: (output: O) => void; reject: (error: unknown) => void }

export function createBatcher<I, O>(options: {
  limit: number
  queueLimit: number
  /** Answers one output an item, in order; a rejection rejects every caller of the round. */
  work: (items: I[]) => Promise<O[]>
}): Batcher<I, O> {
  const queue: Waiting<I, O>[] = []
  let running: Promise<void> | undefined

  const loop = async () => {
    // One turn of the event loop lets requests that arrived together share the first round.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) await round(queue.splice(0, options.limit), options.work)
    running = undefined
  }

  return {
    run: (item) =>
      new Promise((resolve, reject) => {
        if (queue.length >= options.queueLimit) return reject(new BatcherFull('too many callers are waiting'))
        queue.push({ item, resolve, reject })
        running ??= loop()
      }),
    waiting: () => queue.length,
    idle: async () => {
      while (running !== undefined) await running
    },
  }
}

async function round<I, O>(batch: Waiting<I, O>[], work: (items: I[]) => Promise<O[]>): Promise<void> {
  try {
    const outputs = await work(batch.map((each) => each.item))
    if (outputs.length !== batch.length) throw new Error(`expected ${batch.length} outputs, got ${outputs.length}`)
    outputs.forEach((output, index) => {
      batch[index]?.resolve(output)
    })
  } catch (error) {
    for (const each of batch) each.reject(error)
  }
}
