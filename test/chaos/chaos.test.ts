import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Cleanup } from '../support/cleanup.ts'
import { redisSkip } from '../support/redis.ts'
import { chaos } from './chaos.ts'
import type { FaultName } from './faults.ts'

/** The short form of `npm run test:chaos`: each role killed once, and what the queue and the database do worst. */
const ofPostgres: FaultName[] = ['api killed', 'worker 1 killed', 'bot killed', 'Postgres killed']
const ofRedis: FaultName[] = ['worker 2 killed', 'clock of worker 1', 'Redis emptied', 'answers of Telegram lost']

describe('each role is killed while events come in, and the ground under them gives way', {
  timeout: 460_000,
  concurrency: true,
}, () => {
  it('queue in Postgres, which is killed too: nothing is lost, disordered or repeated without a mark', async (t) => {
    await play(t, 'postgres', ofPostgres)
  })

  it('queue in Redis, which is emptied: the same', { skip: redisSkip() }, async (t) => {
    await play(t, 'redis', ofRedis)
  })
})

async function play(t: Cleanup, backend: 'postgres' | 'redis', faults: FaultName[]): Promise<void> {
  const result = await chaos(t, { seed: 7, backend, events: 160, pace: 40, faults, rounds: 1, onProgress: () => {} })
  assert.deepEqual(result.complaints, [])
  assert.equal(result.posted, 160)
  assert.equal(result.faults.size, faults.length, 'each fault struck')
  assert.ok(result.arrived + result.unknownUnseen === 160)
}
