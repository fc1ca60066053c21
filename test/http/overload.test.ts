import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../../src/http/app.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { BatcherFull } from '../../src/lib/batcher.ts'
import { cleanup } from '../support/cleanup.ts'

test('an intake that has too much waiting asks to come again in a moment, whichever door it is', async (t) => {
  const app = await createApp({
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    routes: [
      async (scope) => {
        scope.post('/full', async () => {
          throw new BatcherFull('too many events are waiting')
        })
      },
    ],
  })
  cleanup(t, () => app.close())
  const answer = await app.inject({ method: 'POST', url: '/full' })
  assert.equal(answer.statusCode, 503)
  assert.equal(answer.headers['retry-after'], '2')
  assert.equal(answer.json().code, 'unavailable')
  assert.match(answer.json().message, /Retry-After/)
})
